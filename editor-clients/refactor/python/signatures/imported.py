"""What names of a scope are bound to by imports."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Imported:
    """What a name was imported as."""

    module: str
    up: int = 0
    """Folders up, as in `workspace.imports`; 0: the module has a whole name."""
    name: str = ""
    """What is taken from the module; empty: the module itself, `*`: all."""


def bound_by(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Imported]]:
    """The names that an import binds."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, Imported(node.module or "", node.level, alias.name)
        elif alias.asname:
            yield alias.asname, Imported(alias.name)
        else:
            yield alias.name.partition(".")[0], Imported(alias.name.partition(".")[0])


def imports_of(body: Iterable[ast.stmt]) -> Iterator[tuple[str, Imported]]:
    """What the imports among some statements bind."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from bound_by(node)
