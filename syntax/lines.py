r"""The lines of a text: "\n", "\r\n" and "\r" end a line, and nothing else does.

So `str.splitlines` is not used: it would also split at form feeds and U+2028.
"""

import re
from collections.abc import Iterator

from lacuna.syntax.spans import Span

_END = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(r"[^\r\n]*")


def line_start(text: str, offset: int) -> int:
    """Where the line of a code-point offset begins."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def line_number(text: str, offset: int) -> int:
    """The number of the line of a code-point offset, from 1; between the two of a CR LF the line has ended."""
    ends = text.count("\n", 0, offset) + text.count("\r", 0, offset)
    return ends - text.count("\r\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line of a code-point offset ends, the line end left out."""
    match = _LINE.match(text, offset)
    assert match, "the pattern matches the empty string"
    return match.end()


def rest_of_line(text: str, offset: int) -> Span:
    """From a code-point offset to the end of its line, the line end left out."""
    return Span(offset, line_end(text, offset))


def split_lines(text: str) -> list[str]:
    """The lines of a text without their ends; the last one is what stands behind the last line end."""
    return _END.split(text)


def lines(text: str, within: Span) -> Iterator[Span]:
    """The lines of a part of a text without their ends."""
    start = within.start
    for end in _END.finditer(text, within.start, within.end):
        yield Span(start, end.start())
        start = end.end()
    yield Span(start, within.end)


def line_ends(text: str, offset: int) -> Iterator[str]:
    """What ends the line of a code-point offset and each line after it."""
    return (match.group() for match in _END.finditer(text, offset))
