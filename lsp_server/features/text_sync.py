"""Documents open, change and close."""

from lsprotocol import types

from lacuna.lsp_server import wire
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.session import Session


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    sent = params.text_document
    session.inference.worker.withdraw(sent.uri)
    session.offers.forget(sent.uri)
    session.documents.put(Document.opened(sent.uri, str(sent.language_id), sent.version, sent.text))


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    session.inference.worker.withdraw(uri)
    changes = wire.changes(params.content_changes)
    changed = session.documents[uri].changed(params.text_document.version, changes, session.client.encoding)
    session.documents.put(changed)


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    session.inference.worker.withdraw(uri)
    session.offers.forget(uri)
    session.documents.close(uri)
