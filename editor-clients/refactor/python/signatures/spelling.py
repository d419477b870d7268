"""What stands in a definition, read off Python's own tree."""

import ast
import contextlib
from collections.abc import Iterator, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef
TRANSPARENT = frozenset(
    {
        *("abstractmethod", "asynccontextmanager", "cache", "classmethod", "contextmanager", "final", "lru_cache"),
        *("njit", "no_type_check", "override", "profile", "staticmethod", "deprecated"),
    }
)
"""Decorators, by their last word, under which a function is called with its own parameters."""


_OF_TYPES = frozenset({"Union", "Annotated", "Literal", "Type", "type", "Callable"})
_ANYTHING = frozenset({"Any", "object"})


def dotted(node: ast.expr) -> str:
    """`a.b.c` as it is written; empty if it is something else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a scope, those in its branches too, without what is in functions and classes."""
    for node in body:
        yield node
        if not isinstance(node, Function | ast.ClassDef):
            for part in ("body", "orelse", "finalbody"):
                yield from statements(getattr(node, part, ()))
            for inner in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                yield from statements(inner.body)


def written(node: ast.expr | None) -> str:
    return ast.unparse(node) if node else ""


def decorators(node: Function | ast.ClassDef) -> frozenset[str]:
    """The last words of its decorators; of what is no dotted name, an empty one."""
    called = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
    return frozenset(dotted(one).rpartition(".")[2] for one in called)


def named_type(node: ast.expr | None) -> str:
    """The class that an annotation names alone or beside None, as it is written; empty if it does not."""
    found = ""
    match node:
        case ast.Constant(value=str(text)):
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                found = named_type(ast.parse(text, mode="eval").body)
        case ast.BinOp(left=inner, op=ast.BitOr(), right=ast.Constant(value=None)):
            found = named_type(inner)
        case ast.Subscript(value=ast.Name(id="Optional" | "Final" | "ClassVar"), slice=inner):
            found = named_type(inner)
        case ast.Subscript(value=ast.Name(id=name)) if name not in _OF_TYPES:
            found = name
        case ast.Name(id=name) | ast.Attribute(attr=name) if name not in _ANYTHING:
            found = dotted(node)
    return found


def returns(functions: Sequence[Function]) -> dict[str, str]:
    found = {
        one.name: named_type(one.returns)
        for one in functions
        if one.returns and not isinstance(one, ast.AsyncFunctionDef)
    }
    return {name: written for name, written in found.items() if written}
