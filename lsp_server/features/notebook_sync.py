"""Notebooks open, change and close."""

from collections.abc import Iterable, Iterator

from lsprotocol import types

from lacuna.lsp_server import wire
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.notebooks import Listed, Notebook
from lacuna.lsp_server.session import Session
from lacuna.syntax.languages.registry import LANGUAGES

_IDS = tuple(name for language in LANGUAGES for name in language.ids)
OPTIONS = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithNotebook("*", [types.NotebookCellLanguage(name) for name in _IDS])]
)


def did_open(session: Session, params: types.DidOpenNotebookDocumentParams) -> None:
    sent = params.notebook_document
    session.offers.forget(sent.uri)
    texts = {text.uri: text for text in _opened(params.cell_text_documents)}
    _put(session, Notebook(sent.uri, tuple(_listed(sent.cells)), texts))


def did_change(session: Session, params: types.DidChangeNotebookDocumentParams) -> None:
    """Cells come and go first; what changes in one is said of those that are there then. That one ran is nothing."""
    notebook = session.notebooks.get(params.notebook_document.uri)
    cells = params.change.cells
    if notebook is None or cells is None or (cells.structure is None and not cells.text_content):
        return
    if cells.structure is not None:
        array = cells.structure.array
        notebook = notebook.restructured(
            array.start,
            array.delete_count,
            _listed(array.cells or ()),
            _opened(cells.structure.did_open or ()),
            [closed.uri for closed in cells.structure.did_close or ()],
        )
    for one in cells.text_content or ():
        changes = wire.changes(one.changes)
        notebook = notebook.changed(one.document.uri, one.document.version, changes, session.client.encoding)
    _put(session, notebook)


def did_close(session: Session, params: types.DidCloseNotebookDocumentParams) -> None:
    uri = params.notebook_document.uri
    session.notebooks.pop(uri, None)
    session.close(uri)


def _put(session: Session, notebook: Notebook) -> None:
    session.inference.worker.withdraw(notebook.uri)
    session.notebooks[notebook.uri] = notebook
    documents = tuple(notebook.documents())
    session.documents.close(notebook.uri)
    session.documents.put(*documents)
    known = next((document for document in documents if document.language in _IDS), None)
    if known is not None:
        session.indexing.put(known)


def _listed(cells: Iterable[types.NotebookCell]) -> Iterator[Listed]:
    return (Listed(cell.document, cell.kind == types.NotebookCellKind.Code) for cell in cells)


def _opened(sent: Iterable[types.TextDocumentItem]) -> Iterator[Document]:
    return (Document.opened(one.uri, str(one.language_id), one.version, one.text) for one in sent)
