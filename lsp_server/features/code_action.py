"""textDocument/codeAction: fill the markers or the selection under the cursor, computed when it is chosen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import cattrs
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from lacuna.infill.request import Reason, Request
from lacuna.lsp_server import where, wire
from lacuna.lsp_server.client import Client
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.inference import NothingToShowError
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.status import WHY
from lacuna.lsp_server.worker import Kind, OutdatedError
from lacuna.syntax.languages.registry import UnknownLanguageError, language_of
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import Edit
from lacuna.workspace.requirement import oldest_python_of

TITLE = "Fill with Lacuna"
KIND = types.CodeActionKind.RefactorRewrite
_ANNOTATION = "fill"
_NOT_OURS = "This code action is not one of Lacuna's."


@dataclass(frozen=True, slots=True)
class _Target:
    """What an action that is not resolved yet will fill: a selection, in code points, of a version."""

    uri: str
    version: int
    start: int
    end: int


def offer(session: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    """At most one action; only looks for markers, as editors ask at every move of the cursor."""
    document = session.documents[params.text_document.uri]
    selection = document.span_of(wire.range_(params.range), session.client.encoding)
    is_empty = selection.start == selection.end
    if not session.client.resolves_edits or not _is_wanted(params.context.only) or not _is_known(document):
        return []
    is_wanted_here = session.configuration.settings_of(document.uri).has_language(document.language)
    if not is_wanted_here or session.configuration.why_ignored(document.uri) is not None:
        return []
    if is_empty and not where.touched_markers(document.text, selection):
        return []
    target = _Target(document.uri, document.version, selection.start, selection.end)
    tags = [types.CodeActionTag.LlmGenerated] if session.client.tags_generated else None
    return [types.CodeAction(TITLE, kind=KIND, tags=tags, data=asdict(target))]


async def resolve(session: Session, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit; fails if the document moved on or there is nothing to offer."""
    with session.inference.accounted():
        document, edits = await _filled(session, _target(action.data))
    action.edit = _workspace_edit(document, edits, session.client)
    return action


async def _filled(session: Session, target: _Target) -> tuple[Document, tuple[Edit, ...]]:
    document = session.documents[target.uri]
    if document.version != target.version:
        raise OutdatedError("The document changed.")
    if not 0 <= target.start <= target.end <= len(document.text):
        raise JsonRpcInvalidParams(_NOT_OURS)
    language = language_of(document.language)
    spans = where.selected(document.text, language, Span(target.start, target.end))
    answer = await session.inference.infill(
        document,
        Kind.EXPLICIT,
        Request(
            document.text,
            language.name,
            spans,
            threshold=0.0,
            oldest=oldest_python_of(document.uri),
            beside=session.indexing.beside(document),
        ),
    )
    if not answer.edits:
        why = WHY[answer.reason or Reason.EMPTY]
        raise NothingToShowError(why, f"Lacuna has nothing to offer here: {answer.explained}.")
    return document, answer.edits


def _target(data: object) -> _Target:
    try:
        return cattrs.structure(data, _Target)
    except (cattrs.BaseValidationError, TypeError, ValueError, KeyError):
        raise JsonRpcInvalidParams(_NOT_OURS) from None


def _workspace_edit(document: Document, edits: tuple[Edit, ...], client: Client) -> types.WorkspaceEdit:
    """An edit that names the document's version, also for clients that do not say that they heed it: it harms none."""
    ranges = [wire.range_to_send(document, edit.span, client.encoding) for edit in edits]
    text_edits: list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit]
    if client.annotates_changes:
        text_edits = [
            types.AnnotatedTextEdit(_ANNOTATION, range_, edit.new_text)
            for range_, edit in zip(ranges, edits, strict=True)
        ]
        annotations = {_ANNOTATION: types.ChangeAnnotation(TITLE, description="written by a model")}
    else:
        text_edits = [types.TextEdit(range_, edit.new_text) for range_, edit in zip(ranges, edits, strict=True)]
        annotations = None
    versioned = types.OptionalVersionedTextDocumentIdentifier(uri=document.uri, version=document.version)
    return types.WorkspaceEdit(
        document_changes=[types.TextDocumentEdit(versioned, text_edits)], change_annotations=annotations
    )


def _is_wanted(only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Kinds are hierarchical: "refactor" asks for "refactor.rewrite" too; the empty kind asks for all."""
    return not only or any(kind == "" or f"{KIND.value}.".startswith(f"{kind!s}.") for kind in only)


def _is_known(document: Document) -> bool:
    try:
        language_of(document.language)
    except UnknownLanguageError:
        return False
    return True
