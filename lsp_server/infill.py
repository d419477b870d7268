"""The product as one function: from spans of a text to edits, every draft shown on the way."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lacuna.export.engine import Context, Engine
from lacuna.lsp_server import ranking, scope, warming
from lacuna.lsp_server.request import Answer, Draft, Edit, Reason, Request, Timings, Tokens
from lacuna.model import chunks, context, sampler
from lacuna.model.growing import Growing, IsSound, grow
from lacuna.model.healing import heads, healed
from lacuna.model.sampler import Beginnings, Drafts, PolicyName, Sampling
from lacuna.model.tokenizer import MASK, Tokenizer
from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.languages import language_of
from lacuna.syntax.spans import Span

Ints = NDArray[np.int64]


def infill(engine: Engine, request: Request) -> Iterator[Draft | Answer]:
    """Fill the request's spans jointly: a draft after every step, the answer last. Closing it cancels."""
    defaults, tokenizer = engine.manifest.defaults, engine.tokenizer
    clock = _Clock()

    # spans -> chunks and holes
    language = language_of(request.language)
    check = SyntaxCheck(request.text, request.spans, language)
    grown = healed(request.text, request.spans)
    chunked = chunks.cut(request.text, grown, tokenizer)
    begin_with = heads(request.text, request.spans, grown)
    chosen = context.choose(chunked, defaults.budget, engine.manifest.dimensions.near)
    parse_ms = clock.lap()
    if not request.is_patient and warming.is_cold(engine, chunked, chosen):
        yield Answer(
            (),
            tuple(() for _ in request.spans),
            Reason.WARMING,
            Timings(parse_ms, 0, (), clock.total()),
            Tokens(0, 0, 0),
            engine.provider,
            engine.name,
            defaults.threshold,
        )
        return

    # chunks -> keys and values
    seen = engine.context(chunked, chosen, begin_with)
    encode_ms = clock.lap()

    # holes -> drafts -> answers
    steps_ms = []

    def is_sound(slots: Ints, lengths: Ints) -> bool:
        texts = _texts(slots, lengths, begin_with, tokenizer)
        return texts is not None and any(map(is_worth_offering, _forms(request, texts)))

    def is_worth_offering(texts: tuple[str, ...]) -> bool:
        joint = ranking.judged(request.text, request.spans, texts, 1.0, check)
        return joint.may_be_offered and joint.is_sound

    for drafts in _denoised(engine, seen, request, begin_with, check, is_sound):
        steps_ms.append(clock.lap())
        yield _draft(drafts, begin_with, tokenizer)
        clock.lap()  # what the reader of a draft does with it is not ours
    calibration = engine.manifest.calibration
    confidence = calibration.probability if calibration else math.exp
    answers = [(texts, confidence(min(0.0, score))) for texts, score in _answers(drafts, begin_with, tokenizer)]

    # answers that parse, best first -> edits
    answers = list(_in_all_forms(request, answers))
    within = ((scope.cut_all(request, texts, language), score) for texts, score in answers)
    ranked = ranking.rank(ranking.judged(request.text, request.spans, *answer, check) for answer in within)
    threshold = defaults.threshold if request.threshold is None else request.threshold
    reason = ranking.refusal(ranked[0], threshold) if ranked else Reason.NO_PARSE
    edits = () if reason else tuple(map(Edit, request.spans, ranked[0].texts))
    yield Answer(
        edits,
        tuple(tuple(joint.candidate(n) for joint in ranked) for n in range(len(request.spans))),
        reason,
        Timings(parse_ms + clock.lap(), encode_ms, tuple(steps_ms), clock.total()),
        Tokens(seen.attended, seen.encoded, len(request.spans) * defaults.canvas),
        engine.provider,
        engine.name,
        defaults.threshold,
    )


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


def _denoised(
    engine: Engine,
    seen: Context,
    request: Request,
    begin_with: Sequence[bytes],
    check: SyntaxCheck,
    is_sound: IsSound,
) -> Iterator[Drafts]:
    """As the artifact's defaults say."""
    defaults, holes = engine.manifest.defaults, len(request.spans)
    predict, beginnings = partial(engine.denoise, seen), Beginnings(begin_with, engine.tokenizer.spellings)
    policy = defaults.policy if holes == 1 else defaults.joint_policy
    told = request.as_long_as
    lengths = _lengths(begin_with, told, defaults.canvas, engine.tokenizer) if told else None
    if policy.grows:
        most = np.full((1, holes), defaults.canvas) if lengths is None else lengths
        in_order = policy is PolicyName.IN_ORDER
        openings = _openings(check, begin_with[0], engine.tokenizer) if in_order and holes == 1 else ()
        growing = Growing(
            defaults.candidates,
            in_order,
            is_length_known=lengths is not None,
            openings=tuple(row for row in openings if len(row) < most[0, 0]),
        )
        return grow(predict, beginnings, most, growing, is_sound)
    if lengths is not None:
        known = sampler.masked(lengths, np.zeros(1, np.float32))
        return sampler.finished(predict, known, beginnings, policy.policy(defaults.confidence))
    sampling = Sampling(defaults.canvas, defaults.candidates, policy.policy(defaults.confidence))
    return sampler.denoise(predict, beginnings, holes, sampling)


def _openings(check: SyntaxCheck, head: bytes, tokenizer: Tokenizer) -> Iterator[tuple[int, ...]]:
    """Tokens with which the first hole is likely to begin, those of its head included."""
    beginning = head.decode("utf-8", "surrogatepass")
    return (tokenizer.encode_text(beginning + opening) for opening in check.openings())


def _lengths(heads_: Sequence[bytes], texts: Sequence[str], canvas: int, tokenizer: Tokenizer) -> Ints:
    """(1, G) the tokens of each text with its head, as many as a canvas holds."""
    tokens = [
        tokenizer.encode_text(head.decode("utf-8", "surrogatepass") + text)
        for head, text in zip(heads_, texts, strict=True)
    ]
    return np.array([[min(max(1, len(row)), canvas) for row in tokens]], np.int64)


def _draft(drafts: Drafts, begin_with: Sequence[bytes], tokenizer: Tokenizer) -> Draft:
    """The candidate that looks best so far, less what stands before the spans anyway."""
    best = int(drafts.scores.argmax())
    return Draft(
        drafts.step,
        tuple(
            tuple(_slots(row[:length], head, tokenizer))
            for row, length, head in zip(drafts.slots[best], drafts.lengths[best], begin_with, strict=True)
        ),
    )


def _slots(row: Sequence[int], head: bytes, tokenizer: Tokenizer) -> Iterator[str | None]:
    for token in row:
        if token == MASK:
            yield None
            continue
        spelling = tokenizer.spellings[token]
        yield spelling[len(head) :].decode("utf-8", "replace")
        head = head[len(spelling) :]


def _in_all_forms(
    request: Request, answers: Sequence[tuple[tuple[str, ...], float]]
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Each answer's first form, then the others, none twice and as sure as the surest answer that comes to it.

    Of two that are as sure and parse the first is offered.
    """
    forms = [(list(_forms(request, texts)), confidence) for texts, confidence in answers]
    surest: dict[tuple[str, ...], float] = {}
    for texts, confidence in (
        *((first, confidence) for (first, *_), confidence in forms),
        *((other, confidence) for (_, *others), confidence in forms for other in others),
    ):
        surest[texts] = max(confidence, surest.get(texts, 0.0))
    yield from surest.items()


def _forms(request: Request, texts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """An answer as it may stand there, then without what stands after it anyway, then with the line end it lacks."""

    def changed(form: Callable[[str, Span, str], str]) -> tuple[str, ...]:
        return tuple(form(request.text, span, text) for span, text in zip(request.spans, texts, strict=True))

    own = changed(ranking.off_indentation)
    yield own
    for form in (ranking.without_overlap, ranking.with_line_end):
        if (other := changed(form)) not in (own, texts):
            yield other


def _answers(
    drafts: Drafts, begin_with: Sequence[bytes], tokenizer: Tokenizer
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Texts and score of each candidate; those that do not begin as they must, or are no text, are left out."""
    for slots, lengths, score in zip(drafts.slots, drafts.lengths, drafts.scores, strict=True):
        texts = None if np.isinf(score) else _texts(slots, lengths, begin_with, tokenizer)
        if texts is not None:
            yield texts, float(score)


def _texts(slots: Ints, lengths: Ints, begin_with: Sequence[bytes], tokenizer: Tokenizer) -> tuple[str, ...] | None:
    """What finished slots (G, N) of such lengths (G,) add to what stands there; None if that is no text."""
    rows = (tokenizer.decode(row[:length]) for row, length in zip(slots, lengths, strict=True))
    try:
        return tuple(row[len(head) :].decode("utf-8") for row, head in zip(rows, begin_with, strict=True))
    except UnicodeDecodeError:
        return None
