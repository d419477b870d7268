"""Spans: which part of a text is to be rewritten. Serving, training and refactoring all find them here."""

import enum
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import tree_sitter

from lacuna.syntax.errors import UsageError

if TYPE_CHECKING:  # a parse is told which span is of interest, so parsing imports spans
    from lacuna.syntax.parsing import Parsed

MARKER = "<fill>"
"""What stands in a text where the user asks for a fill."""


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of a text, in code points."""

    start: int
    end: int


class Kind(enum.StrEnum):
    """What a span covers."""

    REST_OF_LINE = "rest-of-line"
    """From the cursor to the line's end; as a whole: from the line's first character that is no white space."""
    STATEMENT = "statement"
    """One statement with all that belongs to it, decorators included; a case of a match counts as one."""
    EXPRESSION = "expression"
    ARGUMENTS = "arguments"
    """What stands between the brackets of a call (or after a class's name)."""
    CONDITION = "condition"
    BODY = "body"
    """An indented block, from its first statement to the end of its last."""
    DOCSTRING = "docstring"
    """The whole literal, quotes included."""
    ANNOTATION = "annotation"
    """A type, without the colon or arrow before it."""


class QueryError(UsageError):
    """A tree-sitter query that does not compile or marks no hole."""


# --- from text alone


# Line ends are these and no others: str.splitlines would also split at form feeds and U+2028.
_LINE = re.compile(r"[^\r\n]*")


def rest_of_line(text: str, offset: int) -> Span:
    """From a code-point offset to the end of its line, the line end left out."""
    match = _LINE.match(text, offset)
    assert match, "the pattern matches the empty string"
    return Span(offset, match.end())


def line_start(text: str, offset: int) -> int:
    """Where the line of a code-point offset begins."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def markers(text: str) -> list[Span]:
    """Every `<fill>` of the text, in order."""
    return [Span(*match.span()) for match in re.finditer(re.escape(MARKER), text)]


# --- from the tree


def enclosing(parsed: "Parsed", offset: int, kind: Kind) -> Span | None:
    """The innermost span of the kind at a code-point offset, or None if there is none (or it was not parsed).

    A cursor right behind a node is still at it; one in a line's indentation is at what the line begins with. The
    span may be empty: in `f()` the arguments are.
    """
    text, window = parsed.text, parsed.window
    if not window.start <= offset <= window.end:
        return None
    if kind is Kind.REST_OF_LINE:
        return rest_of_line(text, offset)
    offset = min(_past_indentation(text, offset), window.end)
    byte = parsed.to_byte(offset)
    found = [(start, end) for start, end in _ranges(parsed, kind, (max(0, byte - 1), byte + 1)) if start <= byte <= end]
    if not found:
        return None
    start, end = min(found, key=lambda span: (span[1] - span[0], -span[0]))
    return _trimmed(text, Span(parsed.to_offset(start), parsed.to_offset(end)))


def every(parsed: "Parsed", kind: Kind) -> list[Span]:
    """All spans of the kind that are not empty, by start, outer before inner; they may be nested."""
    text, window = parsed.text, parsed.window
    if kind is Kind.REST_OF_LINE:
        lines = _LINE.finditer(text, window.start, window.end)
        spans = {Span(line.end() - len(line.group().lstrip(_SPACE)), line.end()) for line in lines}
    else:
        spans = {
            _trimmed(text, Span(parsed.to_offset(start), parsed.to_offset(end)))
            for start, end in _ranges(parsed, kind, (0, len(parsed.source) + 1))
        }
    return sorted((span for span in spans if span.start < span.end), key=_by_start)


def snapped(parsed: "Parsed", span: Span) -> Span:
    """A selection grown outward until it cuts through no token and no node but those it lies in.

    White space about it is left out. A selection within running text (a comment, a string's content) does not grow,
    nor does one of white space only or one that was not parsed.
    """
    inner = _trimmed(parsed.text, span)
    if inner.start == inner.end:
        return span
    if inner.start < parsed.window.start or inner.end > parsed.window.end:
        return inner
    first, last = parsed.to_byte(inner.start), parsed.to_byte(inner.end)
    node = parsed.tree.root_node.descendant_for_byte_range(first, last)
    assert node is not None, "the root covers the window"
    if node.type in parsed.language.prose:
        return inner
    if not node.children:
        return _joined(inner, parsed.span_of(node))
    touched = [child for child in node.children if child.end_byte > first and child.start_byte < last]
    if not parsed.language.delimiters.isdisjoint(child.type for child in touched):
        touched = [node]  # one bracket without the other is nothing whole
    return functools.reduce(_joined, (parsed.span_of(child) for child in touched), inner)


def captures(parsed: "Parsed", query_source: str) -> list[Span]:
    """What a tree-sitter query captures as `@hole`, by start and disjoint: of overlapping ones the outer or first."""
    query = compiled(parsed.tree.language, query_source)
    if "hole" not in (query.capture_name(i) for i in range(query.capture_count)):
        message = "The query captures nothing as @hole, so it does not say what is to be filled."
        raise QueryError(message)
    unknown: list[str] = []  # the binding takes a predicate it does not know for true, and must not be raised into

    def note(*asked: object, **_: object) -> bool:
        unknown.append(str(asked[0]))
        return False

    nodes = tree_sitter.QueryCursor(query).captures(parsed.tree.root_node, note).get("hole", [])
    if unknown:
        message = f"The query uses #{unknown[0]}, which is no predicate that Lacuna knows."
        raise QueryError(message)
    disjoint: list[Span] = []
    for span in sorted(map(parsed.span_of, nodes), key=_by_start):
        if span.start < span.end and (not disjoint or span.start >= disjoint[-1].end):
            disjoint.append(span)
    return disjoint


def _ranges(parsed: "Parsed", kind: Kind, within: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The byte ranges of the kind's nodes that touch these bytes."""
    source = parsed.language.nodes.get(kind)
    if source is None:
        return
    cursor = tree_sitter.QueryCursor(compiled(parsed.tree.language, source))
    cursor.set_byte_range(*within)
    root = parsed.tree.root_node
    captured = cursor.captures(root)
    for node in captured.get("hole", []):
        # Comments and errors stand among statements but are none.
        if not node.is_extra and not (parsed.is_ragged and _is_at_rim(node, root)):
            yield node.byte_range
    for node in captured.get("inside", []):
        if node.child_count > 1:
            yield node.children[0].end_byte, node.children[-1].start_byte


def _is_at_rim(node: tree_sitter.Node, root: tree_sitter.Node) -> bool:
    first, last = root.children[0], root.children[-1]
    return node.start_byte <= first.start_byte or node.end_byte >= last.end_byte


@functools.lru_cache(maxsize=64)
def compiled(grammar: tree_sitter.Language, source: str) -> tree_sitter.Query:
    try:
        return tree_sitter.Query(grammar, source)
    except ValueError as error:  # tree_sitter.QueryError is one, and so is text that has no UTF-8
        raise QueryError(_where_it_breaks(str(error))) from error


_POSITION = re.compile(r"(?P<what>.*?) at row (?P<row>\d+)(?:, column (?P<column>\d+))?(?:: (?P<which>.*))?", re.DOTALL)


def _where_it_breaks(error: str) -> str:
    """The binding counts from 0 and says no whole sentence."""
    match = _POSITION.fullmatch(error)
    if not match:
        return f"The query does not compile: {error[:1].lower()}{error[1:]}."
    place = f"line {int(match['row']) + 1}"
    if match["column"]:
        place += f", column {int(match['column']) + 1}"
    which = f" {match['which']!r}" if match["which"] else ""
    return f"The query breaks at {place}: {match['what'].lower()}{which}."


_SPACE = " \t\f\v\r\n\ufeff"


def _past_indentation(text: str, offset: int) -> int:
    start = line_start(text, offset)
    line = text[start : rest_of_line(text, offset).end]
    indentation = len(line) - len(line.lstrip(_SPACE))
    return max(offset, start + indentation) if indentation < len(line) else offset


def _trimmed(text: str, span: Span) -> Span:
    """The span less the white space at its ends; an empty span stays where it began."""
    piece = text[span.start : span.end]
    if not piece.strip(_SPACE):
        return Span(span.start, span.start)
    return Span(span.end - len(piece.lstrip(_SPACE)), span.start + len(piece.rstrip(_SPACE)))


def _joined(one: Span, other: Span) -> Span:
    return Span(min(one.start, other.start), max(one.end, other.end))


def _by_start(span: Span) -> tuple[int, int]:
    return span.start, -span.end
