"""From text to a syntax tree at a bounded cost, with exact offsets; what nodes mean is elsewhere."""

import bisect
import itertools
import re
import time
from dataclasses import dataclass

import tree_sitter

from lacuna.syntax.languages import Language, grammar_of
from lacuna.syntax.spans import Span

WHOLE = 32_000
"""Code points up to which a document is parsed whole though only a part is of interest (6 ms of clean Python)."""
WIDE = 16_000
NARROW = 2_000
"""Code points of a window, at most, less the span of interest: first WIDE, then, where that takes too long, NARROW."""

PATIENT = 0.5
BRISK = 0.03
"""Seconds of CPU a parse may take: a whole document for batch work, a window while somebody waits."""

_STRIDE = 256


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree of a document, or of a window of it. All offsets are code points of the document."""

    text: str
    """The document, untouched."""
    language: Language
    window: Span
    """What was parsed: the whole document, or whole blocks of it."""
    tree: tree_sitter.Tree
    source: bytes
    """UTF-8 of the window; lone surrogates and lone carriage returns have stand-ins of the same length."""
    marks: tuple[int, ...]
    """Byte offset of every 256th code point of the window; empty if each is one byte."""

    def to_byte(self, offset: int) -> int:
        """Code point of the document -> byte of the window, for an offset in the window (its end included)."""
        local = offset - self.window.start
        assert 0 <= local <= self.window.end - self.window.start, f"offset {offset} is outside {self.window}"
        if not self.marks:
            return local
        mark = min(local // _STRIDE, len(self.marks) - 1)
        start = self.window.start + mark * _STRIDE
        return self.marks[mark] + len(_encoded(self.text[start:offset]))

    def to_offset(self, byte: int) -> int:
        """Byte of the window -> code point of the document; a byte within a code point gives that code point."""
        assert 0 <= byte <= len(self.source), f"byte {byte} is outside the window's {len(self.source)} bytes"
        if not self.marks:
            return self.window.start + byte
        mark = bisect.bisect_right(self.marks, byte) - 1
        piece = self.source[self.marks[mark] : byte].decode("utf-8", "ignore")
        return self.window.start + mark * _STRIDE + len(piece)

    def span_of(self, node: tree_sitter.Node) -> Span:
        """The node's range in code points of the document."""
        return Span(self.to_offset(node.start_byte), self.to_offset(node.end_byte))


def parse(text: str, language: Language, around: Span | None = None) -> Parsed | None:
    """Parse all of `text`, or, if it is long, a window of whole top-level blocks about the span `around`.

    None says that no tree could be had within the budget (some 30 ms of CPU for each window tried, 0.5 s for a whole
    text): fall back to spans by line. Clean Python costs about 0.2 ms per 1,000 code points, garbage up to 20 times
    that.
    """
    if around is None:
        return parse_window(text, language, Span(0, len(text)), seconds=PATIENT)
    if len(text) <= WHOLE:
        parsed = parse_window(text, language, Span(0, len(text)), seconds=BRISK)
        if parsed is not None:
            return parsed
    for size in (WIDE, NARROW):
        parsed = parse_window(text, language, wide_window(text, language, around, size), seconds=BRISK)
        if parsed is not None:
            return parsed
    return None


def parse_window(text: str, language: Language, window: Span, *, seconds: float) -> Parsed | None:
    """Parse exactly this part of the text, or None if it takes longer in CPU time."""
    piece = text[window.start : window.end]
    source = _encoded(piece)
    view = memoryview(source)
    deadline = time.thread_time() + seconds
    parser = tree_sitter.Parser(grammar_of(language))  # one for each call: parsers are not for several threads
    try:
        tree = parser.parse(
            lambda byte, _point: view[byte:],
            encoding="utf8",
            progress_callback=lambda _byte, _has_error: time.thread_time() > deadline,
        )
    except ValueError:  # how a stopped parse comes back
        return None
    return Parsed(text, language, window, tree, source, _marks(piece, source))


def wide_window(text: str, language: Language, around: Span, size: int) -> Span:
    """As many whole blocks about a span as fit into `size` code points beside it."""
    starts, ends = _cuts(text, language, around, size)
    return Span(min(starts), max(ends))


def narrow_window(text: str, language: Language, around: Span, size: int) -> Span:
    """The blocks that the span touches, and no others; at most `size` code points beside it."""
    starts, ends = _cuts(text, language, around, size)
    return Span(max(starts), min(ends))


def _cuts(text: str, language: Language, around: Span, size: int) -> tuple[list[int], list[int]]:
    """Where a window may start and end: before and after the span, at the least indentation there is."""
    low = max(0, around.start - size // 2)
    high = min(len(text), around.end + size // 2)
    found = [
        (len(line) - len(line.lstrip(" \t\f")), match.start())
        for match in language.block_start.finditer(text, low, high)
        for line in (match.group(),)
    ]
    found = _outside_fences(text, language, low, found)
    before = [(indent, cut) for indent, cut in found if cut <= around.start]
    after = [(indent, cut) for indent, cut in found if cut > around.end]
    if low == 0:
        before.append((0, 0))
    if high == len(text):
        after.append((0, high))
    # Without any block in reach, lines are all there is to cut at.
    line_start = text.find("\n", low, around.start) + 1 or around.start
    line_end = text.rfind("\n", around.end, high) + 1 or high
    return _outermost(before) or [line_start], _outermost(after) or [line_end]


def _outermost(cuts: list[tuple[int, int]]) -> list[int]:
    least = min((indent for indent, _ in cuts), default=0)
    return [cut for indent, cut in cuts if indent == least]


def _outside_fences(text: str, language: Language, low: int, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Cuts before which every fence has been closed; if there is none (a fence is open above), all of them."""
    counts = [text.count(fence, 0, low) for fence in language.fences]
    position, outside = low, []
    for indent, cut in found:
        counts = [n + text.count(fence, position, cut) for n, fence in zip(counts, language.fences, strict=True)]
        position = cut
        if all(n % 2 == 0 for n in counts):
            outside.append((indent, cut))
    return outside or found


_LONE_RETURN = re.compile(r"\r(?!\n)")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _encoded(text: str) -> bytes:
    """UTF-8 with stand-ins for what a grammar cannot read, each as many bytes as "surrogatepass" would give."""
    if "\r" in text:
        text = _LONE_RETURN.sub("\n", text)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode()


def _marks(text: str, source: bytes) -> tuple[int, ...]:
    if len(source) == len(text):
        return ()
    lengths = (len(_encoded(text[i : i + _STRIDE])) for i in range(0, len(text), _STRIDE))
    return tuple(itertools.accumulate(lengths, initial=0))[:-1]
