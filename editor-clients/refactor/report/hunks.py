"""A site as people read it: the lines before and after it, and what stands around them."""

import enum
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lacuna.refactor.plan import Part, Site
from lacuna.syntax.lines import split_lines
from lacuna.workspace.positions import Offsets, line_starts

CONTEXT = 3
_LONGEST = 160
"""Characters of an unchanged run within a line that are shown at each of its ends."""


class Mark(enum.StrEnum):
    SAME = "same"
    CHANGED = "changed"
    BLANK = "blank"
    """What was denoised."""


class Sign(enum.StrEnum):
    CONTEXT = " "
    REMOVED = "-"
    ADDED = "+"


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    mark: Mark


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Line:
    sign: Sign
    number: int | None
    """In the original, from 1; None for what is added."""
    pieces: Pieces


Hunk = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """Rows of the original, from 0, and what they become."""

    first: int
    old: tuple[Pieces, ...]
    new: tuple[Pieces, ...]

    @property
    def end(self) -> int:
        return self.first + len(self.old)


class Original:
    """A file's text before the change, cut into lines once for all of its sites."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: Offsets = line_starts(text)

    def hunks(self, site: Site) -> tuple[Hunk, ...]:
        """What the site alone would change; its parts fit the text."""
        hunks: list[list[_Change]] = []
        for change in self._changes(site.parts):
            if hunks and change.first - hunks[-1][-1].end <= 2 * CONTEXT:
                hunks[-1].append(change)
            else:
                hunks.append([change])
        return tuple(tuple(self._lines(changes)) for changes in hunks)

    def place(self, site: Site) -> tuple[Hunk, ...]:
        """Where a site is for which there is nothing to write: what stands there, between its neighbours."""
        (part, *_) = site.parts
        first, last = self._row(part.start), self._row(part.end)
        start, end = int(self._starts[first]), self._start(last + 1)
        stands = _by_line(self._old([part], start, end))
        return (
            (
                *(self._context(row) for row in range(max(first - CONTEXT, 0), first)),
                *(Line(Sign.CONTEXT, row + 1, _elided(pieces)) for row, pieces in enumerate(stands, first)),
                *(self._context(row) for row in range(last + 1, min(last + 1 + CONTEXT, self._rows()))),
            ),
        )

    def _changes(self, parts: tuple[Part, ...]) -> Iterator[_Change]:
        together: list[list[Part]] = []
        for part in parts:
            if together and self._row(part.start) <= self._row(together[-1][-1].end):
                together[-1].append(part)
            else:
                together.append([part])
        for group in together:
            first, last = self._row(group[0].start), self._row(group[-1].end)
            start, end = int(self._starts[first]), self._start(last + 1)
            change = _trimmed(first, _by_line(self._old(group, start, end)), _by_line(self._new(group, start, end)))
            if change.old or change.new:
                yield change

    def _old(self, parts: list[Part], start: int, end: int) -> Iterator[Piece]:
        for part in parts:
            yield Piece(self._text[start : part.start], Mark.SAME)
            yield Piece(part.old, Mark.CHANGED)
            start = part.end
        yield Piece(self._text[start:end], Mark.SAME)

    def _new(self, parts: list[Part], start: int, end: int) -> Iterator[Piece]:
        for part in parts:
            yield Piece(self._text[start : part.start], Mark.SAME)
            yield from _written(part)
            start = part.end
        yield Piece(self._text[start:end], Mark.SAME)

    def _lines(self, changes: list[_Change]) -> Iterator[Line]:
        at = max(changes[0].first - CONTEXT, 0)
        for change in changes:
            yield from (self._context(row) for row in range(at, change.first))
            for row, pieces in enumerate(change.old, change.first):
                yield Line(Sign.REMOVED, row + 1, _elided(pieces))
            yield from (Line(Sign.ADDED, None, _elided(pieces)) for pieces in change.new)
            at = change.end
        yield from (self._context(row) for row in range(at, min(at + CONTEXT, self._rows())))

    def _context(self, row: int) -> Line:
        (line, *_) = split_lines(self._text[int(self._starts[row]) : self._start(row + 1)])
        return Line(Sign.CONTEXT, row + 1, _elided((Piece(line, Mark.SAME),)))

    def _rows(self) -> int:
        """Lines, without the empty one behind the last line end."""
        return len(self._starts) - (int(self._starts[-1]) == len(self._text))

    def _row(self, offset: int) -> int:
        return int(self._starts.searchsorted(offset, side="right")) - 1

    def _start(self, row: int) -> int:
        return int(self._starts[row]) if row < len(self._starts) else len(self._text)


def alone(site: Site) -> tuple[Hunk, ...]:
    """The same for a site whose file cannot be shown: its own texts, without line numbers."""
    return tuple(
        (
            *(Line(Sign.REMOVED, None, pieces) for pieces in _by_line((Piece(part.old, Mark.CHANGED),))),
            *(Line(Sign.ADDED, None, pieces) for pieces in _by_line(_written(part))),
        )
        for part in site.parts
    )


def _written(part: Part) -> Iterator[Piece]:
    at = 0
    for blank in part.blanks:
        yield Piece(part.new[at : blank.start], Mark.CHANGED)
        yield Piece(part.new[blank.start : blank.end], Mark.BLANK)
        at = blank.end
    yield Piece(part.new[at:], Mark.CHANGED)


def _by_line(pieces: Iterable[Piece]) -> tuple[Pieces, ...]:
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *others = split_lines(piece.text)
        lines[-1].append(Piece(first, piece.mark))
        lines += ([Piece(text, piece.mark)] for text in others)
    if not _text(lines[-1]):
        lines.pop()  # behind the last line end
    return tuple(tuple(piece for piece in line if piece.text) for line in lines)


def _trimmed(first: int, old: tuple[Pieces, ...], new: tuple[Pieces, ...]) -> _Change:
    """Leave out the lines at both ends that stay as they are, as where whole lines are inserted."""
    equal = [_text(one) == _text(other) for one, other in zip(old, new, strict=False)]
    head = next((row for row, is_equal in enumerate(equal) if not is_equal), len(equal))
    rest = zip(reversed(old[head:]), reversed(new[head:]), strict=False)
    tail = sum(1 for _ in itertools.takewhile(lambda pair: _text(pair[0]) == _text(pair[1]), rest))
    return _Change(first + head, old[head : len(old) - tail], new[head : len(new) - tail])


def _text(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _elided(pieces: Pieces) -> Pieces:
    """A line of a million characters shows what changes in it, and some of what stands around that."""
    return tuple(
        Piece(f"{piece.text[:_LONGEST]} … {piece.text[-_LONGEST:]}", Mark.SAME)
        if piece.mark is Mark.SAME and len(piece.text) > 2 * _LONGEST
        else piece
        for piece in pieces
    )
