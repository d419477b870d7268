"""Cutting a text with holes into chunks: a pure, history-free function of the text with sentinels.

A segment that is too long is cut at its best line boundary, and so are its parts. As in a treap, where a cut falls
depends on priorities near it and on nothing else: an edit moves the cuts of the chunk it touches, rarely a neighbour's.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from lacuna.model.tokenizer import HOLE, Tokenizer
from lacuna.syntax.lines import split_lines
from lacuna.syntax.spans import Span

LONGEST = 208
"""Most tokens in a chunk."""
SHORTEST = 48
"""A cut leaves at least so many tokens on either side of it in the segment it cuts."""
PIECE = 192
"""Longer lines are tokenised in pieces of so many code points."""


@dataclass(frozen=True, slots=True)
class Sentinel:
    """Where a hole's sentinel stands: which chunk, and at which token of it."""

    chunk: int
    token: int


@dataclass(frozen=True, slots=True)
class Chunked:
    """A text cut into chunks, and the places of its holes in order."""

    chunks: tuple[tuple[int, ...], ...]
    holes: tuple[Sentinel, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    tokens: tuple[int, ...]
    priority: float
    """How good a cut before this line is, as far as this line alone decides it."""
    is_blank: bool


def cut(text: str, spans: Sequence[Span], tokenizer: Tokenizer) -> Chunked:
    """Cut `text`, with each span taken out and a sentinel in its place, into chunks of LONGEST tokens at most."""
    assert all(a.end <= b.start for a, b in pairwise(spans)), "spans overlap or are out of order"
    lines = _lines(text, spans, tokenizer)
    starts = np.array([0, *accumulate(len(line.tokens) for line in lines)])
    tokens = [token for line in lines for token in line.tokens]
    bounds = _bounds(starts, _priorities(lines))
    chunks = tuple(tuple(tokens[a:b]) for a, b in pairwise(bounds))
    return Chunked(chunks, _places(chunks) if spans else ())


def _lines(text: str, spans: Sequence[Span], tokenizer: Tokenizer) -> list[_Line]:
    """Tokenised lines of the text with sentinels; each ends with its newline token, but the last."""
    lines: list[_Line] = []
    open_line: list[str] = []  # parts of the line in hand; a hole stands between two parts
    start = 0
    for end, next_start in [*((s.start, s.end) for s in spans), (len(text), len(text))]:
        first, *rest = split_lines(text[start:end])
        open_line.append(first)
        for part in rest:
            lines.append(_line(tokenizer, tuple(open_line)))
            open_line = [part]
        start = next_start
    lines.append(_line(tokenizer, tuple(open_line)))
    last = lines.pop()
    lines.append(_Line(last.tokens[:-1], last.priority, last.is_blank))
    return [line for line in lines if line.tokens]


@lru_cache(maxsize=1 << 17)  # a keystroke changes one line of thousands
def _line(tokenizer: Tokenizer, parts: tuple[str, ...]) -> _Line:
    tokens: list[int] = []
    for n, part in enumerate(parts):
        if n:
            tokens.append(HOLE)
        for at in range(0, len(part), PIECE):
            tokens.extend(tokenizer.encode(part[at : at + PIECE]))
    tokens.append(tokenizer.newline)
    head = parts[0]
    depth = len(head) - len(head.lstrip(" \t"))
    is_blank = len(parts) == 1 and depth == len(head)
    noise = zlib.crc32("\0".join(parts).encode("utf-8", "surrogatepass")) / 2**32
    return _Line(tuple(tokens), noise + (0.0 if is_blank else max(0.0, 3.0 - depth / 4)), is_blank)


def forget() -> None:
    """Let go of the lines that were tokenised."""
    _line.cache_clear()


def _priorities(lines: Sequence[_Line]) -> NDArray[np.float64]:
    """Priority of the boundary before each line: shallow lines first, those after a blank line before all others."""
    own = np.array([line.priority for line in lines], dtype=np.float64)
    blank = np.array([False, *(line.is_blank for line in lines)][: len(lines)], dtype=bool)
    return own + 2.0 * blank


def _bounds(starts: NDArray[np.int64], priorities: NDArray[np.float64]) -> list[int]:
    """Token offsets where chunks begin and end."""
    bounds = [0]
    segments = [(0, len(starts) - 1)]  # lines [first, last); the leftmost is on top
    while segments:
        first, last = segments.pop()
        begin, end = int(starts[first]), int(starts[last])
        if end - begin <= LONGEST:
            if end > begin:
                bounds.append(end)
            continue
        low = max(first + 1, int(np.searchsorted(starts, begin + SHORTEST)))
        high = min(last, int(np.searchsorted(starts, end - SHORTEST, side="right")))
        if low >= high:  # a long line at one end of the segment
            low, high = first + 1, last
        if low >= high:  # one long line
            bounds.extend([*range(begin + LONGEST, end, LONGEST), end])
            continue
        at = low + int(np.argmax(priorities[low:high]))
        segments += [(at, last), (first, at)]
    return bounds


def _places(chunks: Sequence[Sequence[int]]) -> tuple[Sentinel, ...]:
    return tuple(
        Sentinel(n, at)
        for n, chunk in enumerate(chunks)
        if HOLE in chunk
        for at, token in enumerate(chunk)
        if token == HOLE
    )
