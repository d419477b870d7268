"""Which spans are meant by a cursor or a selection, and what stands there."""

from lacuna.syntax import parsing, spans
from lacuna.syntax.languages.language import Language
from lacuna.syntax.lines import rest_of_line
from lacuna.syntax.nodes import snapped
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


def selected(text: str, language: Language, selection: Span) -> tuple[Span, ...]:
    """What a fill of a selection rewrites: the markers that it touches, else itself snapped to nodes."""
    marked = touched_markers(text, selection)
    if marked:
        return marked
    parsed = parsing.parse(text, language, around=selection)
    return (selection if parsed is None else snapped(parsed, selection),)
