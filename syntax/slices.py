"""A source in slices, as a parser that can be stopped asks for it; without what the parser's binding would leak."""

import ctypes
import sys
from importlib.metadata import version

_SIZE = 16_384  # bytes at a time; as bytes: a memoryview crashes the binding's predicates
_LEAKS = version("tree-sitter") == "0.26.1"
"""Whether the binding keeps a reference to each slice for ever: a text stays in memory as often as it is parsed."""
_OWN = 3
"""References to a slice that nothing else holds: of the list, of the loop, and of who counts them."""


class Slices:
    """Called for what stands at a byte: by the parser, and by predicates as long as the tree lives."""

    def __init__(self, source: bytes) -> None:
        self._source = memoryview(source)
        self._handed: list[bytes] = []

    def __call__(self, byte: int, _point: object) -> bytes:
        piece = bytes(self._source[byte : byte + _SIZE])
        if _LEAKS and len(piece) > 1:  # shorter ones are Python's own
            self._release(2)  # the parser may still read the last one
            self._handed.append(piece)
        return piece

    def __del__(self) -> None:
        self._release(0)

    def _release(self, kept: int) -> None:
        """Drop what the binding holds of all slices but the last few."""
        done = self._handed[: len(self._handed) - kept]
        del self._handed[: len(done)]
        for piece in done:
            if sys.getrefcount(piece) > _OWN:
                ctypes.pythonapi.Py_DecRef(ctypes.py_object(piece))
