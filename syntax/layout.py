"""Lines and their indentation, from text alone."""

import re
from collections import Counter

from lacuna.syntax.languages.language import Language, Layout
from lacuna.syntax.lines import line_start, rest_of_line
from lacuna.syntax.spans import Span

_BESIDE = 4_000
"""Code points before a span in which lines are looked at."""
_DEEPER = re.compile(r"^([ \t]*+)\S[^\n]*+\n(?:[ \t]*\n)*\1([ \t]++)\S", re.MULTILINE)
"""A line and how much farther right the next one is."""


def indentation_of(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def indentations(text: str, span: Span, language: Language) -> tuple[str, ...]:
    """How a statement may be indented in a span that begins its line.

    None is known where something stands before the span, or where the language has no layout.
    As the line before it, or the one after it; deeper than a line before it that a block must follow.
    """
    layout = language.layout
    if layout is None or span.start != line_start(text, span.start):
        return ()
    before = text[max(0, span.start - _BESIDE) : span.start].rstrip()
    last, after = before[line_start(before, len(before)) :], indentation_of(text[span.end :].lstrip("\r\n"))
    if not layout.block_header.search(last):
        return tuple(dict.fromkeys((indentation_of(last), after)))
    own = indentation_of(last)
    deeper = own + _unit(before, layout)
    return (after if len(own) < len(after) < len(deeper) else deeper,)


def lacking_indentations(text: str, span: Span, language: Language) -> tuple[str, ...]:
    """What the indentation before a span lacks of the only one that a statement may have on its line, empty otherwise.

    None at the start of a line: what stands there brings its indentation.
    """
    start, end = line_start(text, span.start), rest_of_line(text, span.end).end
    begun = text[start : span.start]
    if not begun or begun.strip() or text[span.end : end].strip():
        return ()
    known = indentations(text, Span(start, end), language)
    return tuple(one[len(begun) :] for one in known if len(known) == 1 and one != begun and one.startswith(begun))


def body_begins(text: str, span: Span, language: Language) -> str:
    """The line end and the indentation that a body begins with which a span brings behind a header; else empty.

    The span is what follows the header on its line, blanks included, as of a stub: nobody writes a body there.
    """
    layout, start = language.layout, line_start(text, span.start)
    asked, rest = text[span.start : span.end], rest_of_line(text, span.end)
    is_behind = asked[:1] in (" ", "\t") and asked.strip() and not text[rest.start : rest.end].strip()
    if layout is None or not is_behind or not layout.block_header.search(text[start : span.start]):
        return ""
    behind = text[span.end : span.end + _BESIDE]
    before = text[max(0, start - _BESIDE) : span.start]
    steps = before if _DEEPER.search(before) else behind
    return "\n" + indentation_of(text[start : span.start]) + _unit(steps, layout)


def as_line(text: str, span: Span, statement: str) -> str:
    """A statement for a span that begins its line: with a line end, unless the rest of the line is empty."""
    rest = rest_of_line(text, span.end)
    return statement + "\n" if rest.start < rest.end else statement


def has_block_behind(text: str, span: Span, language: Language) -> bool:
    """Whether the line behind a span is farther right than the span's own line, so that a block begins there."""
    if language.layout is None or not language.layout.is_aligned:
        return False
    behind = indentation_of(text[span.end :].lstrip("\r\n"))
    return len(behind) > len(places(text, span, language)[0])


def places(text: str, span: Span, language: Language) -> tuple[str, ...]:
    """How the span's line is, or may be, indented."""
    return indentations(text, span, language) or (indentation_of(text[line_start(text, span.start) : span.start]),)


def header_stand_ins(language: Language) -> tuple[str, ...]:
    """Texts of which one parses in most places where the header of a block is missing."""
    return language.layout.header_stand_ins if language.layout else ()


def _unit(text: str, layout: Layout) -> str:
    """By how much a block is indented: as most of those in the text are."""
    steps = Counter(match[2] for match in _DEEPER.finditer(text))
    return steps.most_common(1)[0][0] if steps else layout.unit
