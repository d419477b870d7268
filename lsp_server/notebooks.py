"""Notebooks: the code cells of one language, in their order, are one document."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lacuna.lsp_server.documents import Cell, ContentChange, Document
from lacuna.syntax.languages.registry import UnknownLanguageError, language_of
from lacuna.syntax.spans import Span
from lacuna.workspace import positions
from lacuna.workspace.positions import Encoding

_COMMAND = re.compile(r"^([ \t]*)(?:[%?](?=[%\w])|!(?!=))", re.MULTILINE)
"""What begins a line for the kernel and not in the cell's language."""
_WHOLE_CELL = re.compile(r"\s*%%(\w+)")
_IN_THE_LANGUAGE = frozenset({"capture", "debug", "prun", "pypy", "python", "python3", "time", "timeit"})
"""Commands for a whole cell that leave it in its language."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A cell as the notebook lists it."""

    uri: str
    is_code: bool


@dataclass(frozen=True, slots=True, eq=False)
class Notebook:
    """Cells in their order, and the texts that the client has told of them, by their URI."""

    uri: str
    listed: tuple[Listed, ...]
    texts: Mapping[str, Document]

    def restructured(
        self, start: int, deleted: int, inserted: Iterable[Listed], opened: Iterable[Document], closed: Iterable[str]
    ) -> "Notebook":
        """The notebook with cells in the place of `deleted` ones from `start` on."""
        listed = (*self.listed[:start], *inserted, *self.listed[start + deleted :])
        gone = set(closed)
        kept = {uri: text for uri, text in self.texts.items() if uri not in gone}
        return replace(self, listed=listed, texts={**kept, **{text.uri: text for text in opened}})

    def changed(self, uri: str, version: int, changes: Iterable[ContentChange], encoding: Encoding) -> "Notebook":
        """The notebook with another text in one cell; itself if that cell is not open."""
        if uri not in self.texts:
            return self
        return replace(self, texts={**self.texts, uri: self.texts[uri].changed(version, changes, encoding)})

    def documents(self) -> Iterator[Document]:
        """The code cells, each as the client may ask about it."""
        cells = [self.texts[one.uri] for one in self.listed if one.is_code and one.uri in self.texts]
        languages = [_language(cell) for cell in cells]
        for language in dict.fromkeys(languages):
            alike = [cell for cell, its_own in zip(cells, languages, strict=True) if its_own == language]
            yield from _joined(self.uri, language, alike)


def _joined(uri: str, language: str, cells: Sequence[Document]) -> Iterator[Document]:
    text = _without_commands("\n".join(cell.text for cell in cells), language)
    starts = positions.line_starts(text)
    start = 0
    for cell in cells:
        span = Span(start, start + len(cell.text))
        first_line = int(np.searchsorted(starts, start, side="right")) - 1
        yield Document(uri, language, cell.version, text, starts, Cell(cell.uri, first_line, span))
        start = span.end + 1


def _language(cell: Document) -> str:
    """What a cell is written in: the command that takes the whole of it knows better than the client."""
    command = _WHOLE_CELL.match(cell.text)
    return cell.language if command is None or command[1] in _IN_THE_LANGUAGE else command[1]


def _without_commands(text: str, language: str) -> str:
    """The text with comments of the same length where the kernel is told something."""
    try:
        comments = language_of(language).text.comments
    except UnknownLanguageError:
        return text
    sign = next((sign for sign in comments if len(sign) == 1), None)
    return text if sign is None else _COMMAND.sub(rf"\1{sign}", text)
