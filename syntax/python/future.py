"""Imports from the future stand at the top of a module: a part of one does not show what is above."""

import re

from lacuna.syntax.blocks import Blocks
from lacuna.syntax.check import filled
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.lines import line_end
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


def displaces_future(text: str, spans: tuple[Span, ...], texts: tuple[str, ...]) -> bool:
    """Whether texts in the spans of a module bring an import from the future below its top, where none was."""
    after = filled(text, spans, texts)
    if "__future__" not in after:
        return False
    written_end = len(after) - (len(text) - spans[-1].end)
    until = max(line_end(after, written_end), len(after) - len(text) + _top(text))
    return _is_late(after, until) and not _is_late(text, line_end(text, spans[-1].end))


def _is_late(text: str, until: int) -> bool:
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
