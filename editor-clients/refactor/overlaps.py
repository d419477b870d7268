"""Sites that would write in one place: an earlier rule wins, then the better confidence, then the earlier place."""

from collections.abc import Sequence

from lacuna.refactor.drafts import Draft, is_insertion
from lacuna.refactor.plan import Outcome
from lacuna.refactor.rule import Replacement


def without_overlaps(drafts: Sequence[Draft], text: str) -> tuple[Draft, ...]:
    """The drafts, rule by rule; each loser says whom it overlaps."""
    order = {rule: n for n, rule in enumerate(dict.fromkeys(draft.rule.name for draft in drafts))}

    def rank(n: int) -> tuple[int, float, int]:
        draft = drafts[n]
        return order[draft.rule.name], -draft.likelihood, n

    found = list(drafts)
    winners = _Winners()
    for n in sorted((n for n, draft in enumerate(drafts) if draft.is_kept), key=rank):
        winner = winners.met_by(drafts[n])
        if winner is None:
            winners.add(drafts[n])
            continue
        line = winner.site(text).line
        found[n] = drafts[n].because(Outcome.OVERLAPS, f"overlaps {winner.rule.name} at line {line}")
    return tuple(found)


class _Winners:
    """Drafts that do not overlap, found by where they write."""

    _WIDTH = 4096
    """Code points; what is looked through for a draft are the drafts that write in the same stretch of the text."""

    def __init__(self) -> None:
        self._near: dict[int, list[Draft]] = {}

    def add(self, draft: Draft) -> None:
        for stretch in self._stretches(draft):
            self._near.setdefault(stretch, []).append(draft)

    def met_by(self, draft: Draft) -> Draft | None:
        near = (other for stretch in self._stretches(draft) for other in self._near.get(stretch, ()))
        return next((other for other in near if is_overlapping(draft, other)), None)

    def _stretches(self, draft: Draft) -> list[int]:
        return sorted(
            {
                stretch
                for one in draft.replacements
                for stretch in range(one.span.start // self._WIDTH, one.span.end // self._WIDTH + 1)
            }
        )


def is_overlapping(one: Draft, other: Draft) -> bool:
    return any(_is_overlapping(a, b) for a in one.replacements for b in other.replacements)


def _is_overlapping(one: Replacement, other: Replacement) -> bool:
    """Whether two replacements would write in one place.

    Equal insertions are one, and whole lines that are inserted at one place stand one after the other.
    """
    if one.span == other.span and one.span.start == one.span.end:
        is_shared = is_insertion(one) and one.pieces == other.pieces
        return not (is_shared or (_is_of_lines(one) and _is_of_lines(other)))
    if one.span.start == one.span.end or other.span.start == other.span.end:
        return one.span.start < other.span.end and other.span.start < one.span.end
    return max(one.span.start, other.span.start) < min(one.span.end, other.span.end)


def _is_of_lines(one: Replacement) -> bool:
    first, last = one.pieces[0], one.pieces[-1]
    return (isinstance(first, str) and first.startswith("\n")) or (isinstance(last, str) and last.endswith("\n"))
