"""Which spans are meant by a cursor or a selection, and what stands there."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from lacuna.syntax import parsing, spans
from lacuna.syntax.languages.language import Language
from lacuna.syntax.lines import rest_of_line
from lacuna.syntax.nodes import shrunk
from lacuna.syntax.spans import Span
from lacuna.syntax.stubs import functions_about, stubs


def at_cursor(text: str, offset: int) -> Span:
    """What a completion rewrites: the rest of the line where it is blank, else nothing: it inserts.

    So an answer replaces trailing blanks, which nobody misses, and never text that the user wrote.
    """
    rest = rest_of_line(text, offset)
    is_blank = not text[rest.start : rest.end].strip()
    return rest if is_blank else Span(offset, offset)


def word_start(text: str, offset: int) -> int:
    """Where the word begins that ends at an offset; the offset itself if none does."""
    start = offset
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return start


def touched_markers(text: str, selection: Span) -> tuple[Span, ...]:
    """The explicit markers that a selection (or cursor) touches, at their edges too."""
    return tuple(
        marker for marker in spans.markers(text) if marker.start <= selection.end and selection.start <= marker.end
    )


class What(enum.StrEnum):
    """Of what an action fills the holes."""

    SELECTION = "selection"
    FUNCTION = "function"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Holes:
    """What an action writes."""

    spans: tuple[Span, ...]
    """Sorted and disjoint, at least one."""
    code: frozenset[Span] = frozenset()
    """Those at which code stands, which is replaced; at the others are markers or nothing."""

    def without_code(self) -> "Holes | None":
        """Those at which no code stands, if there are any."""
        return _holes(span for span in self.spans if span not in self.code)

    def within(self, span: Span) -> "Holes | None":
        """Those in a span, if there are any."""
        inner = [hole for hole in self.spans if span.start <= hole.start and hole.end <= span.end]
        return _holes(inner, self.code.intersection(inner))


def selected(text: str, language: Language, selection: Span) -> Holes | None:
    """The markers that a selection touches, else white space, else the whole nodes in it; None if there are none.

    It never reaches beyond the selection, but for markers that are cut.
    """
    marked = touched_markers(text, selection)
    if marked:
        return Holes(marked)
    if selection.start == selection.end:
        return None
    if not text[selection.start : selection.end].strip():
        return Holes((selection,))
    parsed = parsing.parse(text, language, around=selection)
    found = selection if parsed is None else shrunk(parsed, selection)
    return None if found is None else Holes((found,), frozenset({found}))


def unwritten(text: str, language: Language, selection: Span) -> dict[What, Holes]:
    """Markers and stubs of a text, and of the innermost function about a selection that has some.

    Parses the whole text; one that takes too long has markers only.
    """
    # A name stands for each marker, so that what is about it parses.
    parsed = parsing.parse(text.replace(spans.MARKER, "_" * len(spans.MARKER)), language)

    def holes(asked: Span | None = None) -> Holes | None:
        bodies = [] if parsed is None else stubs(parsed, asked)
        markers = (one for one in spans.markers(text) if not any(body.start <= one.start < body.end for body in bodies))
        return _holes(sorted([*markers, *bodies], key=spans.by_start), frozenset(bodies))

    functions = [] if parsed is None else functions_about(parsed, selection)
    within = ((of_all := holes(one)) and of_all.within(one) for one in functions)
    found = {What.FUNCTION: next(filter(None, within), None), What.FILE: holes()}
    return {what: of_it for what, of_it in found.items() if of_it}


def _holes(found: Iterable[Span], code: frozenset[Span] = frozenset()) -> Holes | None:
    holes = tuple(found)
    return Holes(holes, code) if holes else None
