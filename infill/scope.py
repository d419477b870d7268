"""Cuts an answer to the scope that the user wants; whether what is left parses is judged elsewhere."""

from lacuna.infill.request import Scope
from lacuna.syntax import parsing
from lacuna.syntax.languages.language import Language
from lacuna.syntax.nodes import enclosing
from lacuna.syntax.spans import Kind, Span

_SPACE = " \t\n"


def cut(text: str, span: Span, answer: str, language: Language, scope: Scope) -> str:
    """The beginning of `answer`, which is to stand at `span` of `text`, that the scope admits."""
    body = answer.lstrip(_SPACE)
    if scope is Scope.BLOCK or "\n" not in body:
        return answer
    lead = len(answer) - len(body)
    first_line = answer[: lead + body.index("\n")]
    if scope is Scope.LINE:
        return first_line
    filled = text[: span.start] + answer + text[span.end :]
    parsed = parsing.parse(filled, language, around=Span(span.start, span.start + len(answer)))
    statement = enclosing(parsed, span.start + lead, Kind.STATEMENT) if parsed else None
    if statement is None or statement.end - span.start <= lead:
        return first_line
    return answer[: statement.end - span.start]
