"""The product as one function: from spans of a text to edits, every draft shown on the way."""

import math
import time
from collections.abc import Generator
from dataclasses import dataclass

from lacuna.infill import evidence, ranking, replacing, scope, texts
from lacuna.infill.places import Filled, Place
from lacuna.infill.quotes import Quotes
from lacuna.infill.ranking import Judged, Rules, Verdict
from lacuna.infill.request import Answer, Candidate, Draft, Reason, Request, Timings, Tokens
from lacuna.model.denoiser import Calibration, Denoiser, Ints, Sampling, Scene, Seen
from lacuna.model.sampling.beginnings import Beginning
from lacuna.model.sampling.drafts import Drafts
from lacuna.model.sampling.in_order import Growing, grow
from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.languages.registry import language_of

COLD = 1024
"""If more context tokens than these are still to be encoded, a request that does not wait is answered WARMING."""


def infill(
    denoiser: Denoiser, request: Request, sampling: Sampling | None = None, *, is_calibrated: bool = True
) -> Generator[Draft, None, Answer]:
    """Fill the request's spans: yields a draft after every step and returns the answer. Closing it cancels.

    Holes are filled one after another, each with the answers before it in view. Without a sampling the denoiser's own
    is used; not calibrated, a confidence is the probability that the denoiser gave.
    """
    sampling = sampling or denoiser.sampling
    threshold = sampling.threshold if request.threshold is None else request.threshold
    calibration = denoiser.calibration if is_calibrated else None
    clock, rules = _Clock(), Rules.of(request, lambda text: len(denoiser.tokens(text)))
    filled = Filled()
    reason, detail = ranking.why_not(rules), ""
    if replacing.is_too_long(request, rules.size, sampling.canvas * sampling.blocks):
        reason = Reason.TOO_LONG
    candidates: dict[int, tuple[Candidate, ...]] = {}
    parse_ms, encode_ms, steps_ms, attended, encoded = 0.0, 0.0, list[float](), 0, 0
    while reason is None and (place := filled.place(request, rules.check)) is not None:
        # 1. Look: what the place sees
        seen = denoiser.look(place.scene, sampling)
        parse_ms += clock.lap()
        if not (request.is_patient or filled.texts) and seen.unread > COLD:
            reason = Reason.WARMING
            break
        attended, encoded = seen.attended, encoded + seen.unread
        for _ in seen.read():
            pass
        encode_ms += clock.lap()

        # 2. Search: drafts, the last of them finished
        quotes = Quotes.at(place, seen)
        judge = _Judge(rules, filled, place, seen, quotes, sampling, calibration)
        given = (*quotes.tokens(seen, sampling.canvas), *judge.old_text())
        growing = Growing(sampling.canvas, sampling.candidates, request.alternatives, judge.openings(), given)
        for drafts in grow(seen.continued, Beginning(seen.head, seen.vocabulary), growing, judge.worth):
            steps_ms.append(clock.lap())
            yield Draft(len(steps_ms), judge.shown(drafts))
            clock.lap()  # what the reader of a draft does with it is not ours

        # 3. Judge: answers that may be offered, best first
        ranked = judge.ranked(drafts)
        candidates[place.hole] = tuple(judged.candidate for judged in ranked)
        refused = ranking.refusal(ranked, threshold) or rules.no_better(ranked)

        # 4. Commit
        if refused and request.is_partial:
            filled = filled.without(place.hole, judge.stand_in(), *refused)
        elif refused:
            reason, detail = refused
        else:
            filled = ranked[0].filled
        parse_ms += clock.lap()

    if filled.left and len(filled.left) == len(request.spans):
        reason, detail = filled.left[0].reason, filled.left[0].detail
    return Answer(
        () if reason else tuple(filled.edits(request)),
        tuple(candidates.get(hole, ()) for hole in range(len(request.spans))),
        reason,
        Timings(parse_ms, encode_ms, tuple(steps_ms), clock.total()),
        Tokens(attended, encoded, sampling.canvas),
        denoiser.provider,
        denoiser.name,
        sampling.threshold,
        detail,
        filled.left,
    )


def warm(denoiser: Denoiser, request: Request) -> Generator[int, None, None]:
    """Encode what the request will see, the nearest first; yields the tokens left. Closing it cancels."""
    return denoiser.look(Scene(request.text, request.spans), denoiser.sampling).read()


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges answers to the place in hand, in the document as filled so far."""

    rules: Rules
    filled: Filled
    place: Place
    seen: Seen
    quotes: Quotes
    sampling: Sampling
    calibration: Calibration | None

    def openings(self) -> tuple[tuple[int, ...], ...]:
        """Tokens with which the answer is likely to begin, those of the head included."""
        if self.filled.is_open:
            return ()
        scene, head = self.place.scene, self.seen.head.decode("utf-8", "surrogatepass")
        language = language_of(self.rules.request.language)
        is_as_asked = scene.text == self.rules.request.text
        check = self.rules.check if is_as_asked else SyntaxCheck(scene.text, scene.spans, language)
        tokens = (self.seen.encode(head + opening) for opening in check.openings())
        return tuple(row for row in tokens if len(row) < self.sampling.canvas)

    def old_text(self) -> tuple[tuple[int, ...], ...]:
        """Tokens of what stands where code is reworked, the head included: one more answer to weigh."""
        if not self.rules.request.is_rework or self.filled.is_open:
            return ()
        head = self.seen.head.decode("utf-8", "surrogatepass")
        row = self.seen.encode(head + self.rules.request.before[self.place.hole])
        return (row,) if len(row) < self.sampling.canvas else ()

    def worth(self, tokens: Ints) -> float:
        """Weigh a finished candidate (N,) in the form that counts most."""
        text = texts.said(tokens, self.seen.head, self.seen.vocabulary)
        forms = () if text is None else texts.forms(self.place, text)
        return max(
            (self._verdict(form, is_brief=True).worth for form in forms), default=ranking.UNSOUND * ranking.REFUSED
        )

    def ranked(self, drafts: Drafts) -> list[Judged]:
        """The finished drafts' answers, best first."""
        found = texts.written(drafts, self.seen.head, self.seen.vocabulary, self.sampling.canvas)
        request, language = self.rules.request, language_of(self.rules.request.language)
        common, is_whole = evidence.of_place(self.place, language), self.rules.is_whole
        judged = []
        for answer in texts.in_all_forms(self.place, found):
            text = scope.cut(self.place.scene.text, self.place.span, answer.text, language, request.scope)
            blocks = self.filled.blocks if self.filled.is_open else 0
            is_open = answer.is_full and text == answer.text and blocks + 1 < self.sampling.blocks
            verdict = self._verdict(text)
            known = evidence.of_answer(common, answer.score, verdict, is_whole=is_whole)
            known |= evidence.of_quotes(text, self.quotes)
            confidence = self.calibration.probability(known) if self.calibration else math.exp(min(0.0, answer.score))
            after = self.filled.written(self.place.indentation + text, confidence, is_open=is_open)
            judged.append(Judged(after, verdict, known))
        return ranking.rank(judged)

    def shown(self, drafts: Drafts) -> tuple[tuple[str | None, ...], ...]:
        """All holes: what is written, the slots of the best candidate, and a masked slot for each hole to come."""
        slots = texts.best_so_far(drafts, self.seen.head, self.seen.vocabulary)
        left = set[int]() if self.rules.request.is_rework else {one.hole for one in self.filled.left}
        done: list[tuple[str | None, ...]] = [
            () if hole in left else (text,) for hole, text in enumerate(self.filled.texts)
        ]
        in_hand = (*done.pop(), *slots) if self.filled.is_open else (*filter(None, (self.place.indentation,)), *slots)
        return (*done, in_hand, *((None,),) * (len(self.place.scene.spans) - 1))

    def stand_in(self) -> str:
        """What stands for the hole in hand once it is left open: what is there if that is whole, else what heals it."""
        hole, check = self.place.hole, self.rules.check
        texts, before = self.filled.texts[:hole], self.rules.request.before[hole]
        return before if check.accepts((*texts, before)) else check.completed(texts)[hole]

    def _verdict(self, text: str, *, is_brief: bool = False) -> Verdict:
        after = self.filled.written(self.place.indentation + text, 1.0, is_open=False)
        return self.rules.verdict(self.place, text, after.texts, is_brief=is_brief)


class _Clock:
    """Milliseconds since the last lap, and in all."""

    def __init__(self) -> None:
        self._began = self._lap = time.perf_counter()

    def lap(self) -> float:
        now = time.perf_counter()
        took, self._lap = now - self._lap, now
        return 1000 * took

    def total(self) -> float:
        return 1000 * (time.perf_counter() - self._began)
