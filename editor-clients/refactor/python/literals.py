"""String literals with values written into them: what stands between them, their quotes and their escapes stay."""

import ast
import re

import tree_sitter

from lacuna.refactor.python.formats import Field, Row, Scan, UnsureError
from lacuna.refactor.python.nodes import text_of
from lacuna.syntax.parsing import Parsed

_START = re.compile(r"(?P<letters>[a-zA-Z]*)(?P<quotes>\"\"\"|\'\'\'|\"|\')")
_OTHER = {"'": '"', '"': "'"}
_LONG = 50
"""Characters of an expression beyond which it is not read well within a text."""
_UNFIT = (
    ast.Lambda | ast.NamedExpr | ast.Yield | ast.YieldFrom | ast.Await | ast.GeneratorExp | ast.Starred | ast.JoinedStr
)
_CLOSED = ast.Name | ast.Attribute | ast.Subscript | ast.Call


def rewritten(parsed: Parsed, template: tree_sitter.Node, scan: Scan, source: str) -> str:
    """The literals of `template` with the fields of its format, whose values stand in `source`."""
    text, start = text_of(parsed, template), parsed.span_of(template).start
    found, end = "", 0
    for literal in _literals(template):
        span = parsed.span_of(literal)
        found += text[end : span.start - start] + _rewritten(text_of(parsed, literal), scan, source)
        end = span.end - start
    return found + text[end:]


def _literals(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    if node.type == "string":
        return [node]
    return [literal for child in node.named_children for literal in _literals(child)]


def _rewritten(literal: str, scan: Scan, source: str) -> str:
    start = _START.match(literal)
    if not start or set(start["letters"].lower()) & set("bft"):
        raise UnsureError("no plain text")
    quotes = start["quotes"]
    body = literal[start.end() : -len(quotes)]
    if "\\N{" in body:
        raise UnsureError("a brace of an escape")
    row = scan(body)
    if not any(isinstance(piece, Field) for piece in row):
        return start.group() + "".join(map(str, row)) + quotes
    return "f" + start["letters"].lower().replace("u", "") + quotes + _written(row, quotes[0], source) + quotes


def _written(row: Row, quote: str, source: str) -> str:
    return "".join(
        piece.replace("{", "{{").replace("}", "}}") if isinstance(piece, str) else _braced(piece, quote, source)
        for piece in row
    )


def _braced(field: Field, quote: str, source: str) -> str:
    if isinstance(field.given, ast.Constant) or any(map(_is_unfit, ast.walk(field.given))):
        raise UnsureError("an expression that is hard to read in a text")
    value = ast.get_source_segment(source, field.given) or ""
    if field.path and not isinstance(field.given, _CLOSED):
        value = f"({value})"
    value += field.path
    if quote in value:
        value = value.replace(quote, _OTHER[quote]) if _OTHER[quote] not in value else "\n"
    if len(value) > _LONG or re.search(r"[\r\n\\#]", value):
        raise UnsureError("an expression that no text may hold, or that is hard to read there")
    if value.startswith("{"):
        value = f" {value} "
    conversion = f"!{field.conversion}" if field.conversion else ""
    spec = f":{_written(field.spec, quote, source)}" if field.spec else ""
    return "{" + value + conversion + spec + "}"


def _is_unfit(node: ast.AST) -> bool:
    match node:
        case ast.Call(ast.Name("_" | "gettext" | "ngettext")):  # what collects texts for translation looks into no text
            return True
    return isinstance(node, _UNFIT)
