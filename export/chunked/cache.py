"""Encoded chunks by their content, the least recently used dropped first, within a bound in bytes."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIMIT = 256 * 2**20
"""Bytes."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Keys and values of a chunk of T tokens, for the slots that see it."""

    keys: Floats  # (layers, T, K, E), not rotated
    values: Floats  # the same shape

    @property
    def size(self) -> int:
        """Bytes."""
        return self.keys.nbytes + self.values.nbytes


class ChunkCache:
    """Safe to use from several threads. A chunk's tokens are its key, so nothing is ever stale."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._chunks: OrderedDict[bytes, Encoded] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size

    def __len__(self) -> int:
        return len(self._chunks)

    def get(self, chunk: Sequence[int]) -> Encoded | None:
        key = _key(chunk)
        with self._lock:
            if key in self._chunks:
                self._chunks.move_to_end(key)
            return self._chunks.get(key)

    def put(self, chunk: Sequence[int], encoded: Encoded) -> None:
        """Keep it, unless it is larger than the bound by itself."""
        key = _key(chunk)
        with self._lock:
            if key in self._chunks:
                self._size -= self._chunks.pop(key).size
            self._chunks[key] = encoded
            self._size += encoded.size
            while self._size > self._limit:
                _, oldest = self._chunks.popitem(last=False)
                self._size -= oldest.size

    def clear(self) -> None:
        with self._lock:
            self._chunks.clear()
            self._size = 0


def _key(chunk: Sequence[int]) -> bytes:
    return np.asarray(chunk, np.int32).tobytes()
