"""Encoding what a request will see ahead of it, chunk by chunk, so that neither typing nor others wait for it."""

from collections.abc import Iterator, Sequence

import numpy as np

from lacuna.export.chunked.engine import Engine
from lacuna.infill.request import Request
from lacuna.model.chunked import chunks, context
from lacuna.model.chunked.chunks import Chunked
from lacuna.model.chunked.healing import healed

COLD = 1024
"""Tokens not encoded yet from which on a request waits for warming: up to there it is done along with the request."""


def is_cold(engine: Engine, chunked: Chunked, chosen: Sequence[int]) -> bool:
    """Whether so much of the context is to be encoded that it is better done in parts that can be interrupted."""
    return sum(len(chunked.chunks[n]) for n in _missing(engine, chunked, chosen)) > COLD


def warm(engine: Engine, request: Request) -> Iterator[int]:
    """Encode the chunks that the request's spans see, the nearest to the first span first; yields the tokens left."""
    chunked = chunks.cut(request.text, healed(request.text, request.spans), engine.tokenizer)
    chosen = context.choose(chunked, engine.manifest.defaults.budget, engine.manifest.dimensions.near)
    missing = _missing(engine, chunked, _nearest_first(chunked, chosen))
    left = sum(len(chunked.chunks[n]) for n in missing)
    yield left
    for n in missing:
        engine.encode(chunked.chunks[n])
        left -= len(chunked.chunks[n])
        yield left


def _missing(engine: Engine, chunked: Chunked, chosen: Sequence[int]) -> list[int]:
    return [n for n in chosen if engine.cache.get(chunked.chunks[n]) is None]


def _nearest_first(chunked: Chunked, chosen: Sequence[int]) -> list[int]:
    """Sorted by the tokens that lie between a chunk and the first hole."""
    lengths = np.array([len(chunk) for chunk in chunked.chunks])
    ends = np.cumsum(lengths)
    starts = ends - lengths
    hole = starts[chunked.holes[0].chunk] + chunked.holes[0].token
    return sorted(chosen, key=lambda n: max(starts[n] - hole, hole - (ends[n] - 1), 0))
