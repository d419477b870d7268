"""What stands for the body of a function that is not written yet, as a language's `stubs.scm` knows it; functions."""

from tree_sitter import Node

from lacuna.syntax.languages.files import STUB_KINDS
from lacuna.syntax.languages.language import Language
from lacuna.syntax.lines import line_start, split_lines
from lacuna.syntax.parsing import Parsed, parse
from lacuna.syntax.queries import captured
from lacuna.syntax.spans import Span, by_start

_FUNCTION, _IDLE, _REMARK = "function", "idle", "remark"


def stubs(parsed: Parsed, asked: Span | None = None) -> list[Span]:
    """What stands for bodies which are not written yet, by start.

    That is a statement which is the first thing on its line; or what follows a header on its line, blanks included, so
    that a body may begin on a line of its own.

    Some classes leave bodies to others; what holds a function that is `asked` about does not, as who asks means it.
    """
    root, language = parsed.tree.root_node, parsed.language
    found = set[Span]()
    for kind in STUB_KINDS:
        nodes = [node for node in captured(root, language, f"stub{kind}") if not node.has_error]
        if nodes:
            elsewhere = map(parsed.span_of, captured(root, language, f"unless{kind}"))
            always = map(parsed.span_of, captured(root, language, "unless"))
            barred = [*always, *(bar for bar in elsewhere if asked is None or not _holds(bar, asked))]
            bodies = filter(None, (_body(parsed, node) for node in nodes))
            found |= {body for body in bodies if not any(_holds(bar, body) for bar in barred)}
    return sorted(found, key=by_start)


def functions_about(parsed: Parsed, span: Span) -> list[Span]:
    """The functions that a span lies in, the innermost first."""
    first, last = parsed.to_byte(span.start), parsed.to_byte(span.end)
    found = captured(parsed.tree.root_node, parsed.language, _FUNCTION, (first, last + 1))
    around = [parsed.span_of(node) for node in found if node.start_byte <= first and last <= node.end_byte]
    return sorted(around, key=by_start, reverse=True)


def is_stub(text: str, language: Language) -> bool:
    """Whether a text has a statement that only stands in a body, and besides at most such ones and remarks."""
    return _IDLE in (kinds := _kinds(text, language)) and kinds <= {_IDLE, _REMARK}


def says_nothing(text: str, language: Language) -> bool:
    """Whether a text is nothing but comments, docstrings and statements that only stand in a body."""
    kinds = _kinds(text, language)
    return bool(kinds) and kinds <= {_IDLE, _REMARK}


def _kinds(text: str, language: Language) -> set[str]:
    """What a text's statements are: idle, remarks, or anything else, which is the empty text."""
    # Where its lines stand does not matter: a body's first line may lack the indentation that the others have.
    parsed = parse("\n".join(line.strip() for line in split_lines(text)), language)
    if parsed is None:
        return {""}
    root = parsed.tree.root_node
    known = {node.id: kind for kind in (_IDLE, _REMARK) for node in captured(root, language, kind)}
    return {known.get(node.id, "") for node in root.named_children}


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _body(parsed: Parsed, node: Node) -> Span | None:
    """What a body takes the place of; None where another statement shares the stub's line."""
    text, span = parsed.text, parsed.span_of(node)
    start = line_start(text, span.start) + len(text[line_start(text, span.start) : span.start].rstrip(" \t\f"))
    if start == line_start(text, span.start):
        return span
    return Span(start, span.end) if node.prev_sibling is None else None
