"""Which lines of a file are others than at a revision; a line is remembered by four bytes."""

import functools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.syntax.lines import split_lines
from lacuna.workspace.diff import changes

_LONGEST = 20_000
"""Lines of a file whose changes are told apart; in a longer one that changed, all count as changed."""
_SIZE = 4


def remembered(text: str) -> bytes:
    """The lines of a text."""
    lines = (zlib.crc32(line.encode("utf-8", "surrogatepass")) for line in split_lines(text))
    return b"".join(line.to_bytes(_SIZE, "big") for line in lines)


@dataclass(frozen=True)
class Since:
    """A text compared with what it was."""

    then: bytes | None
    """As it is remembered; None if it was not there."""
    text: str

    def is_changed(self, first: int, last: int) -> bool:
        """Whether some of these lines, from 0, changed, or stand right beside lines that did.

        Of two equal lines that stood near each other and changed places, a comparison takes one for unchanged.
        """
        return any(start <= last + 1 and first - 1 < max(end, start + 1) for start, end in self._changed)

    @functools.cached_property
    def _changed(self) -> tuple[tuple[int, int], ...]:
        """Ranges of lines, half open; an empty one is where some went."""
        return tuple(_changed(self.then, remembered(self.text)))


def _changed(then: bytes | None, now: bytes) -> Iterator[tuple[int, int]]:
    if then is None or max(len(then), len(now)) > _LONGEST * _SIZE:
        if then != now:
            yield 0, len(now) // _SIZE
        return
    yield from ((start, end) for _, _, _, start, end in changes(_lines(then), _lines(now)))


def _lines(text: bytes) -> list[bytes]:
    return [text[at : at + _SIZE] for at in range(0, len(text), _SIZE)]
