"""What the client can do, read once from its capabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from lacuna.workspace.positions import Encoding


@dataclass(frozen=True, slots=True)
class Client:
    """The defaults are what the specification assumes of a client that says nothing."""

    encoding: Encoding = Encoding.UTF16
    resolves_edits: bool = False
    """A code action may come without its edit and get it when it is chosen."""
    annotates_changes: bool = False
    """It shows what a change is, and asks before one that needs confirmation."""
    fills: bool = False
    """It has a command of its own, `lacuna.fill`, that asks `lacuna/fill`, and asks before it replaces code."""
    tags_generated: bool = False
    """A code action may be marked as made by a model."""
    keeps_indentation: bool = False
    """A menu's item may ask to be inserted as it is."""
    has_configuration: bool = False
    """The server may ask for settings."""
    registers_configuration: bool = False
    """The server has to ask to be told of changed settings."""
    registers_watchers: bool = False
    """The server may ask to be told which files change."""

    @property
    def asks_first(self) -> bool:
        """Whether it shows what would replace code, and asks, before it does."""
        return self.annotates_changes or self.fills

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities, name: str = "") -> "Client":
        """Of a client and the name that it gives itself, if it gives one."""
        general = capabilities.general or types.GeneralClientCapabilities()
        workspace = capabilities.workspace or types.WorkspaceClientCapabilities()
        documents = capabilities.text_document or types.TextDocumentClientCapabilities()
        action = documents.code_action or types.CodeActionClientCapabilities()
        item = (documents.completion or types.CompletionClientCapabilities()).completion_item
        modes = item.insert_text_mode_support if item else None
        edit = workspace.workspace_edit or types.WorkspaceEditClientCapabilities()
        change = workspace.did_change_configuration or types.DidChangeConfigurationClientCapabilities()
        watching = workspace.did_change_watched_files or types.DidChangeWatchedFilesClientCapabilities()
        return cls(
            encoding=_encoding(general.position_encodings or ()),
            resolves_edits=bool(
                action.data_support and action.resolve_support and "edit" in action.resolve_support.properties
            ),
            annotates_changes=edit.change_annotation_support is not None and name != _ONLY_TELLS,
            fills=_says(capabilities.experimental, "lacuna", "fill"),
            tags_generated=bool(
                action.tag_support and types.CodeActionTag.LlmGenerated in action.tag_support.value_set
            ),
            keeps_indentation=modes is not None and types.InsertTextMode.AsIs in modes.value_set,
            has_configuration=bool(workspace.configuration),
            registers_configuration=bool(change.dynamic_registration),
            registers_watchers=bool(watching.dynamic_registration),
        )


_ONLY_TELLS = "Neovim"
"""It says that it knows annotations, prints them, which stops whoever fills at a prompt, and never asks."""


def _says(sent: Any, *names: str) -> bool:  # noqa: ANN401 -- JSON
    """Whether a client's own capabilities hold true by these names, one within another."""
    for name in names:
        sent = sent.get(name) if isinstance(sent, dict) else None
    return sent is True


def _encoding(offered: Sequence[types.PositionEncodingKind | str]) -> Encoding:
    """The first encoding that the client offers and Lacuna knows; pygls chooses the same."""
    for kind in offered:
        if kind in list(Encoding):
            return Encoding(kind)
    return Encoding.UTF16
