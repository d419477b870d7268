"""Which settings hold for a document, and whether Lacuna keeps out of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType

from lacuna.lsp_server.settings import Settings
from lacuna.workspace import ignoring, uris


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of a workspace and of its folders."""

    own: Settings = field(default_factory=Settings)
    """What holds outside of all folders, and for the server itself."""
    by_folder: Mapping[str, Settings] = field(default_factory=lambda: MappingProxyType({}))
    """By the folder's URI."""
    roots: tuple[PurePath, ...] = ()
    """Folders of the workspace; .gitignore files are read from there down where no repository is found."""

    def settings_of(self, uri: str) -> Settings:
        """The settings of the innermost folder that the document lies in."""
        holding = [folder for folder in self.by_folder if uris.is_within(uri, folder)]
        return self.by_folder[max(holding, key=len)] if holding else self.own

    async def finds_out_why_ignored(self, uri: str) -> str | None:
        """The same while the event loop goes on; what takes too long counts as ignored."""
        try:
            async with asyncio.timeout(ignoring.PATIENCE):
                return await asyncio.to_thread(self.why_ignored, uri)
        except TimeoutError:
            return ignoring.TOO_SLOW

    def why_ignored(self, uri: str) -> str | None:
        """A sentence saying why Lacuna keeps out of a document; None if it does not."""
        path = uris.path_of(uri) or PurePath(uris.name_of(uri))
        return ignoring.why_ignored(path, self.settings_of(uri).exclude, self.roots)
