"""Paths of a tree as modules: what they are called where they are imported."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

_INIT = "__init__"


@dataclass(frozen=True, slots=True)
class Modules:
    """The modules of a tree, by every name that an import may call them by."""

    paths: frozenset[str]
    named: dict[str, tuple[str, ...]]

    def absolute(self, name: str, importer: str) -> str | None:
        """The path of a module by its dotted name; beside the importer if there are several; None if it is not told."""
        found = self.named.get(name, ())
        if len(found) > 1:
            beside = [path for path in found if _folder(path) == _folder(importer)]
            found = tuple(beside or found)
        return found[0] if len(found) == 1 else None

    def relative(self, name: str, up: int, importer: str) -> str | None:
        """The path of a module `up` folders above, 1 being the importer's own; no name: the package itself."""
        folders = importer.split("/")[:-1]
        if up - 1 > len(folders):
            return None
        start = folders[: len(folders) - (up - 1)]
        whole = "/".join([*start, *filter(None, name.split("."))])
        return next((path for path in (f"{whole}.py", f"{whole}/{_INIT}.py") if path in self.paths), None)

    def below(self, package: str, name: str) -> str | None:
        """The module of that name in a package, given by its path."""
        if not package.endswith(f"{_INIT}.py"):
            return None
        return self.relative(name, 1, package)

    def name_of(self, path: str) -> str:
        """What a module is called from its topmost package on."""
        names = (name for name, paths in self.named.items() if path in paths)
        return min(names, key=len, default="")


def modules(paths: Iterable[str]) -> Modules:
    """A file in no package may be imported by the end of its path, one in a package from its topmost package on."""
    known = frozenset(path for path in paths if path.endswith(".py"))
    named = defaultdict[str, list[str]](list)
    for path in sorted(known):
        parts = path.removesuffix(".py").split("/")
        top = len(parts) - 1
        while top and "/".join([*parts[:top], f"{_INIT}.py"]) in known:
            top -= 1
        if parts[-1] == _INIT:
            parts = parts[:-1]
        for start in range(min(top, len(parts) - 1) + 1):
            named[".".join(parts[start:])].append(path)
    return Modules(known, {name: tuple(found) for name, found in named.items()})


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
