"""What the functions of one file return, as expressions, where their annotations do not say it."""

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lacuna.refactor.python.signatures.scopes import Placed, Scope
from lacuna.refactor.python.signatures.spelling import Function, decorators

_PLAIN = frozenset({"cache", "classmethod", "lru_cache", "staticmethod"})
"""Decorators under which a call gives what the function returns."""


@dataclass(frozen=True, slots=True)
class Returned:
    """An expression that a function returns, and the scope it is read in."""

    value: ast.expr
    scope: Scope


def returned(every: Sequence[Placed]) -> dict[str, list[Returned]]:
    """By qualified name, of functions and methods that are defined once; None is left out."""
    found, names = dict[ast.AST, list[Returned]](), dict[ast.AST, str]()
    for one in every:
        function = one.scope.function
        match one.node:
            case ast.FunctionDef() as node if decorators(node) <= _PLAIN and (name := _qualname(node, one.scope)):
                names[node] = name
            case ast.Return(value=ast.expr() as value) if function and not _is_none(value):
                found.setdefault(function.node, []).append(Returned(value, one.scope))
            case ast.Yield() | ast.YieldFrom() if function:
                names.pop(function.node, None)
    times = Counter(names.values())
    return {name: found.get(node, []) for node, name in names.items() if times[name] == 1}


def _qualname(node: Function, scope: Scope) -> str:
    """Empty for what is defined in a function."""
    if isinstance(scope.node, ast.Module):
        return node.name
    return f"{scope.class_name}.{node.name}" if scope.class_name else ""


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
