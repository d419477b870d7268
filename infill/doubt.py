"""Doubt: how likely each token that stands in a text is to belong there, and which parts to write anew for that."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from lacuna.model.denoiser import Denoiser, Ints, Scene, Seen
from lacuna.syntax.lines import lines
from lacuna.syntax.spans import Span

_IN_WORD = re.compile(r"\w\w")
_APART = 1
"""Tokens between two that are written anew, at most, that are written anew with them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A token that stands in a text."""

    span: Span
    probability: float
    """That it belongs there, given all else."""


def standing(denoiser: Denoiser, text: str, span: Span) -> Iterator[Standing]:
    """The tokens of a span, line by line, without indentation; each canvas of them is seen as a whole.

    What follows, in its line, a beginning of a word that fills a canvas alone is not judged.
    """
    for line in lines(text, span):
        start = line.start + len(text[line.start : line.end]) - len(text[line.start : line.end].lstrip())
        while start < line.end:
            found = _of_canvas(denoiser, text, Span(start, line.end))
            yield from found
            start = found[-1].span.end if found else line.end


def _of_canvas(denoiser: Denoiser, text: str, span: Span) -> Sequence[Standing]:
    """The first tokens of a span (not empty) of one line: as many as a canvas holds."""
    size = denoiser.sampling.canvas
    # What is to be judged is taken out of the text; a longer span is cut where its canvas ends.
    seen = denoiser.look(Scene(text, (span,)), denoiser.sampling)
    offsets, tokens = _laid_out(seen, text, span)
    if len(tokens) > size:
        if offsets[size] <= span.start:
            return ()
        span = Span(span.start, offsets[size])
        seen = denoiser.look(Scene(text, (span,)), denoiser.sampling)
        offsets, tokens = _laid_out(seen, text, span)
        offsets, tokens = offsets[: size + 1], tokens[:size]
    odds = _probabilities(seen, tokens)
    spans = [Span(max(span.start, a), b) for a, b in pairwise(offsets)]
    return [Standing(one, odd) for one, odd in zip(spans, odds, strict=True) if one.start < one.end]


def _laid_out(seen: Seen, text: str, span: Span) -> tuple[list[int], Ints]:
    """The tokens (N,) of a span and of the head before it, and the N + 1 offsets between them."""
    head = seen.head.decode("utf-8", "surrogatepass")
    whole = head + text[span.start : span.end]
    tokens = np.array(seen.encode(whole), np.int64)
    ends = accumulate(len(seen.vocabulary.spellings[token]) for token in tokens)
    data = whole.encode("utf-8", "surrogatepass")
    first = span.start - len(head)
    return [first, *(first + len(data[:end].decode("utf-8", "ignore")) for end in ends)], tokens


def _probabilities(seen: Seen, tokens: Ints) -> list[float]:
    """Of each token (N,), given the others and what the canvas' hole sees."""
    logits = seen.predict(tokens[None], np.array([len(tokens)])).logits[0].astype(np.float64)  # (N, V)
    logits[:, ~seen.vocabulary.is_text] = -np.inf
    chosen = np.take_along_axis(logits, tokens[:, None], -1)[:, 0]
    return [float(p) for p in np.exp(chosen - np.logaddexp.reduce(logits, -1))]


def reworked(denoiser: Denoiser, text: str, spans: Sequence[Span], strength: float) -> tuple[Span, ...]:
    """The parts of spans that are written anew: of each, so large a share of its tokens, the least likely ones.

    Words are written anew as a whole, and parts that lie one beside the other are one. Strength 0 gives none, and 1 the
    spans themselves.
    """
    if strength >= 1.0:
        return tuple(spans)
    return tuple(part for span in spans for part in _parts(text, list(standing(denoiser, text, span)), strength))


def _words(text: str, tokens: Sequence[Standing]) -> Iterator[range]:
    """The numbers of tokens that are parts of one word, or that stand alone."""
    cuts = [n for n in range(1, len(tokens)) if not _IN_WORD.match(text, tokens[n].span.start - 1)]
    return (range(first, last) for first, last in pairwise((0, *cuts, len(tokens))))


def _parts(text: str, tokens: Sequence[Standing], strength: float) -> list[Span]:
    count = math.ceil(strength * len(tokens))
    chosen = set(sorted(range(len(tokens)), key=lambda n: tokens[n].probability)[:count])
    doubted = [n for word in _words(text, tokens) if chosen.intersection(word) for n in word]
    parts: list[Span] = []
    last = -1
    for n in doubted:
        one = tokens[n].span
        between = tokens[last : n + 1]
        is_beside = n - last <= 1 + _APART and all(a.span.end == b.span.start for a, b in pairwise(between))
        if parts and is_beside:
            parts[-1] = Span(parts[-1].start, one.end)
        else:
            parts.append(one)
        last = n
    return parts
