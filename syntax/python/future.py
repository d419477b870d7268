"""Imports from the future stand at the top of a module: a part of one does not show what is above."""

import re
from collections.abc import Iterator

from lacuna.syntax.blocks import Blocks
from lacuna.syntax.check import filled
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.python.unfinished import STRING, closing
from lacuna.syntax.spans import Span

_BLANK = r"\s | ; | \\\n | \#[^\n]*"
_STRING = rf"[rRuU]?(?:{STRING})"
_TOP = re.compile(
    rf"""(?sx)
    (?: {_BLANK} )*+
    (?: {_STRING} (?: (?:[ \t]|\\\n)*+ {_STRING} )*+ | \( (?: {_BLANK} | {_STRING} )*+ \) )?+
    (?: {_BLANK} | from[ \t]+__future__[ \t]+import\b (?:[^\n;\#(\\]|\\\n|\([^()]*\))*+ )*+
    """
)
"""What may stand above such imports, one docstring at most, and they themselves."""
_IMPORT = re.compile(r"from[ \t]+__future__\b")


class Future:
    """Tells of such imports in a module with spans."""

    def __init__(self, text: str, spans: tuple[Span, ...], starts: tuple[tuple[int, int], ...]) -> None:
        """`starts` are those of the text's blocks."""
        self._text, self._spans, self._top = text, spans, _top(text)
        self._own = frozenset(_statements(text, spans, starts))

    def is_late(self, texts: tuple[str, ...]) -> bool:
        """Whether texts in the spans bring or complete such an import below the top, where no other was."""
        after, first, last = filled(self._text, self._spans, texts), self._spans[0].start, self._spans[-1].end
        end = line_end(after, len(after) - (len(self._text) - last))
        begin = min(line_start(after, first), *self._own) if self._own else line_start(after, first)
        if "__future__" not in after[begin:end] and first > self._top:
            return False
        until = max(end, len(after) - len(self._text) + self._top)
        return bool(_late(after, until)) and _late(self._text, line_end(self._text, last)) <= self._own


def _statements(text: str, spans: tuple[Span, ...], starts: tuple[tuple[int, int], ...]) -> Iterator[int]:
    """Where the statements begin that begin a block and have a span in them."""
    for span in spans:
        start = max((start for _, start in starts if start <= span.start), default=0)
        before = text[start : span.start]
        if "\n" not in before.replace("\\\n", "") or closing(before):
            yield start


def _late(text: str, until: int) -> set[int]:
    """Where such imports begin below the top, in the lines before an offset."""
    top = _top(text)
    if "__future__" not in text[top:until]:
        return set()
    starts = (start for _, start in Blocks.of(text, PYTHON).starts() if top <= start < until)
    return {start for start in starts if _IMPORT.match(text, start)}


def _top(text: str) -> int:
    match = _TOP.match(text)
    assert match, "the pattern matches the empty string"
    return match.end()
