"""What is asked of syntax nodes again and again."""

import tree_sitter

from lacuna.syntax.parsing import Parsed


def text_of(parsed: Parsed, node: tree_sitter.Node) -> str:
    span = parsed.span_of(node)
    return parsed.text[span.start : span.end]


def is_within(node: tree_sitter.Node, *kinds: str) -> bool:
    """Whether the node stands in one of these kinds."""
    return above(node, *kinds) is not None


def above(node: tree_sitter.Node, *kinds: str) -> tree_sitter.Node | None:
    """The innermost node of these kinds that the node stands in."""
    found = node.parent
    while found and found.type not in kinds:
        found = found.parent
    return found


def has_within(node: tree_sitter.Node, kind: str) -> bool:
    """Whether a node of this kind stands in the node."""
    waiting = list(node.children)
    while waiting:
        inner = waiting.pop()
        if inner.type == kind:
            return True
        waiting += inner.children
    return False


def has_lines_of_text(node: tree_sitter.Node) -> bool:
    """Whether it is, or holds, a text of several lines, whose indentation is part of it."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if inner.type == "string" and inner.start_point.row != inner.end_point.row:
            return True
        waiting += inner.children
    return False
