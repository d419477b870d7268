"""Branches that never run, because one before them takes the same: handlers, cases, conditions."""

import ast
from collections.abc import Iterable, Iterator
from typing import TypeGuard

from lacuna.syntax.gate import Fault, FaultKind

_EVENTFUL = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
"""What may be otherwise when it is asked again."""


def statements(tree: ast.AST) -> list[ast.AST]:
    """A tree and the statements in it, with their handlers and cases, the outer ones first."""
    nodes = [tree]
    for node in nodes:
        for part in ("body", "orelse", "handlers", "finalbody", "cases"):
            nodes += getattr(node, part, ())
    return nodes


def unreachable(nodes: Iterable[ast.AST]) -> Iterator[Fault]:
    """Branches of statements among some nodes that another one of the same statement comes before."""
    nodes = tuple(nodes)
    chained = {id(node.orelse[0]) for node in nodes if isinstance(node, ast.If) and _is_elif(node.orelse)}
    for node in nodes:
        if isinstance(node, ast.Try):
            yield from _repeated(
                "{} is caught twice", (caught for handler in node.handlers for caught in _caught(handler))
            )
        elif isinstance(node, ast.Match):
            yield from _repeated(
                "the case {} is there twice", (pattern for case in node.cases for pattern in _patterns(case))
            )
        elif isinstance(node, ast.If) and id(node) not in chained:
            yield from _repeated("the condition {} is asked twice", _conditions(node))


def _repeated(words: str, heads: Iterable[ast.AST]) -> Iterator[Fault]:
    seen = set[str]()
    for head in heads:
        said = ast.unparse(head)
        if said in seen:
            yield Fault(FaultKind.WRONG, said, words.format(said))
        seen.add(said)


def _is_elif(orelse: list[ast.stmt]) -> TypeGuard[list[ast.If]]:
    return len(orelse) == 1 and isinstance(orelse[0], ast.If)


def _caught(handler: ast.ExceptHandler) -> list[ast.expr]:
    caught = handler.type
    return caught.elts if isinstance(caught, ast.Tuple) else [caught] if caught else []


def _patterns(case: ast.match_case) -> list[ast.pattern]:
    """Literals that a case takes, whatever else holds."""
    patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
    return [each for each in patterns if isinstance(each, ast.MatchValue | ast.MatchSingleton) and not case.guard]


def _conditions(first: ast.If) -> Iterator[ast.expr]:
    """The conditions of an `if` with its `elif`s, less those that may come out otherwise."""
    chain = [first]
    while _is_elif(orelse := chain[-1].orelse):
        chain += orelse
    for each in chain:
        if not any(isinstance(part, _EVENTFUL) for part in ast.walk(each.test)):
            yield each.test
