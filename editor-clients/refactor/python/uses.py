"""Which types a parameter or a variable cannot have, by what a function does with it."""

import ast
from collections import abc
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lacuna.refactor.python.returning import Function

_BUILTIN = (str, int, float, bool, bytes, list, dict, set, tuple, object, Exception, Path)
_ABSTRACT: tuple[Any, ...] = (abc.Callable, abc.Iterable, abc.Iterator, abc.Mapping, abc.Sequence)
_TYPES: Mapping[str, Any] = {
    **{one.__name__: one for one in (*_BUILTIN, *_ABSTRACT)},
    **{one.__name__.title(): one for one in (list, dict, set, tuple)},
}
"""By the names that annotations have for them."""
_ASKED = frozenset({"isinstance", "issubclass", "hasattr", "getattr", "callable", "type"})
"""Functions of which another type may come of what was given."""


def unfit(function: Function, name: str) -> str:
    """A regular expression for types that have not all that is asked of a name; empty where all have, or nobody knows.

    Whatever is given another value, or asked what it is, may be something else by then.
    """
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    given = sum(_is_given(node, name) for node in [*nodes, *ast.walk(function.args)])
    if given != 1 or any(_is_asked_what_it_is(node, name) for node in nodes):
        return ""
    asked = {attribute for node in nodes for attribute in _asked(node, name)}
    return _named(name for name, one in _TYPES.items() if not asked <= {*dir(one)})


def unlike(value: object) -> str:
    """A regular expression for types of which a value is none, but that of a number may be any of numbers."""
    number = (int, float) if isinstance(value, int | float) and not isinstance(value, bool) else ()
    return _named(name for name, one in _TYPES.items() if one not in number and not isinstance(value, one))


def _named(names: Iterable[str]) -> str:
    either = "|".join(names)
    return rf"(?:\w+\.)*(?:Optional\[)?(?:{either})\b[^.|]*" if either else ""


def _is_given(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(one, ast.Store() | ast.Del()) | ast.arg(one):
            return one == name
    return False


def _is_asked_what_it_is(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Call(ast.Name(function), [ast.Name(one), *_]):
            return one == name and function in _ASKED
    return False


def _asked(node: ast.AST, name: str) -> Iterator[str]:
    """Attributes that a value must have for what is done with it at a node."""
    match node:
        case ast.Attribute(ast.Name(one), asked) if one == name:
            yield asked
        case ast.Call(ast.Name(one)) if one == name:
            yield "__call__"
        case ast.Subscript(ast.Name(one), ctx=ast.Load()) if one == name:
            yield "__getitem__"
        case ast.Subscript(ast.Name(one), ctx=ast.Store()) if one == name:
            yield "__setitem__"
        case ast.For(iter=ast.Name(one)) | ast.comprehension(iter=ast.Name(one)) if one == name:
            yield "__iter__"
        case ast.withitem(ast.Name(one)) if one == name:
            yield "__enter__"
        case ast.BinOp(ast.Name(one), ast.Div(), _) if one == name:
            yield "__truediv__"
