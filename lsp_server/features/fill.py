"""From an action's target to the edit that fills it; `lacuna/fill`, by which clients that show drafts ask for it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cattrs
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from lacuna.infill.request import Draft
from lacuna.lsp_server import filling, wire
from lacuna.lsp_server.client import Client
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.filling import Filling, Task
from lacuna.lsp_server.notifier import newest
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.where import Holes, What
from lacuna.lsp_server.worker import OutdatedError, Show
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.spans import Span
from lacuna.workspace.positions import Encoding

METHOD = "lacuna/fill"
_FILL, _REPLACE = "fill", "replace"
_NOT_OURS = "This code action is not one of Lacuna's."
_REST = 0.05
"""Seconds between two drafts."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an action will fill: of a version, about a selection in code points from its start."""

    uri: str
    version: int
    start: int
    end: int
    what: What


async def fill(session: Session, params: Any) -> dict[str, Any]:  # noqa: ANN401 -- pygls knows no type of it
    """The edit, and what is to be told of it; drafts on the way if the client gives a token for them."""
    token = getattr(params, "partialResultToken", None)
    if not isinstance(token, str | int | None):
        raise JsonRpcInvalidParams("A partialResultToken is a text or a number.")
    found = await filled(session, wire.plain(getattr(params, "target", None)), token)
    return {
        "edit": workspace_edit(found, session.client),
        "needsConfirmation": found.replaces_code,
        "filled": len(found.edits),
        "holes": len(found.task.holes.spans),
        "message": found.message,
    }


async def filled(session: Session, target: object, token: types.ProgressToken | None = None) -> Filling:
    """What the holes of a target get; fails if the document moved on or there is nothing to offer."""
    with session.inference.accounted():
        task = await _task(session, target)
        with _shown(session, task, token) as show:
            return await filling.filled(session, task, show)


def title(document: Document, what: What, holes: Holes) -> str:
    """What an action is called."""
    if what is not What.SELECTION:
        count = "hole" if len(holes.spans) == 1 else f"{len(holes.spans)} holes"
        name = "cell" if document.cell and what is What.FILE else what
        return f"Fill the {count} of this {name} with Lacuna"
    if not holes.code:
        return "Fill with Lacuna"
    (span,) = holes.spans
    first, last = (1 + document.position_at(offset, Encoding.UTF32).line for offset in (span.start, span.end))
    lines = f"line {first}" if first == last else f"lines {first}-{last}"
    return f"Replace {'' if _covers_lines(document.text, span) else 'code in '}{lines} with Lacuna"


def workspace_edit(found: Filling, client: Client) -> types.WorkspaceEdit:
    """An edit that names the document's version, also for clients that do not say that they heed it: it harms none."""
    task = found.task
    changes = [(wire.range_to_send(task.document, edit.span, client.encoding), edit) for edit in found.edits]
    text_edits: list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit]
    annotations = None
    if client.annotates_changes:
        names = [_REPLACE if edit.span in task.holes.code else _FILL for edit in found.edits]
        text_edits = [
            types.AnnotatedTextEdit(name, range_, edit.new_text)
            for name, (range_, edit) in zip(names, changes, strict=True)
        ]
        label = _label(found)
        annotations = {
            name: types.ChangeAnnotation(label, needs_confirmation=name == _REPLACE, description="written by a model")
            for name in dict.fromkeys(names)
        }
    else:
        text_edits = [types.TextEdit(range_, edit.new_text) for range_, edit in changes]
    versioned = types.OptionalVersionedTextDocumentIdentifier(uri=task.document.name, version=task.document.version)
    return types.WorkspaceEdit(
        document_changes=[types.TextDocumentEdit(versioned, text_edits)], change_annotations=annotations
    )


async def _task(session: Session, sent: object) -> Task:
    try:
        target = cattrs.structure(sent, Target)
    except (cattrs.BaseValidationError, TypeError, ValueError, KeyError):
        raise JsonRpcInvalidParams(_NOT_OURS) from None
    document = session.documents[target.uri]
    if document.version != target.version:
        raise OutdatedError("The document changed.")
    own = document.span
    selection = Span(own.start + target.start, own.start + target.end)
    if not own.start <= selection.start <= selection.end <= own.end:
        raise JsonRpcInvalidParams(_NOT_OURS)
    return await filling.task(session, document, selection, target.what)


@contextlib.contextmanager
def _shown(session: Session, task: Task, token: types.ProgressToken | None) -> Iterator[Show]:
    """What to call with drafts: nothing comes of it without a token."""
    if token is None:
        yield lambda _: None
        return
    document = task.document
    ranges = [wire.range_to_send(document, span, session.client.encoding) for span in task.spans]

    def send(draft: Draft) -> None:
        holes = [
            {"range": range_, "slots": slots, "needsConfirmation": span in task.holes.code}
            for range_, span, slots in zip(ranges, task.spans, draft.holes, strict=True)
        ]
        value = {"uri": document.name, "version": document.version, "holes": holes}
        session.protocol.notify(types.PROGRESS, types.ProgressParams(token, value))

    with newest(send, _REST) as show:
        yield show


def _label(found: Filling) -> str:
    task = found.task
    if task.what is What.SELECTION or len(found.edits) == len(task.holes.spans):
        return title(task.document, task.what, task.holes)
    return f"Fill {len(found.edits)} of {len(task.holes.spans)} holes with Lacuna"


def _covers_lines(text: str, span: Span) -> bool:
    """Whether a span has its lines to itself."""
    before, behind = text[line_start(text, span.start) : span.start], text[span.end : line_end(text, span.end)]
    return not before.strip() and not behind.strip()
