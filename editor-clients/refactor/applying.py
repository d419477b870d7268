"""Apply a plan: check everything, keep the originals, write what was reviewed, and take out what breaks the tests."""

import dataclasses
import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lacuna.refactor import trials
from lacuna.refactor.carrying import carry_out, named, within
from lacuna.refactor.journal import Beginning, beginning
from lacuna.refactor.plan import Outcome, PlannedFile, Site
from lacuna.refactor.planfile import Plan
from lacuna.refactor.records import Record, Run, Stage
from lacuna.refactor.repository import repository
from lacuna.refactor.rewriting import MisfitError, rewritten
from lacuna.refactor.state import State
from lacuna.refactor.testruns import Tests
from lacuna.refactor.tree import permitted
from lacuna.syntax.errors import FileError
from lacuna.workspace import textfile, write
from lacuna.workspace.changes import sha256
from lacuna.workspace.textfile import TextFile


class UncommittedError(FileError):
    """Files that git would not bring back as they are."""


class Reply(enum.Enum):
    """An answer about a site."""

    YES = "y"
    NO = "n"
    ALL = "a"
    """Write it, and all that follow in its file."""
    NONE = "d"
    """Write neither it nor any that follows in its file."""
    QUIT = "q"
    """Write neither it nor any that follows at all."""


Asking = Callable[[PlannedFile, TextFile, Site], Reply]
"""Shows a site of a file, and asks whether it is to be written."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a plan is to be applied."""

    allow_dirty: bool = False
    asking: Asking | None = None
    tests: Tests | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan's files."""

    run: Run | None
    """None: there was nothing to write."""
    records: tuple[Record, ...]
    """In the order of the plan."""


@dataclass
class _Interview:
    """The sites of one file after the other that were asked for."""

    asking: Asking | None
    is_over: bool = False

    def chosen(self, file: PlannedFile, source: TextFile) -> tuple[Site, ...]:
        if self.asking is None:
            return file.sites
        chosen: list[Site] = []
        for number, site in enumerate(file.sites):
            if self.is_over:
                break
            match self.asking(file, source, site):
                case Reply.YES:
                    chosen.append(site)
                case Reply.ALL:
                    return (*chosen, *file.sites[number:])
                case Reply.NONE:
                    break
                case Reply.QUIT:
                    self.is_over = True
                case Reply.NO:
                    pass
        return tuple(chosen)


def apply(plan: Plan, state: State, wishes: Wishes) -> Applied:
    """Write what a plan keeps to the tree, which is locked by then; a file that does not fit is refused.

    Raise UncommittedError, PlanError, TrialError or another FileError, the tree untouched; Interrupted or StoppedError
    once the run is there.
    """
    tree = state.tree
    twice = _checked(plan, tree, allow_dirty=wishes.allow_dirty)
    failing = trials.failing_before(wishes.tests) if wishes.tests else None
    with beginning(state, dataclasses.replace(plan.header, tree=str(tree))) as new:
        _fill(new, plan, tree, twice, _Interview(wishes.asking))
        journal = new.finished(plan.path, failing)
    if journal is None:
        return Applied(None, tuple(new.records.values()))
    with named(journal):
        carry_out(tree, journal, lambda file: file.sites)
        if wishes.tests:
            journal.turn(Stage.TESTING)
            trials.settle(tree, journal, wishes.tests)
        journal.turn(Stage.DONE)
    return Applied(journal.run, tuple(journal.records.values()))


def _checked(plan: Plan, tree: Path, *, allow_dirty: bool) -> set[str]:
    """Read all of the plan; return the paths that it names twice. Raise PlanError, or UncommittedError."""
    seen: set[str] = set()
    twice: set[str] = set()
    uncommitted: list[str] = []
    around = None if allow_dirty else repository(tree)
    is_uncommitted = around.uncommitted() if around else None
    for file in _kept(plan):
        (twice if file.path in seen else seen).add(file.path)
        if is_uncommitted:
            try:
                source = _source(tree, file)
            except FileError:
                continue  # it is refused, later
            if is_uncommitted(file.path, source.data):
                uncommitted.append(file.path)
    if uncommitted:
        others = f" and {len(uncommitted) - 1} more of its files" if uncommitted[1:] else ""
        raise UncommittedError(
            f"The plan changes {uncommitted[0]}{others} in which git has uncommitted changes; "
            "commit those, or say --allow-dirty."
        )
    return twice


def _fill(new: Beginning, plan: Plan, tree: Path, twice: set[str], interview: _Interview) -> None:
    """Take up the files of a plan, each with the sites that are to be written."""
    for file in _kept(plan):
        try:
            if file.path in twice:
                raise MisfitError(f"{file.path} stands in the plan twice.")
            source = _source(tree, file)
            sites = interview.chosen(file, source)
            data = rewritten(file, source, sites)
            if len(data) > textfile.MAX_BYTES:
                raise MisfitError(f"{file.path} would be larger than {textfile.MAX_BYTES // 1024**2} MiB.")
        except FileError as error:
            new.refuse(file.path, within(tree, error))
            continue
        if data != source.data:
            new.add(dataclasses.replace(file, sites=sites), source.data, sha256(data))


def _kept(plan: Plan) -> Iterator[PlannedFile]:
    for entry in plan.entries():
        if isinstance(entry, PlannedFile):
            sites = tuple(site for site in entry.sites if site.outcome is Outcome.KEPT)
            if sites:
                yield dataclasses.replace(entry, sites=sites)


def _source(tree: Path, file: PlannedFile) -> TextFile:
    """Read a file; raise FileError unless all that the plan keeps of it fits."""
    source = textfile.read(permitted(tree, file.path))
    write.refuse_other_names(source.path)
    rewritten(file, source, file.sites)
    return source
