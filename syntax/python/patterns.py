"""What may stand in a hole of an or-pattern, whose alternatives all bind the same names."""

import ast
import re

from lacuna.syntax.lines import line_end
from lacuna.syntax.python.compiling import HOSTILE, quiet
from lacuna.syntax.python.module import LARGE
from lacuna.syntax.python.reducing import Reduced
from lacuna.syntax.python.unfinished import closing, suffixes

_CASE = re.compile(r"(?m)^[ \t]*case\b")
_HOLE = "__"


def alternative(part: Reduced) -> str:
    """A pattern that binds in the only span what the other alternatives bind; empty where nothing is missing there."""
    tree = _parsed(part) if _may_be_alternative(part) else None
    missing = sorted(_missing(tree)) if tree else ()
    return f"[{', '.join(missing)}]" if missing else ""


def _may_be_alternative(part: Reduced) -> bool:
    """Whether the span is in the header of a `case` with a bar: what reads it as a tree is spared elsewhere."""
    begin = max((found.start() for found in _CASE.finditer(part.before)), default=len(part.before))
    header = part.before[begin:]
    is_in_header = header and ("\n" not in header or closing(header))
    return bool(is_in_header) and "|" in header + part.behind[: line_end(part.behind, 0)]


def _parsed(part: Reduced) -> ast.Module | None:
    """A part with a name in its span; which names a pattern binds is not looked at."""
    until = part.until_end((_HOLE,))
    if len(until) + len(part.behind) > LARGE:
        return None
    for suffix in suffixes(until, is_at_end=not part.behind.strip()):
        try:
            with quiet():
                return ast.parse(until + suffix + part.behind)
        except HOSTILE:
            continue
    return None


def _missing(tree: ast.Module) -> set[str]:
    """The names that the hole has to bind for the or-patterns about it."""
    missing = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.MatchOr):
            alternatives = [_bound(one) for one in node.patterns]
            own = next((names for names in alternatives if _HOLE in names), None)
            other = next((names for names in alternatives if _HOLE not in names), None)
            missing |= other - own if own and other else set()
    return missing


def _bound(pattern: ast.pattern) -> set[str]:
    """The names that a pattern binds."""
    nodes = list(ast.walk(pattern))
    names = {node.name for node in nodes if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name}
    return names | {node.rest for node in nodes if isinstance(node, ast.MatchMapping) and node.rest}
