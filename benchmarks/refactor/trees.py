"""Python files of a package as texts, and where names are called in them."""

import ast
import functools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from lacuna.syntax.errors import FileError
from lacuna.syntax.spans import Span
from lacuna.workspace import textfile, walk

Texts = Mapping[str, str]
"""By path, relative to the package's folder."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


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
    return _of(_index(text).calls, names)


def attributes(text: str, names: frozenset[str]) -> list[Use]:
    """Uses of attributes with one of these names, in order."""
    return _of(_index(text).attributes, names)


def words(text: str, names: frozenset[str]) -> list[Use]:
    """Uses of names and attributes with one of these names, in order; imports are none."""
    index = _index(text)
    return sorted([*_of(index.words, names), *_of(index.attributes, names)], key=lambda use: use.name)


def _of(known: Mapping[str, list[Use]], names: frozenset[str]) -> list[Use]:
    return sorted((use for name in names for use in known.get(name, ())), key=lambda use: use.name)


@dataclass(frozen=True, slots=True)
class _Index:
    """The uses in a text, by name."""

    calls: Mapping[str, list[Use]]
    attributes: Mapping[str, list[Use]]
    words: Mapping[str, list[Use]]


@functools.lru_cache(maxsize=512)
def _index(text: str) -> _Index:
    offsets = Offsets(text)
    index = _Index(defaultdict(list), defaultdict(list), defaultdict(list))
    for node in ast.walk(parsed(text)):
        match node:
            case ast.Call(func=ast.Name(id=word) | ast.Attribute(attr=word)):
                span = offsets.span(node)
                index.calls[word].append(Use(offsets.span(node.func).end - len(word), span, node))
            case ast.Attribute(attr=word):
                span = offsets.span(node)
                index.attributes[word].append(Use(span.end - len(word), span, node))
            case ast.Name(id=word):
                span = offsets.span(node)
                index.words[word].append(Use(span.start, span, node))
    return index
