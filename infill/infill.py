"""The product as one function: from spans of a text to edits, every draft shown on the way."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lacuna.export.chunked.engine import Context, Engine
from lacuna.infill import ranking, scope, texts, warming
from lacuna.infill.ranking import Joint
from lacuna.infill.request import Answer, Draft, Reason, Request, Timings, Tokens
from lacuna.infill.turns import Turn
from lacuna.model.sampling import any_order as sampler
from lacuna.model.sampling.any_order import Beginnings, Drafts, PolicyName, Sampling
from lacuna.model.sampling.in_order import Growing, grow
from lacuna.model.tokenizer import Tokenizer
from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.languages import language_of
from lacuna.workspace.changes import Edit

Ints = NDArray[np.int64]

NOTHING_YET = Joint((), (), parses=True, is_sound=True, repeats=False, changes=True)


def infill(engine: Engine, request: Request) -> Iterator[Draft | Answer]:
    """Fill the request's spans: a draft after every step, the answer last. Closing it cancels.

    In order, several are filled one after another, with what those before them got in view; otherwise all at once.
    """
    defaults, holes = engine.manifest.defaults, len(request.spans)
    threshold = defaults.threshold if request.threshold is None else request.threshold
    policy = defaults.policy if holes == 1 else defaults.joint_policy
    at_once = 1 if policy is PolicyName.IN_ORDER else holes
    clock = _Clock()
    check = SyntaxCheck(request.text, request.spans, language_of(request.language))
    best, ranked, reason = NOTHING_YET, list[Joint](), None
    parse_ms, encode_ms, steps_ms, tokens = 0.0, 0.0, list[float](), Tokens(0, 0, 0)
    while reason is None and len(best.texts) < holes:
        # spans -> chunks and holes
        turn = Turn.after(engine, request, best.texts, at_once)
        parse_ms += clock.lap()
        if not (request.is_patient or best.texts) and warming.is_cold(engine, turn.chunked, turn.chosen):
            reason = Reason.WARMING
            break

        # chunks -> keys and values
        seen = engine.context(turn.chunked, turn.chosen, turn.all_heads)
        tokens = Tokens(seen.attended, tokens.encoded + seen.encoded, at_once * defaults.canvas)
        encode_ms += clock.lap()

        # holes -> drafts
        judge = _Judge(engine, request, check, best, turn)
        for drafts in _denoised(engine, seen, turn, policy, judge):
            steps_ms.append(clock.lap())
            said = texts.best_so_far(drafts, turn.heads, engine.tokenizer)
            to_come = holes - len(best.texts) - at_once
            yield Draft(len(steps_ms), (*((text,) for text in best.texts), *said, *((None,),) * to_come))
            clock.lap()  # what the reader of a draft does with it is not ours

        # drafts -> answers that parse, best first
        ranked = judge.ranked(drafts)
        reason = ranking.refusal(ranked[0], threshold) if ranked else Reason.NO_PARSE
        best = ranked[0] if ranked else best
        parse_ms += clock.lap()

    yield Answer(
        () if reason else tuple(map(Edit, request.spans, best.texts)),
        tuple(tuple(joint.candidate(n) for joint in ranked if n < len(joint.texts)) for n in range(holes)),
        reason,
        Timings(parse_ms, encode_ms, tuple(steps_ms), clock.total()),
        tokens,
        engine.provider,
        engine.name,
        defaults.threshold,
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Of what a turn's holes might get, in the document with what those before them got."""

    engine: Engine
    request: Request
    check: SyntaxCheck
    before: Joint
    turn: Turn

    def ranked(self, drafts: Drafts) -> list[Joint]:
        """The finished drafts' answers, best first."""
        calibration, turn = self.engine.manifest.calibration, self.turn
        probability = calibration.probability if calibration else math.exp
        found = texts.answers(drafts, self.turn.heads, self.engine.tokenizer)
        sure = [(answer, probability(min(0.0, score))) for answer, score in found]
        return ranking.rank(
            self._judged(scope.cut_all(turn.request, answer, language_of(turn.request.language)), confidence)
            for answer, confidence in texts.in_all_forms(turn.request, sure)
        )

    def worth(self, slots: Ints, lengths: Ints) -> float:
        """What finished slots (G, N) of such lengths (G,) count, in the form that counts most."""
        answer = texts.of(slots, lengths, self.turn.heads, self.engine.tokenizer)
        forms = texts.forms(self.turn.request, answer) if answer else ()
        return max((self._judged(form, 1.0).worth for form in forms), default=ranking.UNSOUND * ranking.REFUSED)

    def openings(self) -> Iterator[tuple[int, ...]]:
        """Tokens with which the turn's first hole is likely to begin, those of its head included."""
        check, asked, beginning = self.check, self.turn.request, self.turn.heads[0].decode("utf-8", "surrogatepass")
        if self.before.texts:
            check = SyntaxCheck(asked.text, asked.spans, language_of(asked.language))
        return (self.engine.tokenizer.encode_text(beginning + opening) for opening in check.openings())

    def _judged(self, answer: tuple[str, ...], confidence: float) -> Joint:
        before, request = self.before, self.request
        confidences = (*before.confidences, *(confidence for _ in answer))
        return ranking.judged(request.text, request.spans, (*before.texts, *answer), confidences, self.check)


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


def _denoised(engine: Engine, seen: Context, turn: Turn, policy: PolicyName, judge: _Judge) -> Iterator[Drafts]:
    """The drafts of the turn's holes."""
    defaults, told, holes = engine.manifest.defaults, turn.request.as_long_as, len(turn.request.spans)
    predict, beginnings = partial(engine.denoise, seen), Beginnings(turn.heads, engine.tokenizer.spellings)
    lengths = _lengths(turn.heads, told, defaults.canvas, engine.tokenizer) if told else None
    if policy.grows:
        most = np.full((1, holes), defaults.canvas) if lengths is None else lengths
        in_order = policy is PolicyName.IN_ORDER
        growing = Growing(
            defaults.candidates,
            in_order,
            is_length_known=lengths is not None,
            alternatives=turn.request.alternatives,
            openings=tuple(row for row in judge.openings() if len(row) < most[0, 0]) if in_order else (),
        )
        return grow(predict, beginnings, most, growing, judge.worth)
    if lengths is not None:
        known = sampler.masked(lengths, np.zeros(1, np.float32))
        return sampler.finished(predict, known, beginnings, policy.policy(defaults.confidence))
    sampling = Sampling(defaults.canvas, defaults.candidates, policy.policy(defaults.confidence))
    return sampler.denoise(predict, beginnings, holes, sampling)


def _lengths(heads: Sequence[bytes], answers: Sequence[str], canvas: int, tokenizer: Tokenizer) -> Ints:
    """(1, G) the tokens of each text with its head, as many as a canvas holds."""
    tokens = [
        tokenizer.encode_text(head.decode("utf-8", "surrogatepass") + answer)
        for head, answer in zip(heads, answers, strict=True)
    ]
    return np.array([[min(max(1, len(row)), canvas) for row in tokens]], np.int64)
