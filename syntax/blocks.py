"""Where a long text can be cut so that a part of it parses by itself; works on lines, without a tree."""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.syntax.languages.language import Fence, Language, Prose, TextRules
from lacuna.syntax.spans import Span

_REACH = 1_000
"""Code points by which a block's first lines (decorators) may cross the rim of what is searched."""
_RAGGED = 2_000
"""Code points of a window that had to be cut at any line: most of it parses badly, so more would only cost more."""


@dataclass(frozen=True, slots=True)
class Window:
    """Part of a text, from block to block."""

    span: Span
    is_ragged: bool
    """A rim lies within a block (a long class, a long table): what touches it may be cut short."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """A text with its prose between fences, in which what looks like a block is none."""

    text: str
    language: Language
    prose_starts: tuple[int, ...]
    prose_ends: tuple[int, ...]
    prose_kinds: tuple[Prose, ...]

    @classmethod
    def of(cls, text: str, language: Language) -> "Blocks":
        """Reads the text once, mostly by searching for fences."""
        found = list(_fenced(text, language.text))
        starts, ends = tuple(start for start, _, _ in found), tuple(end for _, end, _ in found)
        return cls(text, language, starts, ends, tuple(kind for _, _, kind in found))

    def wide(self, around: Span, size: int) -> Window:
        """As many whole blocks about a span as fit into `size` code points beside it."""
        starts, ends, is_ragged = self._cuts(around, size)
        return Window(Span(min(starts), max(ends)), is_ragged)

    def narrow(self, around: Span, size: int) -> Window:
        """The blocks that the span touches, and no others; at most `size` code points beside it."""
        starts, ends, is_ragged = self._cuts(around, size)
        return Window(Span(max(starts), min(ends)), is_ragged)

    def starts(self) -> list[tuple[int, int]]:
        """The indentation of every block of the text, and where it begins."""
        lines = self.language.text.block_start.finditer(self.text)
        return [(_indentation(m.group()), m.start()) for m in lines if not self._is_within_prose(m.start())]

    def _cuts(self, around: Span, size: int) -> tuple[list[int], list[int], bool]:
        """Where a window may start and end, at the least indentation within reach; whether it would be ragged."""
        low = max(0, around.start - size // 2)
        high = min(len(self.text), around.end + size // 2)
        before, after = [], []
        for match in self.language.text.block_start.finditer(self.text, max(0, low - _REACH), high + _REACH):
            indent, cut = _indentation(match.group()), match.start()
            if not low <= cut <= high or self._is_within_prose(cut):
                continue
            if cut <= around.start:
                before.append((indent, cut))
            elif cut > around.end:
                after.append((indent, cut))
        if low == 0:
            before.append((0, 0))
        if high == len(self.text):
            after.append((0, high))
        starts, ends = _outermost(before), _outermost(after)
        is_ragged = not (starts and ends and (0, starts[0]) in before and (0, ends[0]) in after)
        return starts or [self._line_start(around)], ends or [self._line_end(around)], is_ragged

    def _is_within_prose(self, offset: int) -> bool:
        i = bisect.bisect_right(self.prose_starts, offset) - 1
        return i >= 0 and offset < self.prose_ends[i]

    def _line_start(self, around: Span) -> int:
        low = max(0, around.start - _RAGGED // 2)
        return self.text.find("\n", low, around.start) + 1 or low

    def _line_end(self, around: Span) -> int:
        high = min(len(self.text), around.end + _RAGGED // 2)
        return self.text.rfind("\n", around.end, high) + 1 or high


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" \t\f"))


def _fenced(text: str, rules: TextRules) -> Iterator[tuple[int, int, Prose]]:
    """Where prose between fences starts and ends, and what it is."""
    if not rules.fences:
        return
    fences = {fence.opens: fence for fence in rules.fences}
    openings = re.compile("|".join(map(re.escape, fences)))
    position = 0
    while match := openings.search(text, position):
        # Is this fence one, or does it stand in a comment or another string? The code before it in its line tells.
        line_start = max(text.rfind("\n", position, match.start()) + 1, position)
        code = rules.code.match(text, line_start)
        assert code, "the pattern matches the empty string"
        opening = openings.match(text, code.end())
        if not opening:
            position = _from(text.find("\n", code.end()), text)
            continue
        fence = fences[opening.group()]
        end = _closing(text, fence, opening.end())
        if end is None:
            return  # never closed: what follows can be read either way, so take it for code
        yield opening.start(), end, fence.holds
        position = end


def _closing(text: str, fence: Fence, position: int) -> int | None:
    """The end of the first such fence that is not escaped."""
    while (found := text.find(fence.closes, position)) >= 0:
        before = text[max(position, found - _REACH) : found]
        if not fence.has_escapes or (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            return found + len(fence.closes)
        position = found + 1
    return None


def _from(found: int, text: str) -> int:
    return len(text) if found < 0 else found


def _outermost(cuts: list[tuple[int, int]]) -> list[int]:
    least = min((indent for indent, _ in cuts), default=0)
    return [cut for indent, cut in cuts if indent == least]
