"""Conflict markers that a merge left in a text."""

import re

from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.spans import Span

_MARKER = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?=[ \r\n]|\Z)", re.MULTILINE)


def is_conflicted(text: str) -> bool:
    """Whether a text has a conflict: markers that open and close one (a row of `=` may underline a title)."""
    if not ("<<<<<<<" in text and ">>>>>>>" in text):  # cheap, and true of nearly every text
        return False
    found = {marker.group()[0] for marker in _MARKER.finditer(text)}
    return {"<", ">"} <= found


def has_marker(text: str, span: Span | None = None) -> bool:
    """Whether a line of a text, or one that a span touches, is a marker."""
    start, end = (0, len(text)) if span is None else (line_start(text, span.start), line_end(text, span.end))
    return _MARKER.search(text, start, end) is not None
