"""The driver of a plan: which files in which order, an estimate, and the plan's lines as they come."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from lacuna.refactor import sources
from lacuna.refactor.crew import Crew, Item, Work
from lacuna.refactor.plan import Entry, Footer, Outcome, PlannedFile, Skipped, kept_again
from lacuna.refactor.proposing import Survey, Task
from lacuna.refactor.sources import Source, Sources
from lacuna.syntax.limited import deaf_to_ctrl_c
from lacuna.workspace.requirement import oldest_python

SURVEYED = 100
"""Files that an estimate is made of."""


@dataclass(frozen=True, slots=True)
class Plans:
    """What is to be planned."""

    sources: Sources
    is_wanted: Callable[[str, bytes], bool] = lambda _path, _data: True
    """Whether a file is looked through by all rules, by its path and bytes; some look through others, too."""
    start: str = ""
    """The path to begin with."""
    after: str = ""
    """Or the one to begin behind."""

    def items(self) -> Iterator[Item]:
        """What is to be looked through, or passed by."""
        for one in self.sources.walk(self.start, self.after):
            found = one if isinstance(one, Skipped) else sources.read(one)
            if isinstance(found, Skipped):
                yield found
                continue
            assert isinstance(one, Source), "what is skipped has no bytes"
            if rules := self.sources.rules_for(one.path, is_wanted=self.is_wanted(one.path, found)):
                yield Task(one.path, found, oldest_python(one.file), rules)

    def tasks(self) -> Iterator[Task]:
        return (item for item in self.items() if isinstance(item, Task))


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known before the work begins."""

    files: int
    spans: float
    """As many as there are likely to be."""
    seconds: float | None
    """Of the blanks alone, for one process; None where there are none."""


def estimate(plans: Plans, crew: Crew) -> Estimate:
    """Count the files, and what the rules find in the first of them."""
    files = sum(1 for _ in plans.tasks())
    first = list(islice(plans.tasks(), SURVEYED))
    found = [one if isinstance(one, Survey) else Survey(0, 0) for one in crew.results(Work.SURVEY, first)]
    scale = files / max(1, len(found))
    blanks = sum(one.blanks for one in found)
    telling = next((task for task, one in zip(first, found, strict=True) if one.blanks), None)
    if telling is None:
        return Estimate(files, scale * sum(one.spans for one in found), None)
    [sample] = crew.results(Work.SAMPLE, [telling])
    seconds = sample.seconds / sample.blanks if isinstance(sample, Survey) and sample.blanks else 0.0
    return Estimate(files, scale * sum(one.spans for one in found), scale * blanks * seconds)


@dataclass(slots=True)
class Progress:
    """How far planning has come."""

    files: int = 0
    """Looked through, with sites or without."""
    with_sites: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    """What is kept though its rule has been there before, by the reasons."""
    skipped: Counter[str] = field(default_factory=Counter)
    """By their reasons."""
    failures: int = 0
    is_complete: bool = False

    def count(self, entry: Entry | None) -> None:
        match entry:
            case Skipped(reason=reason, is_failure=is_failure):
                self.skipped[reason] += 1
                self.failures += is_failure
            case PlannedFile(sites=sites):
                self.files += 1
                self.with_sites += 1
                self.outcomes.update(site.outcome for site in sites)
                self.again.update(kept_again(sites))
            case None:
                self.files += 1

    def is_enough(self, most: int | None) -> bool:
        return most is not None and self.outcomes[Outcome.KEPT] >= most


@dataclass(frozen=True, slots=True)
class Writing:
    """A plan that is being written."""

    line: Callable[[Entry | Footer], object]
    """Writes one."""
    shown: Callable[[Progress], object]
    """Told after each file."""
    finished: Callable[[PlannedFile, bytes], PlannedFile]
    """Does what is still to be done, here, with a file that has sites."""


def plan(items: Iterable[Item], crew: Crew, writing: Writing, progress: Progress, most: int | None) -> None:
    """Write an entry for each item, in their order, and the footer, whatever interrupts it."""
    waiting = _Waiting(iter(items))
    entries = crew.results(Work.PROPOSE, waiting)
    try:
        while not progress.is_enough(most) and (item := waiting.oldest()) is not None:
            entry = next(entries)
            assert not isinstance(entry, Survey), "nobody asked for one"
            if isinstance(entry, PlannedFile) and isinstance(item, Task):
                entry = writing.finished(entry, item.data)
            with deaf_to_ctrl_c():  # a line is written, counted and no longer waiting, or none of the three
                if entry is not None:
                    writing.line(entry)
                progress.count(entry)
                waiting.drop()
            writing.shown(progress)
        progress.is_complete = waiting.oldest() is None
    finally:
        with deaf_to_ctrl_c():
            rest = waiting.oldest()
            writing.line(Footer(progress.is_complete, progress.files, rest.path if rest else ""))


class _Waiting(Iterator[Item]):
    """Items that are handed out, and known until they are done."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._handed_out: deque[Item] = deque()
        self._ahead: Item | None = None

    def __next__(self) -> Item:
        item = next(self._items) if self._ahead is None else self._ahead
        self._ahead = None
        self._handed_out.append(item)
        return item

    def oldest(self) -> Item | None:
        """The first that is not done; None if all are."""
        if self._handed_out:
            return self._handed_out[0]
        if self._ahead is None:
            self._ahead = next(self._items, None)
        return self._ahead

    def drop(self) -> None:
        """Forget the first, which is done."""
        self._handed_out.popleft()
