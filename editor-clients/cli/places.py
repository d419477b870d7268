"""Places in a file as the command line names them, and the spans that they mean."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lacuna.infill.request import MOST
from lacuna.syntax import spans
from lacuna.syntax.errors import UsageError
from lacuna.syntax.languages.language import Language
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.lines import lines, rest_of_line
from lacuna.syntax.nodes import enclosing
from lacuna.syntax.parsing import parse
from lacuna.syntax.queries import captures, patiently
from lacuna.syntax.spans import Kind, Span
from lacuna.workspace.textfile import TextFile, read

CURSOR = "cursor"

SCOPES = (*(kind.value for kind in Kind), CURSOR)

_PLACE = r"(\d{1,9}):(\d{1,9})"


@dataclass(frozen=True, slots=True)
class LineColumn:
    """A line counted from 1 and a column counted from 0, in code points."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class At:
    """What surrounds one place: a node, the rest of the line, or nothing but the cursor."""

    place: LineColumn
    scope: Kind | None
    """None inserts at the cursor."""

    @property
    def names_node(self) -> bool:
        """Whether what stands there is to be replaced by another of its kind."""
        return self.scope not in (None, Kind.REST_OF_LINE)


@dataclass(frozen=True, slots=True)
class Between:
    """Exactly these ranges."""

    ranges: tuple[tuple[LineColumn, LineColumn], ...]


@dataclass(frozen=True, slots=True)
class Captured:
    """What a tree-sitter query captures as `@hole`."""

    query: str


@dataclass(frozen=True, slots=True)
class Marked:
    """Every explicit marker of the file."""


Where = At | Between | Captured | Marked


def place(text: str) -> LineColumn:
    """Parse "LINE:COL"; ValueError says what is wrong."""
    found = re.fullmatch(_PLACE, text, re.ASCII)
    if not found:
        raise ValueError(f"{text!r} is not LINE:COL, a line from 1 and a column from 0")
    line, column = map(int, found.groups())
    if line == 0:
        raise ValueError("lines are counted from 1")
    return LineColumn(line, column)


def place_range(text: str) -> tuple[LineColumn, LineColumn]:
    """Parse "LINE:COL-LINE:COL"; ValueError says what is wrong."""
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"{text!r} is not LINE:COL-LINE:COL")
    return place(start), place(end)


def scope(text: str) -> Kind | None:
    return None if text == CURSOR else Kind(text)


def query_source(text_or_path: str) -> str:
    """A query as it stands, or from a file: no query ends in ".scm"."""
    return read(Path(text_or_path)).text if text_or_path.endswith(".scm") else text_or_path


def spans_of(file: TextFile, language: Language, where: Where) -> tuple[Span, ...]:
    """Sorted and disjoint, at least one; raise UsageError or QueryError when there is none."""
    match where:
        case At():
            found = [_at(file, language, where)]
        case Between():
            rows = _rows(file)
            found = [_between(file, rows, start, end) for start, end in where.ranges]
        case Captured():
            found = _captured(file, language, where.query)
        case Marked():
            found = spans.markers(file.text)
            if not found:
                raise UsageError(f"{file.path} has no {spans.MARKER}; say where with --at, --span or --query.")
    if len(found) > MOST:
        raise UsageError(f"{len(found)} holes are too many: at most {MOST} are filled together.")
    found.sort(key=lambda span: (span.start, span.end))
    for one, other in itertools.pairwise(found):
        if one.end > other.start or one == other:
            raise UsageError("Spans must not overlap.")
    return tuple(found)


def _at(file: TextFile, language: Language, at: At) -> Span:
    offset = _offset_of(file, _rows(file), at.place)
    if at.scope is None:
        return Span(offset, offset)
    if at.scope is Kind.REST_OF_LINE:  # needs no tree, so it works in any text
        return rest_of_line(file.text, offset)
    parsed = parse(file.text, language, Span(offset, offset))
    found = None if parsed is None else enclosing(parsed, offset, at.scope)
    if found is None:
        raise UsageError(f"There is no {at.scope} at {at.place} of {file.path}.")
    return found


def _between(file: TextFile, rows: Sequence[Span], start: LineColumn, end: LineColumn) -> Span:
    span = Span(_offset_of(file, rows, start), _offset_of(file, rows, end))
    if span.start > span.end:
        raise UsageError(f"The span {start}-{end} ends before it starts.")
    return span


def _captured(file: TextFile, language: Language, query: str) -> list[Span]:
    found = patiently(_holes, file.text, language.name, query)
    if found is None:
        raise UsageError(f"{file.path} cannot be parsed in reasonable time, so no query can be run on it.")
    if not found:
        raise UsageError(f"The query captures no @hole in {file.path}.")
    return found


def _holes(text: str, language: str, query: str) -> list[Span] | None:
    parsed = parse(text, language_of(language))
    return None if parsed is None else captures(parsed, query)


def _rows(file: TextFile) -> list[Span]:
    return list(lines(file.text, Span(0, len(file.text))))


def _offset_of(file: TextFile, rows: Sequence[Span], where: LineColumn) -> int:
    """The code-point offset of a place; raise UsageError if the file has no such line, or it is shorter."""
    row = rows[where.line - 1] if where.line <= len(rows) else None
    if row is None or row.start + where.column > row.end:
        raise UsageError(f"{where} is outside {file.path}.")
    return row.start + where.column
