"""Which kind of thing stands in a span, so that what replaces it can be held to be of the same kind."""

from lacuna.syntax import parsing
from lacuna.syntax.check import filled
from lacuna.syntax.languages.language import Language
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured
from lacuna.syntax.spans import Kind, Span

DEFINITION = "definition"
"""What a language's files capture as one; its kind is its node's type."""


def keeps_kind(text: str, span: Span, answer: str, language: Language) -> bool:
    """Whether an answer is of the kind of what it replaces: a docstring, a definition, statements, an expression.

    True where that is nothing whole, or cannot be told.
    """
    before = _kind_at(text, span, language)
    lead = len(answer) - len(answer.lstrip())
    written = Span(span.start + lead, span.start + lead + len(answer.strip()))
    return before is None or before == _kind_at(filled(text, (span,), (answer,)), written, language)


def _kind_at(text: str, span: Span, language: Language) -> str | None:
    parsed = parsing.parse(text, language, around=span)
    if parsed is None or not parsed.window.start <= span.start < span.end <= parsed.window.end:
        return None
    first, last = parsed.to_byte(span.start), parsed.to_byte(span.end)
    for kind in (Kind.DOCSTRING, DEFINITION, Kind.STATEMENT, Kind.EXPRESSION):
        found = _run(parsed, kind, first, last)
        if found:
            return found[0] if kind is DEFINITION and len(found) == 1 else str(kind)
    return None


def _run(parsed: Parsed, kind: str, first: int, last: int) -> list[str]:
    """The types of the siblings of a kind that cover some bytes exactly, side by side; only statements are many."""
    within = [
        node
        for node in captured(parsed.tree.root_node, parsed.language, kind, (first, last))
        if first <= node.start_byte and node.end_byte <= last
    ]
    outer = [node for node in within if node.start_byte == first and (kind == Kind.STATEMENT or node.end_byte == last)]
    run = [node for node in within if outer and node.parent == outer[0].parent]
    is_whole = any(node.end_byte == last for node in run) and not all(node.is_extra for node in run)
    return [node.type for node in run] if is_whole else []
