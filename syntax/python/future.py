"""Imports from the future stand at the top of a module: a part of one does not show what is above."""

import re

from lacuna.syntax.blocks import Blocks
from lacuna.syntax.check import filled
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.python.unfinished import STRING
from lacuna.syntax.spans import Span

_TOP = re.compile(
    rf"""(?sx)
    (?: \s | ; | \\\n | \#[^\n]* | [rRuU]?(?:{STRING})
      | from[ \t]+__future__[ \t]+import\b (?:[^\n;\#(\\]|\\\n|\([^()]*\))*+ )*+
    """
)
"""What may stand above such imports, and they themselves."""
_IMPORT = re.compile(r"from[ \t]+__future__\b")


class Future:
    """Tells of such imports in a module with spans."""

    def __init__(self, text: str, spans: tuple[Span, ...]) -> None:
        self._text, self._spans, self._top = text, spans, _top(text)

    def is_late(self, texts: tuple[str, ...]) -> bool:
        """Whether texts in the spans bring such an import below the top, where none was."""
        after, first, last = filled(self._text, self._spans, texts), self._spans[0].start, self._spans[-1].end
        end = line_end(after, len(after) - (len(self._text) - last))
        if "__future__" not in after[line_start(after, first) : end] and first > self._top:
            return False
        until = max(end, len(after) - len(self._text) + self._top)
        return _has_late(after, until) and not _has_late(self._text, line_end(self._text, last))


def _has_late(text: str, until: int) -> bool:
    """Whether such an import stands below the top, in the lines before an offset."""
    top = _top(text)
    if "__future__" not in text[top:until]:
        return False
    starts = (start for _, start in Blocks.of(text, PYTHON).starts() if top <= start < until)
    return any(_IMPORT.match(text, start) for start in starts)


def _top(text: str) -> int:
    match = _TOP.match(text)
    assert match, "the pattern matches the empty string"
    return match.end()
