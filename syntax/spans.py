"""Spans: which part of a text is to be rewritten, of which kind. Serving, training and refactoring share them."""

import enum
import re
from dataclasses import dataclass

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


def markers(text: str) -> list[Span]:
    """Every `<fill>` of the text, in order."""
    return [Span(*match.span()) for match in re.finditer(re.escape(MARKER), text)]


def by_start(span: Span) -> tuple[int, int]:
    """The key that sorts spans by start, outer before inner."""
    return span.start, -span.end
