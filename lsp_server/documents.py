"""Documents as the client sees them: immutable snapshots, kept in step by incremental changes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lacuna.syntax.errors import LacunaError
from lacuna.syntax.spans import Span
from lacuna.workspace import positions
from lacuna.workspace.positions import Encoding, Offsets, Position, Range

_SURROGATE = re.compile("[\ud800-\udfff]")


class UnknownDocumentError(LacunaError):
    """The client speaks of a document that is not open."""


@dataclass(frozen=True, slots=True)
class ContentChange:
    """New text for a range, or for the whole document."""

    range: Range | None
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell's place in the text of its notebook."""

    uri: str
    first_line: int
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A text at a version. Two snapshots are the same only if they are one object.

    A notebook's cell has the text of all cells in its language, while its positions are those within the cell.
    """

    uri: str
    """Of the file: a cell has its notebook's."""
    language: str
    """The client's language id."""
    version: int
    text: str
    line_starts: Offsets
    cell: Cell | None = None

    @classmethod
    def opened(cls, uri: str, language: str, version: int, text: str) -> "Document":
        """A document with this text."""
        text = _well_formed(text)
        return cls(uri, language, version, text, positions.line_starts(text))

    @property
    def name(self) -> str:
        """The URI by which the client speaks of it."""
        return self.uri if self.cell is None else self.cell.uri

    @property
    def span(self) -> Span:
        """What of the text is its own."""
        return Span(0, len(self.text)) if self.cell is None else self.cell.span

    def changed(self, version: int, changes: Iterable[ContentChange], encoding: Encoding) -> "Document":
        """The next snapshot; each change speaks of the text that the one before it left."""
        document = self
        for change in changes:
            document = document._with(change, encoding)
        return replace(document, version=version)

    def offset_at(self, position: Position, encoding: Encoding) -> int:
        """The offset, in code points, that a position means."""
        if self.cell is None:
            return positions.offset_at(self.text, self.line_starts, position, encoding)
        line = self.cell.first_line + position.line
        offset = positions.offset_at(self.text, self.line_starts, Position(line, position.character), encoding)
        return min(offset, self.cell.span.end)

    def position_at(self, offset: int, encoding: Encoding) -> Position:
        """The position of an offset in code points."""
        found = positions.position_at(self.text, self.line_starts, offset, encoding)
        return found if self.cell is None else Position(found.line - self.cell.first_line, found.character)

    def span_of(self, range_: Range, encoding: Encoding) -> Span:
        """The code points of a range, whichever of its two positions comes first."""
        ends = (self.offset_at(range_.start, encoding), self.offset_at(range_.end, encoding))
        return Span(min(ends), max(ends))

    def range_of(self, span: Span, encoding: Encoding) -> Range:
        """The inverse of `span_of`."""
        return Range(self.position_at(span.start, encoding), self.position_at(span.end, encoding))

    def _with(self, change: ContentChange, encoding: Encoding) -> "Document":
        if change.range is None:
            return Document.opened(self.uri, self.language, self.version, change.text)
        span = self.span_of(change.range, encoding)
        new_text = _well_formed(change.text)
        text = self.text[: span.start] + new_text + self.text[span.end :]
        starts = positions.line_starts_after(self.line_starts, text, span.start, span.end, inserted=len(new_text))
        return replace(self, text=text, line_starts=starts)


class Documents:
    """The open documents and cells of notebooks, newest snapshot of each."""

    def __init__(self) -> None:
        self._by_name: dict[str, Document] = {}

    def __getitem__(self, name: str) -> Document:
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownDocumentError(f"{name} is not open.") from None

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __len__(self) -> int:
        return len(self._by_name)

    def put(self, *snapshots: Document) -> None:
        """Take these snapshots as the newest of their documents."""
        self._by_name.update((snapshot.name, snapshot) for snapshot in snapshots)

    def close(self, uri: str) -> None:
        """Forget a document, or a notebook's cells; closing what is not open changes nothing."""
        for name in [name for name, document in self._by_name.items() if document.uri == uri]:
            del self._by_name[name]

    def is_current(self, document: Document) -> bool:
        """Whether no newer snapshot of the document is known and it is still open."""
        return self._by_name.get(document.name) is document


def _well_formed(text: str) -> str:
    """Half a surrogate pair cannot be written as UTF-8; U+FFFD has its width in every encoding."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
