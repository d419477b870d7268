"""The cache of encoded chunks: found by content, bounded in bytes, the least recently used goes first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lacuna.export.chunked.cache import ChunkCache, Encoded

BYTES = 2 * 4 * 10
"""Size of one token's keys and values below."""


def encoded(tokens: int) -> Encoded:
    return Encoded(np.zeros((2, tokens, 1, 5), np.float32), np.zeros((2, tokens, 1, 5), np.float32))


def test_equal_content_is_found_whatever_sequence_holds_it() -> None:
    cache, kept = ChunkCache(), encoded(3)
    cache.put((5, 6, 7), kept)
    assert cache.get([5, 6, 7]) is kept
    assert cache.get((5, 6)) is None
    assert cache.get((5, 6, 8)) is None


def test_the_least_recently_used_goes_first() -> None:
    cache = ChunkCache(limit=2 * BYTES)
    cache.put((1,), encoded(1))
    cache.put((2,), encoded(1))
    assert cache.get((1,)) is not None
    cache.put((3,), encoded(1))
    assert cache.get((2,)) is None
    assert cache.get((1,)) is not None
    assert cache.get((3,)) is not None


def test_what_exceeds_the_bound_by_itself_is_not_kept() -> None:
    cache = ChunkCache(limit=BYTES)
    cache.put((1,), encoded(1))
    cache.put((1, 2), encoded(2))
    assert cache.get((1, 2)) is None
    assert cache.size <= BYTES


@given(st.lists(st.integers(1, 9), max_size=40), st.integers(0, 12))
def test_the_bound_holds_after_every_put(sizes: list[int], limit: int) -> None:
    cache = ChunkCache(limit * BYTES)
    for size in sizes:
        cache.put(range(size), encoded(size))
        assert cache.size <= limit * BYTES
        held = [chunk for size in range(1, 10) if (chunk := cache.get(range(size))) is not None]
        assert cache.size == sum(chunk.size for chunk in held)
        assert len(cache) == len(held)
