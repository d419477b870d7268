"""Code as a row of words that can be compared: names, attributes, constants and kinds of nodes, in order."""

import ast
import difflib
from collections.abc import Mapping, Sequence

_MOST = 3_000
"""Words of a body that are compared: difflib is quadratic."""


def words(body: Sequence[ast.stmt]) -> tuple[str, ...]:
    """What some statements are made of, without a docstring that they begin with."""
    rest = body[1:] if body and _is_text(body[0]) else body
    found: list[str] = []
    waiting: list[ast.AST] = list(reversed(rest))
    while waiting and len(found) < _MOST:
        node = waiting.pop()
        found.append(_word(node))
        waiting += reversed(list(ast.iter_child_nodes(node)))
    return tuple(found)


def alike(old: Sequence[str], new: Sequence[str], renamed: Mapping[str, str]) -> float:
    """How much two bodies have in common, 0 to 1, the old one's names replaced."""
    then = [renamed.get(word, word) for word in old]
    if then == list(new):
        return 1.0
    matcher = difflib.SequenceMatcher(None, then, new, autojunk=False)
    return 0.0 if matcher.quick_ratio() < 0.4 else matcher.ratio()


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _word(node: ast.AST) -> str:
    word = type(node).__name__
    match node:
        case ast.Name(id=name) | ast.arg(arg=name):
            word = name
        case ast.Attribute(attr=name):
            word = f".{name}"
        case ast.keyword(arg=given):
            word = f"{given or '**'}="
        case ast.Constant(value=value):
            word = repr(value)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            word = name
    return word
