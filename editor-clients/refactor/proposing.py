"""From one file to what a plan says of it: sketches, answers, gates, overlaps, and the file as a whole."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lacuna.infill.request import Infill
from lacuna.infill.surroundings import Surroundings
from lacuna.model.denoiser import Beside
from lacuna.refactor.drafts import Document, Draft, composed, drafts
from lacuna.refactor.filling import Filler
from lacuna.refactor.gates import through
from lacuna.refactor.overlaps import is_overlapping
from lacuna.refactor.plan import Outcome, PlannedFile, Skipped
from lacuna.refactor.rule import Rule
from lacuna.refactor.settling import settled
from lacuna.refactor.sources import why_unfit
from lacuna.syntax.errors import FileError
from lacuna.syntax.gate import Version
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.parsing import parse
from lacuna.workspace.changes import sha256
from lacuna.workspace.textfile import decode

_SAMPLE = 3
"""Sites that are filled to see how long that takes."""
_ROUNDS = 4
"""In which blanks are filled once more, at most."""


@dataclass(frozen=True, slots=True)
class Task:
    """A file to be looked through."""

    path: str
    data: bytes
    oldest: Version | None
    """The oldest version of its language that it is for, if anybody says."""
    rules: tuple[int, ...]
    """Which of a plan's rules are for it."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first look at a file says."""

    spans: int
    blanks: int
    seconds: float = 0.0
    """What filling these blanks took, if they were filled."""


_OPEN = (Outcome.LOW, Outcome.EMPTY)
Entry = PlannedFile | Skipped | None
"""None: there is nothing to be done in the file."""


@dataclass(frozen=True, slots=True)
class Proposer:
    """Looks through files, one at a time; writes nothing, and asks nobody but the model."""

    rules: tuple[Rule, ...]
    infill: Infill | None
    """None: no rule has blanks."""
    threshold: float | None = None
    surroundings: Surroundings | None = None
    tree: Path = Path("/")
    allow: Callable[[int], object] = lambda _: None
    """Told how many blanks there are to be filled, before the first is."""

    def survey(self, task: Task) -> Survey:
        """Count what the rules find in a file."""
        document = _opened(task)
        if isinstance(document, Skipped):
            return Survey(0, 0)
        found = [draft for rule in self._rules_for(task) for draft in drafts(rule, document)]
        return Survey(len(found), sum(draft.blanks for draft in found))

    def sample(self, task: Task) -> Survey:
        """Fill a few blanks of a file, to see how long that takes."""
        document = _opened(task)
        if isinstance(document, Skipped):
            return Survey(0, 0)
        found = [draft for rule in self._rules_for(task) for draft in drafts(rule, document) if draft.blanks]
        few, began = found[:_SAMPLE], time.perf_counter()
        self.allow(sum(draft.blanks for draft in few))
        for draft in few:
            self._filled([draft], document)
        return Survey(len(few), sum(draft.blanks for draft in few), time.perf_counter() - began)

    def propose(self, task: Task) -> Entry:
        """Plan a file."""
        document = _opened(task)
        if isinstance(document, Skipped):
            return document
        by_rule = [list(drafts(rule, document)) for rule in self._rules_for(task)]
        if not any(by_rule):
            return None
        self.allow(sum(draft.blanks for found in by_rule for draft in found))
        filled = [draft for found in by_rule for draft in self._filled(found, document)]
        gated = [through(draft, document) if draft.is_kept else draft for draft in filled]
        done = self._lifted(settled(gated, document), document)
        order = {rule.name: n for n, rule in enumerate(self.rules)}
        sites = sorted(
            (draft.site(document.text) for draft in done),
            key=lambda site: (site.line, site.parts[-1].start, order[site.rule]),
        )
        return PlannedFile(document.path, document.hash, tuple(sites)) if sites else None

    def _rules_for(self, task: Task) -> Iterator[Rule]:
        return (self.rules[n] for n in task.rules)

    def _filled(self, found: Sequence[Draft], document: Document) -> Sequence[Draft]:
        if not any(draft.blanks for draft in found):
            return found
        filler = self._filler(document, document.text)
        return [draft for draft in filler.filled(found) if _changes(draft, document.text)]

    def _lifted(self, done: Sequence[Draft], document: Document) -> Sequence[Draft]:
        """With more of the drafts kept: those that are likely enough once what is kept is in view.

        Else a second plan would find them, as soon as the first is applied.
        """
        for _ in range(_ROUNDS):
            kept = [draft for draft in done if draft.is_kept]
            low = [draft for draft in done if draft.outcome in _OPEN and not _is_in_the_way(draft, kept)]
            if not (kept and low):
                break
            filler = self._filler(document, composed(document.text, kept).text)
            found = [filler.filled_again(draft, kept) for draft in low]
            asked = set(map(id, low))
            rest = [draft for draft in done if id(draft) not in asked]
            more = [through(draft, document) for draft in found if draft.is_kept and _changes(draft, document.text)]
            done = [*rest, *(draft for draft in found if not draft.is_kept), *more]
            if not any(draft.is_kept for draft in more):
                break
            done = settled(done, document)
        return done

    def _filler(self, document: Document, text: str) -> Filler:
        """What fills the blanks of a document whose other files are looked up for a text of it."""
        assert self.infill, "a rule has blanks, so a model was opened"
        return Filler(self.infill, document, self.threshold, self._beside(document, text))

    def _beside(self, document: Document, text: str) -> Beside | None:
        if self.surroundings is None:
            return None
        return self.surroundings.seen_from(self.tree / document.path, text, document.parsed.language)


def _opened(task: Task) -> Document | Skipped:
    try:
        text = decode(Path(task.path), task.data).text
    except FileError as error:
        return Skipped(task.path, str(error).replace(task.path, "It", 1))
    if why := why_unfit(text):
        return Skipped(task.path, why)
    parsed = parse(text, language_of(f"/{task.path}"))
    if parsed is None:
        return Skipped(task.path, "It cannot be parsed in reasonable time.", is_failure=True)
    return Document(task.path, sha256(task.data), parsed, task.oldest)


def _is_in_the_way(draft: Draft, kept: Sequence[Draft]) -> bool:
    return any(is_overlapping(draft, other) for other in kept)


def _changes(draft: Draft, text: str) -> bool:
    """Whether a draft would change anything; answers may be what stands there."""
    return not draft.is_kept or any(part.old.replace("\r\n", "\n") != part.new for part in draft.parts(text))
