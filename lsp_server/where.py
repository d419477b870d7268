"""Which spans are meant by a cursor or a selection, and what stands there."""

from dataclasses import dataclass

from lacuna.syntax import parsing, spans
from lacuna.syntax.languages.language import Language
from lacuna.syntax.lines import rest_of_line
from lacuna.syntax.nodes import shrunk
from lacuna.syntax.spans import Span


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


@dataclass(frozen=True, slots=True)
class Selected:
    """What an action on a selection writes."""

    spans: tuple[Span, ...]
    is_code: bool
    """Code stands there, which is replaced; else markers or nothing."""


def selected(text: str, language: Language, selection: Span) -> Selected | None:
    """The markers that a selection touches, else white space, else the whole nodes in it; None if there are none.

    It never reaches beyond the selection, but for markers that are cut.
    """
    marked = touched_markers(text, selection)
    if marked:
        return Selected(marked, is_code=False)
    if selection.start == selection.end:
        return None
    if not text[selection.start : selection.end].strip():
        return Selected((selection,), is_code=False)
    parsed = parsing.parse(text, language, around=selection)
    found = selection if parsed is None else shrunk(parsed, selection)
    return None if found is None else Selected((found,), is_code=True)
