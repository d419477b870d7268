"""Python files of a package as texts, and where names are called in them."""

import ast
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from lacuna.syntax.errors import FileError
from lacuna.syntax.spans import Span
from lacuna.workspace import textfile, walk

Texts = Mapping[str, str]
"""By path, relative to the package's folder."""


def texts_of(folder: Path) -> dict[str, str]:
    """The Python files below a folder that parse, and whose lines end as most do."""
    found = {}
    for file in walk.code_files(folder):
        if file.suffix == ".py":
            try:
                text = textfile.read(file).text
                parsed(text)
            except (FileError, SyntaxError, ValueError):
                continue
            if "\r" not in text and "\f" not in text:
                found[file.relative_to(folder).as_posix()] = text
    return found


@functools.lru_cache(maxsize=512)
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


@dataclass(frozen=True, slots=True)
class Use:
    """A call, or a use of an attribute."""

    name: int
    """Where the word begins by which it is called."""
    span: Span
    """All of the expression."""
    node: ast.expr


class Offsets:
    """From the compiler's lines and columns to code points."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._starts = list(accumulate((len(line) + 1 for line in self._lines), initial=0))

    def at(self, line: int, column: int) -> int:
        """A line from 1, a column in bytes."""
        text = self._lines[line - 1]
        return self._starts[line - 1] + (column if text.isascii() else len(text.encode()[:column].decode()))

    def span(self, node: ast.expr | ast.stmt) -> Span:
        assert node.end_lineno is not None, "the compiler says where a node ends"
        assert node.end_col_offset is not None, "the same"
        return Span(self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset))


def calls(text: str, names: frozenset[str]) -> list[Use]:
    """Calls of anything with one of these names, in the order of the names."""
    offsets, found = Offsets(text), list[Use]()
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            word = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if word in names:
                found.append(Use(offsets.span(node.func).end - len(word), offsets.span(node), node))
    return sorted(found, key=lambda use: use.name)


def attributes(text: str, names: frozenset[str]) -> list[Use]:
    """Uses of attributes with one of these names, in order."""
    offsets = Offsets(text)
    found = [
        Use(offsets.span(node).end - len(node.attr), offsets.span(node), node)
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Attribute) and node.attr in names
    ]
    return sorted(found, key=lambda use: use.name)


def words(text: str, names: frozenset[str]) -> list[Use]:
    """Uses of names and attributes with one of these names, in order; imports are none."""
    offsets = Offsets(text)
    plain = [
        Use(offsets.span(node).start, offsets.span(node), node)
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Name) and node.id in names
    ]
    return sorted([*plain, *attributes(text, names)], key=lambda use: use.name)
