"""Which types a parameter cannot have, by what a function does with it."""

import ast
from collections import abc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lacuna.refactor.python.returning import Function

_BUILTIN = (str, int, float, bool, bytes, list, dict, set, tuple, object, Exception, Path)
_ABSTRACT: tuple[Any, ...] = (abc.Callable, abc.Iterable, abc.Iterator, abc.Mapping, abc.Sequence)
_HAVE: Mapping[str, frozenset[str]] = {
    **{one.__name__: frozenset(dir(one)) for one in (*_BUILTIN, *_ABSTRACT)},
    **{one.__name__.title(): frozenset(dir(one)) for one in (list, dict, set, tuple)},
}
"""The attributes of types, by the names that annotations have for them."""
_ASKED = frozenset({"isinstance", "issubclass", "hasattr", "getattr", "callable", "type"})
"""Functions of which another type may come of what was given."""


def unfit(function: Function, parameter: str) -> tuple[str, ...]:
    """Names of types that have not all that is asked of the parameter; none where it may be something else by then."""
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    if any(_may_change(node, parameter) for node in nodes):
        return ()
    asked = {name for node in nodes for name in _asked(node, parameter)}
    return tuple(name for name, has in _HAVE.items() if not asked <= has)


def _may_change(node: ast.AST, parameter: str) -> bool:
    match node:
        case ast.Name(name, ast.Store() | ast.Del()) | ast.arg(name):
            return name == parameter
        case ast.Call(ast.Name(function), [ast.Name(name), *_]):
            return name == parameter and function in _ASKED
    return False


def _asked(node: ast.AST, parameter: str) -> Iterator[str]:
    """Attributes that a value must have for what is done with it at a node."""
    match node:
        case ast.Attribute(ast.Name(name), asked) if name == parameter:
            yield asked
        case ast.Call(ast.Name(name)) if name == parameter:
            yield "__call__"
        case ast.Subscript(ast.Name(name), ctx=ast.Load()) if name == parameter:
            yield "__getitem__"
        case ast.Subscript(ast.Name(name), ctx=ast.Store()) if name == parameter:
            yield "__setitem__"
        case ast.For(iter=ast.Name(name)) | ast.comprehension(iter=ast.Name(name)) if name == parameter:
            yield "__iter__"
        case ast.withitem(ast.Name(name)) if name == parameter:
            yield "__enter__"
        case ast.BinOp(ast.Name(name), ast.Div(), _) if name == parameter:
            yield "__truediv__"
