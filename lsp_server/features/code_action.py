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
from lacuna.lsp_server.where import Selected
from lacuna.lsp_server.worker import Kind, OutdatedError
from lacuna.syntax.languages.language import Language
from lacuna.syntax.languages.registry import UnknownLanguageError, language_of
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import Edit
from lacuna.workspace.positions import Encoding
from lacuna.workspace.requirement import oldest_python_of

TITLE = "Fill with Lacuna"
KIND = types.CodeActionKind.RefactorRewrite
PREVIEW = "lacuna.preview"
"""The command by which a client that previews shows an edit, its one argument."""
_FILL, _REPLACE = "fill", "replace"
_NOT_OURS = "This code action is not one of Lacuna's."


@dataclass(frozen=True, slots=True)
class _Target:
    """What an action that is not resolved yet will fill: a selection of a version, in code points from its start."""

    uri: str
    version: int
    start: int
    end: int


async def offer(session: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    """At most one action. Editors ask at every move of the cursor: only a selection is parsed."""
    document = session.documents[params.text_document.uri]
    selection = document.span_of(wire.range_(params.range), session.client.encoding)
    language = _known_language(document)
    if language is None or not session.client.resolves_edits or not _is_wanted(params.context.only):
        return []
    is_wanted_here = session.configuration.settings_of(document.uri).has_language(document.language)
    if not is_wanted_here or await session.configuration.finds_out_why_ignored(document.uri) is not None:
        return []
    found = where.selected(document.text, language, selection)
    if found is None or (found.is_code and not _asks_first(session.client)):
        return []
    target = _Target(document.name, document.version, selection.start - document.start, selection.end - document.start)
    tags = [types.CodeActionTag.LlmGenerated] if session.client.tags_generated else None
    return [types.CodeAction(_title(document, found), kind=KIND, tags=tags, data=asdict(target))]


async def resolve(session: Session, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit; fails if the document moved on or there is nothing to offer."""
    with session.inference.accounted():
        document, found, edits = await _filled(session, _target(action.data))
    edit = _workspace_edit(document, found, edits, session.client)
    if found.is_code and session.client.previews:
        action.command = types.Command(action.title, PREVIEW, arguments=[edit])
    else:
        action.edit = edit
    return action


async def _filled(session: Session, target: _Target) -> tuple[Document, Selected, tuple[Edit, ...]]:
    document = session.documents[target.uri]
    if document.version != target.version:
        raise OutdatedError("The document changed.")
    selection = Span(document.start + target.start, document.start + target.end)
    if not document.start <= selection.start <= selection.end <= len(document.text):
        raise JsonRpcInvalidParams(_NOT_OURS)
    language = language_of(document.language)
    found = where.selected(document.text, language, selection)
    if found is None or (found.is_code and not _asks_first(session.client)):
        raise JsonRpcInvalidParams(_NOT_OURS)
    answer = await session.inference.infill(
        document,
        Kind.EXPLICIT,
        Request(
            document.text,
            language.name,
            found.spans,
            threshold=session.configuration.settings_of(document.uri).threshold if found.is_code else 0.0,
            oldest=oldest_python_of(document.uri),
            beside=session.indexing.beside(document),
            replaces=found.is_code,
        ),
    )
    if not answer.edits:
        why = WHY[answer.reason or Reason.EMPTY]
        raise NothingToShowError(why, f"Lacuna has nothing to offer here: {answer.explained}.")
    return document, found, answer.edits


def _asks_first(client: Client) -> bool:
    """Whether the client shows what would replace code, and asks, before it does."""
    return client.annotates_changes or client.previews


def _title(document: Document, found: Selected) -> str:
    if not found.is_code:
        return TITLE
    (span,) = found.spans
    first, last = (1 + document.position_at(offset, Encoding.UTF32).line for offset in (span.start, span.end))
    lines = f"line {first}" if first == last else f"lines {first}-{last}"
    return (
        f"Replace {lines} with Lacuna" if _covers_lines(document.text, span) else f"Replace code in {lines} with Lacuna"
    )


def _target(data: object) -> _Target:
    try:
        return cattrs.structure(data, _Target)
    except (cattrs.BaseValidationError, TypeError, ValueError, KeyError):
        raise JsonRpcInvalidParams(_NOT_OURS) from None


def _workspace_edit(
    document: Document, found: Selected, edits: tuple[Edit, ...], client: Client
) -> types.WorkspaceEdit:
    """An edit that names the document's version, also for clients that do not say that they heed it: it harms none."""
    ranges = [wire.range_to_send(document, edit.span, client.encoding) for edit in edits]
    text_edits: list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit]
    if client.annotates_changes:
        name = _REPLACE if found.is_code else _FILL
        text_edits = [
            types.AnnotatedTextEdit(name, range_, edit.new_text) for range_, edit in zip(ranges, edits, strict=True)
        ]
        annotation = types.ChangeAnnotation(
            _title(document, found), needs_confirmation=found.is_code, description="written by a model"
        )
        annotations = {name: annotation}
    else:
        text_edits = [types.TextEdit(range_, edit.new_text) for range_, edit in zip(ranges, edits, strict=True)]
        annotations = None
    versioned = types.OptionalVersionedTextDocumentIdentifier(uri=document.name, version=document.version)
    return types.WorkspaceEdit(
        document_changes=[types.TextDocumentEdit(versioned, text_edits)], change_annotations=annotations
    )


def _is_wanted(only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Kinds are hierarchical: "refactor" asks for "refactor.rewrite" too; the empty kind asks for all."""
    return not only or any(kind == "" or f"{KIND.value}.".startswith(f"{kind!s}.") for kind in only)


def _known_language(document: Document) -> Language | None:
    try:
        return language_of(document.language)
    except UnknownLanguageError:
        return None


def _covers_lines(text: str, span: Span) -> bool:
    """Whether a span has its lines to itself."""
    before, behind = text[line_start(text, span.start) : span.start], text[span.end : line_end(text, span.end)]
    return not before.strip() and not behind.strip()
