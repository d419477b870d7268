"""Comments that stand on lines of their own above a node, and are about it."""

import tree_sitter

from lacuna.syntax.lines import line_start
from lacuna.syntax.parsing import Parsed


def start_with_comments(parsed: Parsed, node: tree_sitter.Node) -> int:
    """Where the node begins, or the first of the comments above it that begin their lines."""
    start = parsed.span_of(node).start
    before = _before(node)
    while before is not None and before.is_extra:
        comment = parsed.span_of(before)
        if parsed.text[line_start(parsed.text, comment.start) : comment.start].strip():
            break
        start, before = comment.start, _before(before)
    return start


def _before(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """What ends before a node, be it above the block that the node begins."""
    inner: tree_sitter.Node | None = node
    while inner is not None and inner.prev_sibling is None:
        inner = inner.parent
    return inner.prev_sibling if inner is not None else None
