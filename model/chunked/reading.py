"""From a text with holes to what our denoiser reads of it: pieces healed, chunks cut, some of them chosen."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lacuna.model.chunked import chunks, context
from lacuna.model.chunked.chunks import LONGEST, SHORTEST, Chunked
from lacuna.model.chunked.healing import heads, healed
from lacuna.model.chunked.library import Lines
from lacuna.model.tokenizer import HOLE, MASK, PAD, SPECIAL, Tokenizer
from lacuna.syntax.spans import Span

Ints = NDArray[np.int64]
LONGEST_BEFORE = 128
"""Tokens of a line before a hole at most by which other lines are looked up."""


@dataclass(frozen=True, slots=True)
class Convention:
    """How text becomes tokens and chunks; an artifact that was trained in another way would answer nonsense."""

    pad: int = PAD
    mask: int = MASK
    hole: int = HOLE
    special: int = SPECIAL
    """Ids below this have no spelling."""
    longest: int = LONGEST
    shortest: int = SHORTEST
    """Tokens of a chunk."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with holes, as our denoiser reads it."""

    chunked: Chunked
    """With a sentinel for each hole, in order."""
    chosen: tuple[int, ...]
    """The chunks that are seen, ascending."""
    heads: tuple[bytes, ...]
    """What each hole's answer begins with."""

    def nearest_first(self) -> list[int]:
        """The chosen chunks, sorted by the tokens that lie between a chunk and the first hole."""
        lengths = np.array([len(chunk) for chunk in self.chunked.chunks])
        ends = np.cumsum(lengths)
        starts = ends - lengths
        hole = starts[self.chunked.holes[0].chunk] + self.chunked.holes[0].token
        return sorted(self.chosen, key=lambda n: max(starts[n] - hole, hole - (ends[n] - 1), 0))


def read(text: str, spans: Sequence[Span], tokenizer: Tokenizer, budget: int, near: int) -> Reading:
    """Take the spans out of a text; choose what is seen: `budget` context tokens, all within `near` of a hole."""
    grown = healed(text, spans)
    chunked = chunks.cut(text, grown, tokenizer)
    return Reading(chunked, context.choose(chunked, budget, near), heads(text, spans, grown))


def line_before(chunked: Chunked, lines: Lines) -> Ints:
    """The tokens (n,) before the first hole in its line, the last first, without indentation; none of a long line."""
    place = chunked.holes[0]
    parts = (chunked.chunks[place.chunk][: place.token], *reversed(chunked.chunks[: place.chunk]))
    found = list[int]()
    for token in itertools.chain.from_iterable(map(reversed, parts)):
        if token == lines.newline:
            break
        if len(found) == LONGEST_BEFORE:
            return np.zeros(0, np.int64)
        found.append(token)
    while found and lines.is_blank[found[-1]]:
        found.pop()
    return np.array(found, np.int64)
