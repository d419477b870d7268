"""Which drafts of a file can stand together: its gates as a whole, overlaps, and whether a rule would match again."""

from collections.abc import Sequence

from lacuna.refactor.bisecting import without_breaking
from lacuna.refactor.drafts import Document, Draft, composed, drafts
from lacuna.refactor.gates import AGAIN, Whole, through
from lacuna.refactor.overlaps import without_overlaps
from lacuna.refactor.plan import Outcome, Verdict
from lacuna.syntax.parsing import parse
from lacuna.syntax.spans import Span

_MATCHES_AGAIN = "the rule matches again in what it would write"


def settled(found: Sequence[Draft], document: Document) -> list[Draft]:
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
