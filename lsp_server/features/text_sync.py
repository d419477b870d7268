"""Documents open, change and close, and files change on disk."""

from lsprotocol import types

from lacuna.lsp_server import wire
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.session import Session


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    sent = params.text_document
    session.inference.worker.withdraw(sent.uri)
    session.offers.forget(sent.uri)
    opened = Document.opened(sent.uri, str(sent.language_id), sent.version, sent.text)
    session.documents.put(opened)
    session.indexing.put(opened)


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    if uri not in session.documents:
        return  # VS Code empties an untitled file after it has closed it
    session.inference.worker.withdraw(uri)
    changes = wire.changes(params.content_changes)
    changed = session.documents[uri].changed(params.text_document.version, changes, session.client.encoding)
    session.documents.put(changed)
    session.indexing.put(changed)


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    session.close(params.text_document.uri)


def did_change_watched_files(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    for event in params.changes:
        session.indexing.changed_on_disk(event.uri, is_new=event.type == types.FileChangeType.Created)
