"""textDocument/inlineCompletion: what stands at the cursor, as ghost text."""

import asyncio
import logging

from lsprotocol import types

from lacuna.lsp_server import where
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.features import wire
from lacuna.lsp_server.protocol import traceback_of
from lacuna.lsp_server.request import Edit
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.worker import Kind, SupersededError
from lacuna.syntax.errors import LacunaError

_log = logging.getLogger(__name__)


class _NothingToShowError(LacunaError):
    """Why a completion is empty; no failure."""


async def complete(session: Session, params: types.InlineCompletionParams) -> types.InlineCompletionList | None:
    """One completion or null; an error only if the user asked for it and it failed.

    An automatic request that a newer one displaced is answered as cancelled: Neovim would show a late answer.
    """
    is_invoked = params.context.trigger_kind == types.InlineCompletionTriggerKind.Invoked
    try:
        edit, document = await _edit(session, params, Kind.EXPLICIT if is_invoked else Kind.AUTOMATIC)
    except SupersededError as error:
        raise asyncio.CancelledError from error
    except _NothingToShowError as reason:
        session.note(f"No completion: {reason}")
        return None
    except Exception as error:
        if is_invoked:
            raise
        session.note(f"No completion: {error if isinstance(error, LacunaError) else 'Lacuna made a mistake.'}")
        if not isinstance(error, LacunaError):
            _log.error("A completion failed inside Lacuna:\n%s", traceback_of(error))
        return None
    range_ = wire.range_to_send(document, edit.span, session.client.encoding)
    return types.InlineCompletionList([types.InlineCompletionItem(insert_text=edit.new_text, range=range_)])


async def _edit(session: Session, params: types.InlineCompletionParams, kind: Kind) -> tuple[Edit, Document]:
    document = session.documents[params.text_document.uri]
    if session.settings.is_excluded(wire.path(document.uri)):
        raise _NothingToShowError("lacuna.exclude names this file.")
    if kind is Kind.AUTOMATIC and not session.settings.enabled:
        raise _NothingToShowError("lacuna.enabled is false.")
    if params.context.selected_completion_info is not None:
        raise _NothingToShowError("The completion menu is open.")
    offset = document.offset_at(wire.position(params.position), session.client.encoding)
    span = where.at_cursor(document.text, offset)
    threshold = session.settings.threshold if kind is Kind.AUTOMATIC else 0.0
    answer = await session.infill(document, kind, (span,), threshold)
    if not answer.edits:
        raise _NothingToShowError(f"{answer.reason or 'nothing was offered'}.")
    (edit,) = answer.edits
    if not edit.new_text:  # an empty item leaves some clients in a state of showing nothing
        raise _NothingToShowError("nothing to add.")
    return edit, document
