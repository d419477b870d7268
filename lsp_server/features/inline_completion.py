"""textDocument/inlineCompletion: what stands at the cursor, as ghost text."""

from lsprotocol import types

from lacuna.lsp_server import offering, where, wire
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.inference import NothingToShowError
from lacuna.lsp_server.offering import Cursor
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.status import Why
from lacuna.lsp_server.worker import Kind
from lacuna.syntax.spans import Span
from lacuna.workspace.positions import Encoding


async def complete(session: Session, params: types.InlineCompletionParams) -> types.InlineCompletionList | None:
    """Up to three alternatives, best first, or null. Each begins with the item that is selected in the menu."""
    is_invoked = params.context.trigger_kind == types.InlineCompletionTriggerKind.Invoked
    menu, uri, encoding = params.context.selected_completion_info, params.text_document.uri, session.client.encoding

    def find(document: Document) -> Cursor:
        offset = document.offset_at(wire.position(params.position), encoding)
        if menu is None:
            return Cursor(document, document.text, offset, where.at_cursor(document.text, offset))
        return _with_selected(document, offset, menu, encoding)

    offer = await offering.offered(session, uri, Kind.EXPLICIT if is_invoked else Kind.AUTOMATIC, find)
    if offer is None:
        return None
    document = session.documents[uri]
    range_ = wire.range_to_send(document, offer.span, encoding) if menu is None else menu.range
    selected = "" if menu is None else menu.text
    return types.InlineCompletionList(
        [types.InlineCompletionItem(insert_text=selected + text, range=range_) for text in offer.alternatives]
    )


def _with_selected(document: Document, offset: int, menu: types.SelectedCompletionInfo, encoding: Encoding) -> Cursor:
    """The place behind the item that is selected in the menu, in the text as it will be with that item."""
    span = document.span_of(wire.range_(menu.range), encoding)
    replaced = document.text[span.start : span.end]
    if not span.start <= offset <= span.end or "\n" in replaced or "\r" in replaced:
        raise NothingToShowError(
            Why.NOTHING, "The item that is selected in the menu does not replace text at the cursor."
        )
    text = document.text[: span.start] + menu.text + document.text[span.end :]
    behind = span.start + len(menu.text)
    return Cursor(document, text, behind, Span(behind, behind))
