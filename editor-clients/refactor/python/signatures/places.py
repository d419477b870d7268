"""Where expressions stand in a text: from lines and columns to code points, and to the grammar's nodes."""

import ast
from itertools import accumulate

import tree_sitter

from lacuna.syntax.parsing import Parsed
from lacuna.syntax.spans import Span


class Places:
    """Knows a text that was parsed whole, by both parsers."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self._starts = list(accumulate((len(line) + 1 for line in parsed.source.split(b"\n")), initial=0))

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> Span:
        start, end = self._bytes(node)
        return Span(self.parsed.to_offset(start), self.parsed.to_offset(end))

    def name_of_attribute(self, node: ast.Attribute) -> Span:
        """The last word of `a.b`."""
        end = self.span(node).end
        return Span(end - len(node.attr), end)

    def node(self, node: ast.expr) -> tree_sitter.Node | None:
        """The same in the grammar's tree."""
        return self.parsed.tree.root_node.descendant_for_byte_range(*self._bytes(node))

    def _bytes(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None, "the compiler says where a node ends"
        assert node.end_col_offset is not None, "the same"
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )
