"""`%` and `str.format` as f-strings, where the value is surely the same and Python before 3.12 takes them, too."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.python import nodes
from lacuna.refactor.python.formats import Field, Row, UnsureError, braces, joined, percent
from lacuna.refactor.python.literals import rewritten
from lacuna.refactor.python.types import BUILTIN
from lacuna.refactor.rule import Sketch
from lacuna.refactor.template import minimal
from lacuna.syntax.lines import line_end, line_start, split_lines
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured, matches
from lacuna.syntax.spans import Span

_QUERY = """
(binary_operator left: [(string) (concatenated_string) (parenthesized_expression)] @format operator: "%") @whole
((call
  function: (attribute
    object: [(string) (concatenated_string) (parenthesized_expression [(string) (concatenated_string)])] @format
    attribute: (identifier) @_name)
  arguments: (argument_list)) @whole
 (#eq? @_name "format"))
"""
_WIDE = 100
"""Columns beyond which no line is made longer than it was."""
_STEADY = ast.Name | ast.Constant


@dataclass(frozen=True, slots=True)
class FormatStrings:
    """Rewrites what surely gives the same text."""

    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- the Protocol's
        found = matches(parsed, _QUERY)
        if not found or _has_own_builtins(parsed):
            return
        pairs = [(match["whole"][0], match["format"][0]) for match in found]
        for whole, template in sorted(pairs, key=lambda pair: pair[0].start_byte):
            if sketch := _sketch(parsed, whole, template):
                yield sketch


def _has_own_builtins(parsed: Parsed) -> bool:
    bound = captured(parsed.tree.root_node, parsed.language, "bound")
    return any(nodes.text_of(parsed, node) in BUILTIN for node in bound)


def _sketch(parsed: Parsed, whole: tree_sitter.Node, template: tree_sitter.Node) -> Sketch | None:
    is_format_again = whole.parent and whole.parent.type == "binary_operator" and whole.parent.children[1].type == "%"
    if whole.has_error or is_format_again:
        return None
    if nodes.has_within(whole, "comment") or nodes.is_within(whole, "interpolation"):
        return None
    try:
        new = f_string(parsed, whole, template)
    except (UnsureError, SyntaxError, ValueError, RecursionError):
        return None
    span = parsed.span_of(whole)
    if _is_too_wide(parsed.text, span, new):
        return None
    replacement = minimal(parsed.text, span, (new,))
    return Sketch((replacement,)) if replacement else None


def f_string(parsed: Parsed, whole: tree_sitter.Node, template: tree_sitter.Node) -> str:
    """The same value as a text with values in it; raise UnsureError, or what Python's parser raises."""
    source = f"({nodes.text_of(parsed, whole)}\n)"
    match ast.parse(source, mode="eval").body:
        case ast.BinOp(ast.Constant(str(text)), ast.Mod(), given):
            values = _values(given)
            expected, pieces = percent(given)(text), percent(given)
        case ast.Call(ast.Attribute(ast.Constant(str(text)), "format"), arguments, keywords):
            named = {one.arg: one.value for one in keywords if one.arg}
            if len(named) < len(keywords) or any(isinstance(one, ast.Starred) for one in arguments):
                raise UnsureError("arguments that are not told")
            values = [*arguments, *named.values()]
            expected, pieces = braces(arguments, named)(text), braces(arguments, named)
        case _:
            raise UnsureError("no text")
    _check_order(values, [field.given for field in _fields(expected)])
    new = rewritten(parsed, template, pieces, source)
    if ast.dump(ast.parse(f"({new}\n)", mode="eval").body) != ast.dump(_merged(expected)):
        raise UnsureError("another value")
    return new


def _values(given: ast.expr) -> list[ast.expr]:
    match given:
        case ast.Tuple(elements):
            return elements
        case ast.Dict(_, values):
            return values
    return [given]


def _check_order(values: list[ast.expr], asked: list[ast.expr]) -> None:
    """Each value must be asked for once and in order, unless it is only a name."""
    counts = Counter(map(id, asked))
    if not asked or any(id(one) not in counts for one in values):
        raise UnsureError("a value that is not asked for")
    moving = [id(one) for one in asked if not isinstance(one, _STEADY)]
    if moving != [id(one) for one in values if not isinstance(one, _STEADY)]:
        raise UnsureError("values that are asked for twice, or in another order")


def _fields(row: Row) -> Iterator[Field]:
    for piece in row:
        if isinstance(piece, Field):
            yield piece
            yield from _fields(piece.spec)


def _merged(row: Row) -> ast.JoinedStr:
    pieces: list[str | Field] = []
    for piece in row:
        if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
            pieces[-1] += piece
        elif piece:
            pieces.append(piece)
    return joined(tuple(pieces))


def _is_too_wide(text: str, span: Span, new: str) -> bool:
    start, end = line_start(text, span.start), line_end(text, span.end)
    before, after = text[start:end], text[start : span.start] + new + text[span.end : end]
    return max(map(len, split_lines(after))) > max(_WIDE, *map(len, split_lines(before)))
