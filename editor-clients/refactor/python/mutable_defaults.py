"""`def f(items=[])`: every call gets a value of its own, made where the body begins."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.comments import start_with_comments
from lacuna.refactor.python import nodes
from lacuna.refactor.python.optional import around_optional
from lacuna.refactor.rule import Replacement, Sketch
from lacuna.syntax.layout import indentation_of
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import matches
from lacuna.syntax.spans import Span

_QUERY = """
(parameters [
  (default_parameter name: (identifier) @name value: [(list) (dictionary) (set) (call)] @value)
  (typed_default_parameter name: (identifier) @name type: (type) @type value: [(list) (dictionary) (set) (call)] @value)
])
"""
_MADE = re.compile(r"(?:list|dict|set|bytearray)\(\)")
_CACHE = re.compile(r"^_|cache|memo|seen")
"""Names of parameters that are meant to live longer than a call."""
_TAKES_NONE = re.compile(r"\bNone\b|\bOptional\b|^(?:typing\.)?Any$|^object$")
_HARMLESS = re.compile(
    r"@(?:\w+\.)*(?:staticmethod|classmethod|contextmanager|asynccontextmanager|property|wraps\(.*\))$"
)
"""Decorators that do not look at defaults."""
_MEANT = re.compile(r"#.*(?:\bB006\b|\bdangerous-default-value\b)")
"""A remark to linters that the default is as it should be."""


@dataclass(frozen=True, slots=True)
class _Default:
    name: str
    value: str
    edits: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True)
class MutableDefaults:
    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- the Protocol's
        by_function: dict[int, tuple[tree_sitter.Node, list[_Default]]] = {}
        for match in matches(parsed, _QUERY):
            value = match["value"][0]
            function = nodes.above(value, "function_definition", "lambda")
            assert function, "parameters belong to a function"
            default = _default(parsed, match["name"][0], match.get("type", []), value)
            if default:
                by_function.setdefault(function.start_byte, (function, []))[1].append(default)
        for _, (function, defaults) in sorted(by_function.items()):
            if sketch := _sketch(parsed, function, defaults):
                yield sketch


def _default(
    parsed: Parsed, name: tree_sitter.Node, types: Sequence[tree_sitter.Node], value: tree_sitter.Node
) -> _Default | None:
    """None where it cannot be None instead."""
    text, called, span = nodes.text_of(parsed, value), nodes.text_of(parsed, name), parsed.span_of(value)
    if _MEANT.search(parsed.text, span.end, line_end(parsed.text, span.end)):
        return None
    if _CACHE.search(called) or not _is_made_anew(text):
        return None
    edits = [Replacement(span, ("None",))]
    for kind in types:
        widened = _widened(parsed.text, nodes.text_of(parsed, kind))
        if widened is None:
            return None
        where, (before, behind) = parsed.span_of(kind), widened
        if before:
            edits.append(Replacement(Span(where.start, where.start), (before,)))
        if behind:
            edits.append(Replacement(Span(where.end, where.end), (behind,)))
    return _Default(called, text, tuple(edits))


def _is_made_anew(text: str) -> bool:
    """Whether the value is mutable, on one line, and the same whenever it is made."""
    if "\n" in text:
        return False
    if _MADE.fullmatch(text):
        return True
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError):
        return False
    return not text.startswith("(")


def _widened(module: str, kind: str) -> tuple[str, str] | None:
    """What goes before and behind a type so that None is of it; None where the module shows no way to say that."""
    if _TAKES_NONE.search(kind):
        return "", ""
    if kind.startswith(("'", '"')):
        return None
    return around_optional(module)


def _sketch(parsed: Parsed, function: tree_sitter.Node, defaults: Sequence[_Default]) -> Sketch | None:
    body = function.child_by_field_name("body")
    if function.type == "lambda" or body is None or function.has_error or not _is_called_plainly(parsed, function):
        return None
    statements = [node for node in body.named_children if node.type != "comment"]
    if statements and _is_text(statements[0]):
        statements = statements[1:]
    if not statements or _is_stub(parsed, statements):
        return None
    start = start_with_comments(parsed, statements[0])
    before = parsed.text[line_start(parsed.text, start) : start]
    text = nodes.text_of(parsed, body)
    if before.strip() or any(_means_none(text, default.name) for default in defaults):
        return None
    outer = indentation_of(parsed.text[line_start(parsed.text, parsed.span_of(function).start) :])
    unit = before.removeprefix(outer) or "    "
    lines = "".join(f"if {one.name} is None:\n{before}{unit}{one.name} = {one.value}\n{before}" for one in defaults)
    edits = sorted((edit for one in defaults for edit in one.edits), key=lambda edit: edit.span.start)
    return Sketch((*edits, Replacement(Span(start, start), (lines,))))


def _is_called_plainly(parsed: Parsed, function: tree_sitter.Node) -> bool:
    above = function.parent
    if above is None or above.type != "decorated_definition":
        return True
    decorators = (node for node in above.children if node.type == "decorator")
    return all(_HARMLESS.match(nodes.text_of(parsed, node)) for node in decorators)


def _is_text(statement: tree_sitter.Node) -> bool:
    return statement.type == "expression_statement" and statement.children[0].type in ("string", "concatenated_string")


def _is_stub(parsed: Parsed, statements: Sequence[tree_sitter.Node]) -> bool:
    text = nodes.text_of(parsed, statements[0])
    return len(statements) == 1 and (text in ("pass", "...") or text.startswith("raise NotImplementedError"))


def _means_none(body: str, name: str) -> bool:
    """Whether the body tells None from other values, so that callers may give it."""
    return bool(re.search(rf"\b{name} is (?:not )?None\b|\b{name} [!=]= None\b|\bnot {name}\b|\b{name} or\b", body))
