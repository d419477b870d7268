"""textDocument/completion: the same answer as one item of a menu, for editors without ghost text."""

from lsprotocol import types

from lacuna.lsp_server import offering, where, wire
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.offering import Cursor
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.worker import Kind
from lacuna.syntax.spans import Span

TRIGGERS = [".", "(", "[", "{", ",", "=", ":"]
_WIDEST = 60
"""Characters of a label."""


async def complete(session: Session, params: types.CompletionParams) -> types.CompletionList | None:
    """One item or null; null where `lacuna.completionItems` is not on.

    The list is never complete: clients ask again at the next character, which is answered from what they have.
    """
    uri, encoding = params.text_document.uri, session.client.encoding
    if not (await session.configured()).settings_of(uri).completion_items:
        return None

    def find(document: Document) -> Cursor:
        offset = document.offset_at(wire.position(params.position), encoding)
        return Cursor(document, document.text, offset, where.at_cursor(document.text, offset))

    offer = await offering.offered(session, uri, Kind.AUTOMATIC, find)
    if offer is None:
        return None
    best = offer.alternatives[0]
    # Clients match items with the word before the cursor, so it belongs to what is inserted.
    start = where.word_start(offer.text, offer.span.start)
    word = offer.text[start : offer.span.start]
    range_ = wire.range_to_send(session.documents[uri], Span(start, offer.span.end), encoding)
    item = types.CompletionItem(
        label=_label(word + best),
        kind=types.CompletionItemKind.Text,
        detail="Lacuna",
        documentation=word + best,
        filter_text=word or None,
        sort_text="\x7f",  # below what the language's own server knows
        insert_text_format=types.InsertTextFormat.PlainText,
        insert_text_mode=types.InsertTextMode.AsIs if session.client.keeps_indentation else None,
        text_edit=types.TextEdit(range_, word + best),
    )
    return types.CompletionList(is_incomplete=True, items=[item])


def _label(text: str) -> str:
    first, *rest = text.strip().split("\n")
    return first if len(first) < _WIDEST and not rest else f"{first[: _WIDEST - 1]}…"
