"""From text to a syntax tree at a bounded cost, with exact offsets; what nodes mean is elsewhere."""

import bisect
import itertools
import re
import time
from dataclasses import dataclass

import tree_sitter

from lacuna.syntax.blocks import Blocks, Window
from lacuna.syntax.languages.language import Language, grammar_of
from lacuna.syntax.slices import Slices
from lacuna.syntax.spans import Span

WHOLE = 64_000
"""Code points up to which a document is parsed whole though only a part is of interest (12 ms of clean Python)."""
WIDE = 48_000
NARROW = 2_000
"""Code points of a window, at most, less the span of interest: first WIDE, then, where that takes too long, NARROW."""

PATIENT = 0.5
HALTING = 0.06
BRISK = 0.03
"""Seconds of CPU a parse may take: a whole document for batch work, one while somebody waits, a window."""

_STRIDE = 256


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree of a document, or of a window of it. All offsets are code points of the document."""

    text: str
    """The document, untouched."""
    language: Language
    window: Span
    """What was parsed: the whole document, or some blocks of it."""
    is_ragged: bool
    """The window was cut within a block: what touches its rim may be cut short, and is not taken for a span."""
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

    None says that no tree could be had within the budget (0.5 s of CPU for a whole text; with `around` 60 ms and then
    30 ms for each of two windows): fall back to spans by line. Clean Python costs about 0.2 ms per 1,000 code points,
    garbage up to 50 times that.
    """
    whole = Window(Span(0, len(text)), is_ragged=False)
    if around is None:
        return parse_window(text, language, whole, seconds=PATIENT)
    blocks = Blocks.of(text, language)
    wide = blocks.wide(around, WIDE)
    # A ragged window (within a long class or table) can cut short what is sought; then the whole is worth its price.
    if len(text) <= WHOLE or wide.is_ragged:
        parsed = parse_window(text, language, whole, seconds=HALTING)
        if parsed is not None:
            return parsed
    for window in (wide, blocks.wide(around, NARROW)):
        parsed = parse_window(text, language, window, seconds=BRISK)
        if parsed is not None:
            return parsed
    return None


def parse_window(text: str, language: Language, window: Window, *, seconds: float) -> Parsed | None:
    """Parse exactly this part of the text, or None if it takes longer in CPU time."""
    piece = text[window.span.start : window.span.end]
    source = _encoded(piece)
    deadline = time.thread_time() + seconds
    parser = tree_sitter.Parser(grammar_of(language))  # one for each call: parsers are not for several threads
    try:
        tree = parser.parse(
            Slices(source),
            encoding="utf8",
            progress_callback=lambda _byte, _has_error: time.thread_time() > deadline,
        )
    except ValueError:  # how a stopped parse comes back
        return None
    return Parsed(text, language, window.span, window.is_ragged, tree, source, _marks(piece, source))


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
