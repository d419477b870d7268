"""What the holes of a chunked text see: which chunks, and how far each of their tokens is from each hole."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lacuna.model.chunked.chunks import Chunked, Sentinel
from lacuna.model.tokenizer import HOLE

Ints = NDArray[np.int64]

BEFORE_ANCHOR = 2
"""Tokens before a place that the network reads with it."""


@dataclass(frozen=True, slots=True)
class Window:
    """Chosen chunks laid end to end: M tokens. Positions count the document's tokens, a hole as one."""

    positions: Ints
    """(M,) of each token, ascending."""
    holes: Ints
    """(G,) of each sentinel."""
    anchors: Ints
    """(G, BEFORE_ANCHOR + 1) the tokens left of each sentinel; HOLE where there is none. The last is the anchor."""

    def offsets(self) -> Ints:
        """(G, M) token distance of each token from each sentinel, negative before it; 0 is the sentinel itself."""
        return self.positions - self.holes[:, None]

    def near(self, width: int) -> tuple[Ints, Ints]:
        """(G, 2 * width) indices into M, and their offsets (0: no such token): `width` tokens left, then right."""
        reach = np.concatenate([np.arange(-width, 0), np.arange(1, width + 1)])
        wanted = self.holes[:, None] + reach  # (G, 2 * width)
        index = np.searchsorted(self.positions, wanted)
        found = index < len(self.positions)
        index[~found] = 0
        found &= self.positions[index] == wanted
        return np.where(found, index, 0), np.where(found, reach, 0)


def window(chunked: Chunked, chosen: Sequence[int]) -> Window:
    """The window of the chosen chunks (ascending); every hole's own chunk is among them."""
    lengths = np.array([len(chunk) for chunk in chunked.chunks])
    starts = np.cumsum(lengths) - lengths
    holes = np.array([starts[place.chunk] + place.token for place in chunked.holes], np.int64)
    positions = [np.arange(starts[n], starts[n] + lengths[n]) for n in chosen]
    anchors = np.array([_left_of(chunked, place) for place in chunked.holes], np.int64).reshape(-1, BEFORE_ANCHOR + 1)
    return Window(np.concatenate(positions) if positions else np.zeros(0, np.int64), holes, anchors)


def _left_of(chunked: Chunked, place: Sentinel) -> list[int]:
    tokens = list(chunked.chunks[place.chunk][: place.token])
    for chunk in reversed(chunked.chunks[: place.chunk]):
        if len(tokens) > BEFORE_ANCHOR:
            break
        tokens = [*chunk, *tokens]
    return [*[HOLE] * (BEFORE_ANCHOR + 1), *tokens][-BEFORE_ANCHOR - 1 :]


def choose(chunked: Chunked, budget: int, near: int) -> tuple[int, ...]:
    """The chunks that the holes see, ascending: those within `near` tokens of a hole, then the nearest, up to a budget.

    budget: context tokens in all. Of a text that fits, everything is chosen.
    """
    lengths = np.array([len(chunk) for chunk in chunked.chunks])
    if lengths.sum() <= budget:
        return tuple(range(len(lengths)))
    ends = np.cumsum(lengths)
    starts = ends - lengths
    holes = np.array([starts[place.chunk] + place.token for place in chunked.holes])
    gap = np.maximum(starts[:, None] - holes, holes - (ends[:, None] - 1)).clip(0).min(1)  # tokens to the nearest hole
    chosen, spent = [], 0
    for n in np.lexsort((np.arange(len(gap)), gap)):
        if spent + lengths[n] > budget and gap[n] > near:
            break
        chosen.append(int(n))
        spent += int(lengths[n])
    return tuple(sorted(chosen))
