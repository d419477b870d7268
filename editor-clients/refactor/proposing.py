"""From one file to what a plan says of it: sketches, answers, gates, overlaps, and the file as a whole."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lacuna.infill.request import Infill
from lacuna.infill.surroundings import Surroundings
from lacuna.model.denoiser import Beside
from lacuna.refactor.bisecting import without_breaking
from lacuna.refactor.drafts import Document, Draft, composed, drafts
from lacuna.refactor.filling import Filler
from lacuna.refactor.gates import AGAIN, Whole, through
from lacuna.refactor.overlaps import without_overlaps
from lacuna.refactor.plan import Outcome, PlannedFile, Skipped, Verdict
from lacuna.refactor.rule import Rule
from lacuna.refactor.sources import why_unfit
from lacuna.syntax.errors import FileError
from lacuna.syntax.gate import Version
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.parsing import parse
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import sha256
from lacuna.workspace.textfile import decode

_SAMPLE = 3
"""Sites that are filled to see how long that takes."""
_MATCHES_AGAIN = "the rule matches again in what it would write"


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
        done = _settled(gated, document)
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
        assert self.infill, "a rule has blanks, so a model was opened"
        filler = Filler(self.infill, document, self.threshold, self._beside(document))
        return [draft for draft in filler.filled(found) if _changes(draft, document.text)]

    def _beside(self, document: Document) -> Beside | None:
        if self.surroundings is None:
            return None
        return self.surroundings.seen_from(self.tree / document.path, document.text, document.parsed.language)


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


def _changes(draft: Draft, text: str) -> bool:
    """Whether a draft would change anything; answers may be what stands there."""
    return not draft.is_kept or any(part.old.replace("\r\n", "\n") != part.new for part in draft.parts(text))


def _settled(found: Sequence[Draft], document: Document) -> list[Draft]:
    """The drafts, of which those stay kept that pass all gates together and do not overlap.

    A draft that fails a gate makes no other lose: what overlaps it is tried without it.
    """
    whole = Whole(document)
    while True:
        done = _as_a_whole(without_overlaps(found, document.text), whole)
        failed = {id(draft.sketch): draft for draft in done if draft.outcome is Outcome.GATED}
        is_new = any(draft.is_kept and id(draft.sketch) in failed for draft in found)
        if not (is_new and any(draft.outcome is Outcome.OVERLAPS for draft in done)):
            return done
        found = [failed.get(id(draft.sketch), draft) for draft in found]


def _as_a_whole(found: Sequence[Draft], whole: Whole) -> list[Draft]:
    """The drafts, those no longer kept that break the file or that their rule would match again."""
    others = [draft for draft in found if not draft.is_kept]
    kept = [draft for draft in found if draft.is_kept]
    while kept:
        standing, broken = without_breaking(kept, whole.why_not, lambda draft, beside, _: _other(draft, beside, whole))
        others += [draft.judged(why) for draft, why in broken]
        again = _matching_again(standing, others, whole.document)
        kept = [draft for draft in standing if id(draft) not in again]
        others += [
            draft.judged(Verdict(AGAIN, is_passed=False, words=_MATCHES_AGAIN))
            for draft in standing
            if id(draft) in again
        ]
        if len(kept) == len(standing):
            break
    passed = [Verdict(gate, is_passed=True) for gate in (*whole.gates, AGAIN)]
    return [*others, *(draft.judged(*passed) for draft in kept)]


def _other(draft: Draft, beside: Sequence[Draft], whole: Whole) -> Draft | None:
    """A draft with other candidates that does not break a file."""
    others = (other for one in draft.variants() if (other := through(one, whole.document)).is_kept)
    return next((other for other in others if whole.why_not([*beside, other]) is None), None)


def _matching_again(kept: Sequence[Draft], others: Sequence[Draft], document: Document) -> set[int]:
    """Which drafts, by identity, have their rule match again where they write.

    A match that was there before and is not carried out is none of theirs, nor is the same question: what is asked
    again has the same answer.
    """
    after = composed(document.text, kept)
    parsed = parse(after.text, document.parsed.language)
    if parsed is None:
        return set()
    now = Document(document.path, "", parsed, document.oldest)
    found = set[int]()
    for rule in {draft.rule.name: draft.rule for draft in kept}.values():
        written = [(kept[n], span) for n, span in after.written if kept[n].rule.name == rule.name]
        waiting = [draft for draft in others if draft.rule.name == rule.name]
        texts = {stood for draft in waiting if any(stood := _stood(draft, document.text))}
        places = {place for draft in waiting for place in _moved(draft, kept, document.text)}
        for again in drafts(rule, now):
            was_there = _stood(again, after.text) in texts or again.replacements[0].span.start in places
            if again.is_kept and not was_there:
                touched = (one for one, span in written if any(_touches(new.span, span) for new in again.replacements))
                found |= {id(one) for one in touched if not _asks_the_same(one, again)}
    return found


def _moved(draft: Draft, kept: Sequence[Draft], text: str) -> tuple[int, int]:
    """Where a draft's place is once others are carried out: before or behind what is written right there."""
    start = draft.replacements[0].span.start
    grown = [(part.end, len(part.new) - len(part.old)) for other in kept for part in other.parts(text)]
    return (
        start + sum(by for end, by in grown if end < start),
        start + sum(by for end, by in grown if end <= start),
    )


def _asks_the_same(draft: Draft, again: Draft) -> bool:
    pieces = [one.pieces for one in draft.sketch.replacements]
    return again.blanks > 0 and pieces == [one.pieces for one in again.sketch.replacements]


def _stood(draft: Draft, text: str) -> tuple[str, ...]:
    return tuple(text[one.span.start : one.span.end] for one in draft.sketch.replacements)


def _touches(one: Span, other: Span) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end
