"""Blanks filled by `infill`: the known text of a rule's sketches stands, their blanks are the holes of a request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lacuna.infill.request import MOST, Answer, Candidate, Infill, Reason, Request, answered
from lacuna.model.denoiser import Beside
from lacuna.refactor.drafts import Composed, Document, Draft, composed
from lacuna.refactor.overlaps import is_overlapping
from lacuna.refactor.plan import Alternative, Outcome

CANDIDATES = 3
"""Of a blank, at most."""
_UNSAID = "this does not parse"


@dataclass(frozen=True, slots=True)
class Filler:
    """Fills the blanks of one document."""

    infill: Infill
    document: Document
    threshold: float | None
    """Least confidence of a site whose rule does not say; None is the artifact's."""
    beside: Beside | None = None

    def filled(self, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
        """Drafts of one rule with candidates in their blanks; those that get none say why."""
        open_ones = [draft for draft in drafts if draft.is_kept and draft.blanks]
        jointly = list(_in_groups(open_ones)) if open_ones and open_ones[0].rule.is_joint else []
        done = {id(draft): one for group in jointly for draft, one in zip(group, self._jointly(group), strict=True)}
        return tuple(
            draft if not (draft.is_kept and draft.blanks) else done.get(id(draft)) or self._alone(draft)
            for draft in drafts
        )

    def filled_again(self, draft: Draft, others: Sequence[Draft]) -> Draft:
        """A draft whose blanks are filled anew, with whole drafts in view that it does not overlap."""
        return self._alone(replace(draft, offered=(), chosen=(), outcome=Outcome.KEPT, reason=""), others)

    def _alone(self, draft: Draft, others: Sequence[Draft] = ()) -> Draft:
        """Fill what is left of a draft's blanks, whatever the confidence, with some whole drafts in view."""
        scene = composed(self.document.text, [*others, draft], {len(others)})
        answer = self._asked(scene, 0.0)
        draft = replace(draft, threshold=self._least(draft, answer))
        got = _answered(answer)
        for candidates in got:
            draft = _with(draft, candidates)
        if len(got) < len(scene.gaps):
            return draft.because(Outcome.EMPTY, answer.explained)
        return _weighed(draft)

    def _jointly(self, group: Sequence[Draft]) -> list[Draft]:
        """Fill the blanks of several drafts, each with the answers before it in view; what is not kept is not seen."""
        found = list(group)
        while waiting := [n for n, draft in enumerate(found) if draft.is_kept and len(draft.offered) < draft.blanks]:
            seen = [n for n, draft in enumerate(found) if draft.is_kept]
            scene = composed(self.document.text, [found[n] for n in seen], {seen.index(n) for n in waiting})
            answer = self._asked(scene, self._asked_threshold(group[0]))
            got = _answered(answer)
            for gap, candidates in zip(scene.gaps, got, strict=False):
                n = seen[gap.draft]
                found[n] = replace(_with(found[n], candidates), threshold=self._least(found[n], answer))
                if _is_low(found[n]):
                    found[n] = self._low(n, found)
                    break
            else:
                if len(got) < len(scene.gaps):
                    n = seen[scene.gaps[len(got)].draft]
                    found[n] = found[n].because(Outcome.EMPTY, answer.explained)
        return found

    def _low(self, number: int, found: Sequence[Draft]) -> Draft:
        """A draft that is not likely enough, whole, for people to see."""
        draft = found[number]
        if len(draft.offered) < draft.blanks:
            others = [one for one in found if one is not draft and one.is_kept and len(one.offered) == one.blanks]
            draft = self._alone(draft, others)
        return _weighed(draft) if draft.is_kept else draft

    def _asked(self, scene: Composed, threshold: float | None) -> Answer:
        request = Request(
            scene.text,
            self.document.parsed.language.name,
            tuple(gap.span for gap in scene.gaps),
            threshold,
            alternatives=CANDIDATES,
            oldest=self.document.oldest,
            beside=self.beside,
            old=tuple(gap.old for gap in scene.gaps),
        )
        return answered(self.infill(request))

    def _asked_threshold(self, draft: Draft) -> float | None:
        return draft.rule.threshold if draft.rule.threshold is not None else self.threshold

    def _least(self, draft: Draft, answer: Answer) -> float:
        asked = self._asked_threshold(draft)
        return answer.threshold if asked is None else asked


def _in_groups(drafts: Sequence[Draft]) -> Iterator[list[Draft]]:
    """Cut into groups of drafts that do not overlap each other, and have not too many blanks in all."""
    group: list[Draft] = []
    for draft in drafts:
        is_full = sum(one.blanks for one in group) + draft.blanks > MOST
        if group and (is_full or any(is_overlapping(draft, one) for one in group)):
            yield group
            group = []
        group.append(draft)
    if group:
        yield group


def _answered(answer: Answer) -> tuple[tuple[Alternative, ...], ...]:
    """What the first holes of a request got, up to the one that was refused for more than its confidence."""
    candidates = [found[:CANDIDATES] for found in answer.candidates]
    done = next((n for n, found in enumerate(candidates) if not found), len(candidates))
    is_last_refused = answer.reason not in (None, Reason.BELOW_THRESHOLD, Reason.NO_PARSE) or (
        answer.reason is Reason.NO_PARSE and bool(done) and not candidates[done - 1][0].parses
    )
    if done and is_last_refused:
        done -= 1
    return tuple(tuple(map(_alternative, found)) for found in candidates[:done])


def _alternative(candidate: Candidate) -> Alternative:
    faults = candidate.faults if candidate.parses else (*candidate.faults, _UNSAID)
    text = candidate.text.replace("\r\n", "\n").replace("\r", "\n")
    return Alternative(text, round(candidate.confidence, 6), tuple(faults))


def _with(draft: Draft, candidates: tuple[Alternative, ...]) -> Draft:
    """With candidates in the next blank; those that may not stand there come last."""
    hole = draft.holes[len(draft.offered)]
    fit = tuple(one for one in candidates if hole.takes(one.text.strip()))
    unfit = (replace(one, faults=(*one.faults, hole.why)) for one in candidates if one not in fit)
    return replace(draft, offered=(*draft.offered, (*fit, *unfit)), chosen=(*draft.chosen, 0))


def _is_low(draft: Draft) -> bool:
    return draft.likelihood < draft.threshold


def _weighed(draft: Draft) -> Draft:
    if not _is_low(draft):
        return draft
    return draft.because(Outcome.LOW, f"{draft.likelihood:.2f} of {draft.threshold:g}")
