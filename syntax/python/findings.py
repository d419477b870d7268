"""What is wrong with a module's tree: those of Pyflakes' findings that no one means, and decorators that do not fit."""

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from types import MappingProxyType

from pyflakes import messages
from pyflakes.checker import Checker

from lacuna.syntax.gate import Fault, FaultKind
from lacuna.syntax.python.branches import statements, unreachable

TELLING = re.compile(
    r"""\b(?:def|class|import|NotImplemented)\b|\b(?:assert|if|elif)\s*\(|['"]\s*[%:]|\.format\b|[@{]"""
)
"""What text has in which something can be found; to look costs as much as compiler and names together."""
_TWICE = MappingProxyType(
    {
        messages.RedefinedWhileUnused: "{} is defined twice",
        messages.MultiValueRepeatedKeyLiteral: "the key {} has two values",
        messages.MultiValueRepeatedKeyVariable: "the key {} has two values",
    }
)
_WRONG = frozenset(
    {
        messages.AssertTuple,
        messages.IfTuple,
        messages.PercentFormatExpectedMapping,
        messages.PercentFormatExpectedSequence,
        messages.PercentFormatInvalidFormat,
        messages.PercentFormatMissingArgument,
        messages.PercentFormatMixedPositionalAndNamed,
        messages.PercentFormatPositionalCountMismatch,
        messages.PercentFormatUnsupportedFormatCharacter,
        messages.RaiseNotImplemented,
        messages.StringDotFormatInvalidFormat,
        messages.StringDotFormatMissingArgument,
        messages.StringDotFormatMixingAutomatic,
    }
)
_RECEIVERS = MappingProxyType({"classmethod": {"self"}, "staticmethod": {"self", "cls"}})
"""Decorators, and what a function below them does not take first."""


_Function = ast.FunctionDef | ast.AsyncFunctionDef


class _Checker(Checker):
    """Does not enter Python's own names, which would cost a third of a check: names are judged elsewhere."""

    builtIns = property(lambda _: (), lambda _self, _names: None)  # noqa: N815 -- Pyflakes calls it so

    def checkDeadScopes(self) -> None:  # noqa: N802 -- the same
        """Nothing is said of what is never used: in a part of a module its uses may not be shown."""


def findings(tree: ast.Module) -> Iterator[Fault]:
    """What is wrong with a module, other than names that it reads.

    Raises RecursionError where a tree is deeper than the interpreter's stack.
    """
    nodes = statements(tree)
    properties = [fault for node in nodes if isinstance(node, ast.ClassDef) for fault in _properties(node)]
    told = {fault.about for fault in properties}
    unconditional = functools.cache(lambda: _unconditional(nodes))
    for message in _Checker(tree, withDoctest=False).messages:
        is_redefined = isinstance(message, messages.RedefinedWhileUnused)
        if is_redefined and not {message.lineno, message.message_args[1]} <= unconditional():
            continue
        if type(message) in _TWICE and (name := str(message.message_args[0])) not in told:
            yield Fault(FaultKind.REBOUND, name, _TWICE[type(message)].format(name))
        elif type(message) in _WRONG:
            words = message.message % message.message_args
            yield Fault(FaultKind.WRONG, words, words)
    for node in nodes:
        if isinstance(node, _Function):
            yield from _misfits(node)
    yield from properties
    yield from unreachable(nodes)


def _unconditional(nodes: Iterable[ast.AST]) -> set[int]:
    """Lines of definitions and imports that bind whatever happens; a call that decorates may do anything with one."""
    scopes = (node for node in nodes if isinstance(node, ast.Module | ast.ClassDef | _Function))
    statements = (statement for scope in scopes for statement in scope.body)
    return {
        one.lineno
        for one in statements
        if isinstance(one, ast.Import | ast.ImportFrom | ast.ClassDef)
        or (isinstance(one, _Function) and not any(isinstance(each, ast.Call) for each in one.decorator_list))
    }


def _properties(about: ast.ClassDef) -> Iterator[Fault]:
    """Properties with the name of another function above them in their class."""
    names = set[str]()
    for one in about.body:
        if isinstance(one, _Function):
            decorators = (each for each in one.decorator_list if isinstance(each, ast.Name))
            if one.name in names and any(each.id == "property" for each in decorators):
                yield Fault(FaultKind.REBOUND, one.name, f"the property {one.name} is defined twice")
            names.add(one.name)


def _misfits(function: _Function) -> Iterator[Fault]:
    """Decorators that bind a function otherwise than its first parameter says."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Name) or not parameters:
            continue
        if parameters[0].arg in _RECEIVERS.get(decorator.id, ()):
            yield Fault(
                FaultKind.WRONG, function.name, f"{function.name} is a {decorator.id} and takes {parameters[0].arg}"
            )
