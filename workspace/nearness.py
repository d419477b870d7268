"""How near files of a project are to a document: what it imports first, then its own folder, then farther ones."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from lacuna.syntax.languages.language import Language
from lacuna.syntax.languages.registry import LANGUAGES
from lacuna.workspace.imports import Import, imports

_Folder = tuple[str, ...]
"""The names of folders, the outermost first."""
_OF_FOLDERS = frozenset(language.imports.folder for language in LANGUAGES if language.imports)


class Nearness:
    """Files of a project, each known by its place among them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        self._folders = [path.parent.parts for path in paths]
        self._names = list(map(str, paths))  # they are compared in a tenth of the time that paths are
        self._suffixes = [path.suffix for path in paths]
        self._modules = {path: _module(path) for path in paths}
        self._ending: dict[str, list[int]] = {}
        """Files by the last word of their modules' names."""
        for n, path in enumerate(paths):
            self._ending.setdefault(self._modules[path][-1], []).append(n)
        self._packages = {path.parent.parts for path in paths if path.stem in _OF_FOLDERS}

    def order(self, document: Path, text: str, language: Language, recent: Sequence[Path] = ()) -> list[int]:
        """Numbers of the files in a document's language, nearest first; the document's own is left out.

        Of files as near as one another those of `recent` come first, in that order, then the others by their names.
        """
        here = document.parent.parts
        imported = set(self._imported(text, language, here))
        used = {str(path): n for n, path in enumerate(recent)}
        steps = {folder: _steps(here, folder) for folder in set(self._folders)}

        def nearness(n: int) -> tuple[bool, int, int, str]:
            name = self._names[n]
            return n not in imported, steps[self._folders[n]], used.get(name, len(used)), name

        own = str(document)
        mine = (n for n, suffix in enumerate(self._suffixes) if suffix in language.suffixes and self._names[n] != own)
        return sorted(mine, key=nearness)

    def _imported(self, text: str, language: Language, here: _Folder) -> Iterator[int]:
        for one in imports(text, language):
            if one.up:
                base = here[: len(here) + 1 - one.up]
                whole = (*base, *one.module)
                yield from (n for n in self._ending.get(whole[-1], ()) if self._modules[self.paths[n]] == whole)
            elif one.module:
                yield from (n for n in self._ending.get(one.module[-1], ()) if self._is_called(n, one))

    def _is_called(self, number: int, one: Import) -> bool:
        """Whether a whole name may mean a file: its first word then stands in no package."""
        name = self._modules[self.paths[number]]
        size = len(one.module)
        return name[-size:] == one.module and name[:-size] not in self._packages


def _module(path: Path) -> _Folder:
    """All the names on the way to a module, its own last."""
    return path.parent.parts if path.stem in _OF_FOLDERS else (*path.parent.parts, path.stem)


def _steps(one: _Folder, other: _Folder) -> int:
    """From folder to folder, up and down the tree."""
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return len(one) + len(other) - 2 * alike
