"""Syntax that not every Python has: which version code needs."""

import re
from types import MappingProxyType

import tree_sitter

from lacuna.syntax.blocks import Window
from lacuna.syntax.gate import Version
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.parsing import BRISK, parse_window
from lacuna.syntax.python.compiling import HERE
from lacuna.syntax.spans import Span

_SINCE = MappingProxyType({"type_alias_statement": (3, 12), "type_parameter": (3, 12)})
_NESTED_QUOTES = (3, 12)
NEWEST = (3, 12)
"""The newest version that is told."""
_ANY = (3, 0)
_BRACKET = r"\[(?:[^\[\]]|\[[^\[\]]*\])*+\]"
_TYPED = re.compile(
    rf"(?m)\b(?P<head>(?:def|class)[ \t]+\w+[ \t]*)(?P<of>{_BRACKET})(?=[ \t]*[(:])"
    rf"|^[ \t]*(?P<type>type[ \t]+)(?P<name>\w+)[ \t]*(?P<its>{_BRACKET})?[ \t]*=(?!=)"
)
"""Type parameters of a function or a class; a type that is given a name."""
_HINTS = tuple(map(re.compile, (r"def[ \t]+\w+[ \t]*\[", r"class[ \t]+\w+[ \t]*\[", r"type[ \t]+\w+[^\n=]*=(?!=)")))
"""Some of which such text has; each begins with letters, which are found fast."""
_WORD = re.compile(r"[^\W\d]\w*")


def lowered(text: str, spans: tuple[Span, ...]) -> tuple[str, frozenset[str]]:
    """A module as long as it was, without type parameters and types that the server's Python may not know; their names.

    What stands at a span stays as it is.
    """
    if HERE >= NEWEST or not any(hint.search(text) for hint in _HINTS):
        return text, frozenset()
    names = set[str]()

    def older(found: re.Match[str]) -> str:
        if any(found.start() <= span.end and span.start <= found.end() for span in spans):
            return found.group()
        names.update(_WORD.findall(found["of"] or found["its"] or ""))
        if found["of"]:
            return found["head"] + " " * len(found["of"])
        blanks = len(found["type"]) + len(found["its"] or "")
        rest = found.group().replace(found["its"] or "", "", 1).removesuffix("=")
        return rest.replace(found["type"], "", 1) + " " * blanks + "="

    return _TYPED.sub(older, text), frozenset(names)


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
