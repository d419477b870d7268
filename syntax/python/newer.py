"""Syntax that not every Python has: which version code needs."""

from types import MappingProxyType

import tree_sitter

from lacuna.syntax.blocks import Window
from lacuna.syntax.gate import Version
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.parsing import BRISK, parse_window
from lacuna.syntax.spans import Span

_SINCE = MappingProxyType({"type_alias_statement": (3, 12), "type_parameter": (3, 12)})
_NESTED_QUOTES = (3, 12)
NEWEST = (3, 12)
"""The newest version that is told."""
_ANY = (3, 0)


def needed(source: str, within: Span, *, are_quotes_told: bool) -> Version:
    """The version that the newest syntax about a span needs, as far as the grammar tells.

    If quotes are not told, a quote within a string of the same quotes counts as any version's: as a slip.
    """
    parsed = parse_window(source, PYTHON, Window(Span(0, len(source)), is_ragged=False), seconds=BRISK)
    if parsed is None:
        return _ANY
    first, last = parsed.to_byte(within.start), parsed.to_byte(within.end)
    nodes, newest = [parsed.tree.root_node], _ANY
    while nodes:
        node = nodes.pop()
        if node.start_byte > last or node.end_byte < first:
            continue
        newest = max(newest, _SINCE.get(node.type, _ANY))
        if are_quotes_told and node.type == "interpolation" and _has_quote_of(node):
            newest = max(newest, _NESTED_QUOTES)
        nodes += node.children
    return newest


def _has_quote_of(interpolation: tree_sitter.Node) -> bool:
    """Whether the quote of a string stands within a value that is put into it."""
    start = interpolation.parent.child(0) if interpolation.parent else None
    quote = (start.text or b"")[-1:] if start else b""
    return bool(quote) and quote in (interpolation.text or b"")
