"""The baseline of every editor: words of the file that go on as the word before the cursor has begun, nearest first."""

import re

from lacuna.lsp_server.where import word_start
from lacuna.syntax.spans import Span

MENU = 3
"""Words that a menu shows."""


def menu(text: str, offset: int) -> tuple[str, ...]:
    """The rests of some words; none without a beginning of one, or within one."""
    start = word_start(text, offset)
    begun = text[start:offset]
    if not begun or begun[0].isdigit() or text[offset : offset + 1].isidentifier():
        return ()
    found = [match for match in re.finditer(rf"\b{re.escape(begun)}\w+", text) if match.start() != start]
    found.sort(key=lambda match: _distance(match, Span(start, offset)))
    return tuple(dict.fromkeys(match.group()[len(begun) :] for match in found))[:MENU]


def _distance(word: re.Match[str], begun: Span) -> tuple[int, bool]:
    """How far a word is from the one that is begun; of two as far away the one before it counts as nearer."""
    return (begun.start - word.end(), False) if word.end() <= begun.start else (word.start() - begun.end, True)
