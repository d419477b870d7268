"""What evaluating an argument may do: a call that drops it, or moves it, may do something else than before."""

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lacuna.refactor.python.signatures.calls import Argument, Doing
from lacuna.refactor.python.signatures.scopes import Scope

_ACTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
_READS: tuple[type[ast.AST], ...] = (
    *(ast.Attribute, ast.Subscript, ast.Call),
    *(ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp),
)
_HARMLESS = frozenset(
    {
        *("abs", "bool", "bytes", "callable", "float", "frozenset", "getattr", "hasattr", "id", "int", "isinstance"),
        *("issubclass", "len", "ord", "chr", "range", "repr", "round", "str", "super", "type"),
    }
)
"""Functions of Python's own that tell something, and leave everything as it was."""


def with_effects(call: ast.Call, scope: Scope, given: Sequence[Argument]) -> tuple[Argument, ...] | None:
    """Arguments of a call with what they do; None if they are not those of the call."""
    values = sorted((*call.args, *(one.value for one in call.keywords)), key=lambda one: (one.lineno, one.col_offset))
    if len(values) != len(given):
        return None
    evaluated = [list(_evaluated(value)) for value in values]
    binds = any(isinstance(one, ast.NamedExpr) for row in evaluated for one in row)
    reads = (*_READS, ast.Name) if binds else _READS
    return tuple(replace(one, does=_doing(row, scope, reads)) for one, row in zip(given, evaluated, strict=True))


def _doing(evaluated: Sequence[ast.AST], scope: Scope, reads: tuple[type[ast.AST], ...]) -> Doing:
    if any(isinstance(one, _ACTS) and not _is_harmless(one, scope) for one in evaluated):
        return Doing.ACTS
    return Doing.READS if any(isinstance(one, reads) for one in evaluated) else Doing.NOTHING


def dropped(given: Sequence[Argument], kept: Sequence[Argument]) -> Argument | None:
    """The first argument that goes and may do something."""
    gone = (one for one in given if not any(one is other for other in kept))
    return next((one for one in gone if one.does is Doing.ACTS), None)


def keeps_order(given: Sequence[Argument], kept: Sequence[Argument]) -> bool:
    """Whether what arguments do is done, and read, in the order in which it was."""
    order = {id(one): number for number, one in enumerate(given)}
    pairs = itertools.combinations(kept, 2)
    return all(order[id(one)] < order[id(other)] or _are_apart(one, other) for one, other in pairs)


def _are_apart(one: Argument, other: Argument) -> bool:
    """Whether it is the same which of two is evaluated first."""
    both = {one.does, other.does}
    return Doing.ACTS not in both or Doing.NOTHING in both


def _is_harmless(node: ast.AST, scope: Scope) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _HARMLESS and scope.home(name) is None
    return False


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """An expression with all in it that is evaluated with it."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += [one.args] if isinstance(one, ast.Lambda) else ast.iter_child_nodes(one)
