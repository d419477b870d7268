"""Spans of nodes: where a kind of span is in a parse, and which nodes lie in a selection."""

from collections.abc import Iterator

import tree_sitter

from lacuna.syntax.lines import line_start, lines, rest_of_line
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured
from lacuna.syntax.spans import Kind, Span, by_start


def enclosing(parsed: Parsed, offset: int, kind: Kind) -> Span | None:
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


def every(parsed: Parsed, kind: Kind) -> list[Span]:
    """All spans of the kind that are not empty, by start, outer before inner; they may be nested."""
    text, window = parsed.text, parsed.window
    if kind is Kind.REST_OF_LINE:
        spans = {
            Span(line.end - len(text[line.start : line.end].lstrip(_SPACE)), line.end) for line in lines(text, window)
        }
    else:
        spans = {
            _trimmed(text, Span(parsed.to_offset(start), parsed.to_offset(end)))
            for start, end in _ranges(parsed, kind, (0, len(parsed.source) + 1))
        }
    return sorted((span for span in spans if span.start < span.end), key=by_start)


def shrunk(parsed: Parsed, span: Span) -> Span | None:
    """The whole nodes that lie in a selection, as one span; None if there are none.

    It never reaches beyond the selection. White space at its ends is left out. A selection within running text (a
    comment, a string's content) stays as it is, and so does what was not parsed.
    """
    inner = _trimmed(parsed.text, span)
    if inner.start == inner.end:
        return None
    if inner.start < parsed.window.start or inner.end > parsed.window.end:
        return inner
    first, last = parsed.to_byte(inner.start), parsed.to_byte(inner.end)
    node = parsed.tree.root_node.descendant_for_byte_range(first, last)
    assert node is not None, "the root covers the window"
    if node.type in parsed.language.prose or node.byte_range == (first, last):
        return inner
    whole = [child for child in node.children if first <= child.start_byte and child.end_byte <= last]
    delimiters = parsed.language.defects.delimiters  # the node's other one lies outside: one alone is nothing whole
    while whole and whole[0].type in delimiters:
        whole.pop(0)
    while whole and whole[-1].type in delimiters:
        whole.pop()
    if not any(child.is_named for child in whole):
        return None
    return _trimmed(parsed.text, Span(parsed.to_offset(whole[0].start_byte), parsed.to_offset(whole[-1].end_byte)))


def _ranges(parsed: Parsed, kind: Kind, within: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The byte ranges of the kind's nodes that touch these bytes."""
    root, language = parsed.tree.root_node, parsed.language
    for node in captured(root, language, kind.value, within):
        # Comments and errors stand among statements but are none; a docstring may well be a comment.
        if not (node.is_extra and kind is not Kind.DOCSTRING) and not (parsed.is_ragged and _is_at_rim(node, root)):
            yield node.byte_range
    for node in captured(root, language, f"{kind}.inside", within):
        if node.child_count > 1:
            yield node.children[0].end_byte, node.children[-1].start_byte


def _is_at_rim(node: tree_sitter.Node, root: tree_sitter.Node) -> bool:
    first, last = root.children[0], root.children[-1]
    return node.start_byte <= first.start_byte or node.end_byte >= last.end_byte


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
