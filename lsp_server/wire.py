"""Positions, ranges and changes: from the protocol's types to ours, and back."""

from collections.abc import Iterable, Iterator
from typing import Any

from lsprotocol import types

from lacuna.lsp_server.documents import ContentChange, Document
from lacuna.syntax.spans import Span
from lacuna.workspace.positions import Encoding, Position, Range


def position(sent: types.Position) -> Position:
    return Position(sent.line, sent.character)


def range_(sent: types.Range) -> Range:
    return Range(position(sent.start), position(sent.end))


def changes(sent: Iterable[types.TextDocumentContentChangeEvent]) -> Iterator[ContentChange]:
    for change in sent:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            yield ContentChange(None, change.text)
        else:
            yield ContentChange(range_(change.range), change.text)


def range_to_send(document: Document, span: Span, encoding: Encoding) -> types.Range:
    found = document.range_of(span, encoding)
    return types.Range(
        types.Position(found.start.line, found.start.character), types.Position(found.end.line, found.end.character)
    )


def plain(received: Any) -> Any:  # noqa: ANN401 -- JSON
    """What pygls makes of parameters whose type it does not know, as the JSON that they were."""
    if hasattr(received, "_asdict"):
        return {name: plain(value) for name, value in received._asdict().items()}
    return received
