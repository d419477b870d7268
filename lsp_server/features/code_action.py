"""textDocument/codeAction: fill what stands at the selection, or all holes about it, computed when it is chosen."""

from collections.abc import Sequence
from dataclasses import asdict

from lsprotocol import types

from lacuna.lsp_server import filling, wire
from lacuna.lsp_server.features import fill
from lacuna.lsp_server.features.fill import Target
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.where import What

KIND = types.CodeActionKind.RefactorRewrite
COMMAND = "lacuna.fill"
"""By which a client that asks `lacuna/fill` by itself is told to, its one argument being the target."""


async def offer(session: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Up to three actions. Editors ask at every move of the cursor: then only a selection is parsed."""
    client, context = session.client, params.context
    if not (client.resolves_edits or client.fills):
        return []
    document = session.documents[params.text_document.uri]
    selection = document.span_of(wire.range_(params.range), client.encoding)
    is_asked = context.trigger_kind != types.CodeActionTriggerKind.Automatic
    whats = [what for what in What if (is_asked or what is What.SELECTION) and _is_wanted(what, context.only)]
    found = await filling.offered(session, document, selection, frozenset(whats))
    at_hand = found.get(What.SELECTION)
    start = document.span.start
    tags = [types.CodeActionTag.LlmGenerated] if client.tags_generated else None
    actions = []
    for what, holes in found.items():
        if what is not What.SELECTION and holes == at_hand:
            continue
        target = asdict(Target(document.name, document.version, selection.start - start, selection.end - start, what))
        title = fill.title(document, what, holes)
        action = types.CodeAction(title, kind=_kind(what), tags=tags)
        if client.fills:
            action.command = types.Command(title, COMMAND, arguments=[target])
        else:
            action.data = target
        actions.append(action)
    return actions


async def resolve(session: Session, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit; one that is a command is whole."""
    if action.command is not None:
        return action
    found = await fill.filled(session, action.data)
    action.edit = fill.workspace_edit(found, session.client)
    if found.message:
        session.window_show_message(types.ShowMessageParams(types.MessageType.Info, found.message))
    return action


def _kind(what: What) -> str:
    return KIND.value if what is What.SELECTION else f"{KIND.value}.holes.{what}"


def _is_wanted(what: What, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Kinds are hierarchical: "refactor" asks for "refactor.rewrite" too; the empty kind asks for all."""
    return not only or any(kind == "" or f"{_kind(what)}.".startswith(f"{kind!s}.") for kind in only)
