"""Lines and positions of a text: offsets in code points, columns in the units of an encoding.

No editor's types here.
"""

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lacuna.syntax.lines import line_end

Offsets = NDArray[np.int64]

_LINE_FEED, _RETURN = 10, 13


class Encoding(enum.StrEnum):
    """The units in which a column is counted."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Line and column from 0, the column in units of an encoding."""

    line: int
    character: int


@dataclass(frozen=True, slots=True)
class Range:
    """From a position up to another one, which is not in it."""

    start: Position
    end: Position


def line_starts(text: str) -> Offsets:
    """Offsets at which a line begins; the first is 0."""
    return np.concatenate(([0], _after_line_ends(text))).astype(np.int64)


def line_starts_after(starts: Offsets, text: str, start: int, end: int, inserted: int) -> Offsets:
    """Line starts of `text`, in which `inserted` code points took the place of [start, end).

    Whether a line begins at an offset depends on the two code points around it, so only the change and its
    neighbours are read again.
    """
    before = max(start - 1, 0)
    around = text[before : start + inserted + 1]
    fresh = _after_line_ends(around) + before
    fresh = fresh[(fresh >= max(start, 1)) & (fresh <= start + inserted)]
    kept = starts[: max(int(np.searchsorted(starts, start)), 1)]
    moved = starts[np.searchsorted(starts, end, side="right") :] + (start + inserted - end)
    return np.concatenate((kept, fresh, moved))


def offset_at(text: str, starts: Offsets, position: Position, encoding: Encoding) -> int:
    """The offset of a position; past a line's end it is the line's end, past the last line the text's end.

    A column inside a character means the character's begin.
    """
    if position.line >= len(starts):
        return len(text)
    start, end = _line(text, starts, position.line)
    line = text[start:end]
    if encoding is Encoding.UTF32 or line.isascii():
        return start + min(position.character, len(line))
    ends = np.cumsum(_units(line, encoding))  # the column behind each character
    return start + int(np.searchsorted(ends, position.character, side="right"))


def position_at(text: str, starts: Offsets, offset: int, encoding: Encoding) -> Position:
    r"""The inverse of `offset_at`; an offset between "\r" and "\n" means the line's end."""
    assert 0 <= offset <= len(text), "an offset lies within its text"
    line = int(np.searchsorted(starts, offset, side="right")) - 1
    start, end = _line(text, starts, line)
    head = text[start : min(offset, end)]
    if encoding is Encoding.UTF32 or head.isascii():
        return Position(line, len(head))
    return Position(line, int(_units(head, encoding).sum()))


def _line(text: str, starts: Offsets, line: int) -> tuple[int, int]:
    """Begin and end of a line without what ends it."""
    start = int(starts[line])
    return start, line_end(text, start)


def _after_line_ends(text: str) -> Offsets:
    """Where lines begin by the rule of `lacuna.syntax.lines`, found in all the text at once."""
    if "\r" not in text and "\n" not in text:
        return np.empty(0, np.int64)
    points = _code_points(text)
    is_end = points == _LINE_FEED
    is_return = points == _RETURN
    is_return[:-1] &= ~is_end[1:]  # a return before a line feed ends no line of its own
    return np.flatnonzero(is_end | is_return) + 1


def _units(line: str, encoding: Encoding) -> NDArray[np.int64]:
    """How many units each code point takes."""
    points = _code_points(line)
    units = np.ones(len(points), np.int64) + (points >= 0x10000)  # UTF-16: two above the basic plane
    if encoding is Encoding.UTF8:
        units += (points >= 0x80).astype(np.int64) + (points >= 0x800)  # bytes: one to four
    return units


def _code_points(text: str) -> NDArray[np.uint32]:
    # UTF-32 gives each code point four bytes, so the bytes are the array; lone surrogates pass too.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))
