"""What unfinished code lacks behind a span before it can be compiled: brackets, a quote, the block of a header."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lacuna.syntax.layout import indentation_of
from lacuna.syntax.lines import line_start, split_lines

STRING = r"""
    \"{3} (?:[^"\\]|\\.|"(?!""))*+ \"{3} | '{3} (?:[^'\\]|\\.|'(?!''))*+ '{3}
    | "(?!"") (?:[^"\\\n]|\\.)*+ ["\n] | '(?!'') (?:[^'\\\n]|\\.)*+ ['\n]
"""
"""A pattern of strings, which on one line end with the line: verbose, and with a dot for every character."""
_PIECE = re.compile(
    rf"""(?sx)
    {STRING} | (?P<quote>\"{{3}}|'{{3}}|["']) | (?P<open>[(\[{{]) | (?P<close>[)\]}}]) | (?P<comma>,) | \#[^\n]* | \\.
    """
)
"""A string; a quote that is not closed; a bracket; a comma."""
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_HEADER = re.compile(r"[ \t]*(?:async[ \t]+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b")
_NAMED = re.compile(r"\bdef[ \t]+\w+[ \t]*\Z")
"""The header of a function as far as its name."""
_TARGET = re.compile(r"(?:(?m:^)|\bfor)[ \t]*\Z")
_NEAR = 100
"""Code points before a bracket within which it is told what it is for."""
_COMPREHENDING = re.compile(
    r"(?:\b(?:all|any|dict|frozenset|join|list|max|min|set|sorted|sum|tuple)\(|(?<![\w)\]])[\[{])\Z"
)
"""Brackets in which a comprehension is usual."""
_FIRST_NAME = re.compile(r"\s*([^\W\dA-Z]\w*)")
"""A name that no class has."""
_TRY = re.compile(r"[ \t]*try[ \t]*:")
_BLOCK = "..."
_NAME = " id"
"""One that is bound everywhere: some brackets must not be empty, and none ends in an operator."""


def suffixes(before: str, *, is_at_end: bool) -> Iterator[str]:
    """What may make a module of a text that ends so, the least first; the last of them have a block of their own.

    At the end of a module the statements about it are to be ended, too.
    """
    handlers = "".join(f"\n{indent}finally: pass" for indent in _tries(before)) if is_at_end else ""
    yield handlers
    yield from (suffix + handlers for suffix in _endings(before))


def _endings(before: str) -> Iterator[str]:
    """What may end the statement at the end of a text."""
    opened = _opened(before)
    begin = line_start(before, len(before))
    begin = next((line_start(before, one.start) for one in _opened_above(before[:begin])), begin)
    line, closers = before[begin:], "".join(one.closer for one in reversed(opened))
    indent = "\n" + indentation_of(line)
    block = f"{indent}    {_BLOCK}"
    if closers:
        yield closers
        yield _NAME + closers
    if line.lstrip().startswith("@"):
        yield f"{closers}{indent}def _(): {_BLOCK}"
    elif not opened and line.rstrip().endswith(":"):
        yield f"{block}{indent}finally: pass" if _TRY.match(line) else block
    elif _HEADER.match(line):
        yield f"{'()' if _NAMED.search(line) else closers}:{block}"
        if closers:
            yield f"{_NAME}{closers}:{block}"


def _tries(before: str) -> Iterator[str]:
    """The indentations of the `try` about the end of a text that have no handler yet, the innermost first."""
    if "try" not in before:
        return
    *above, last = split_lines(before)
    limit = len(indentation_of(last)) if last.strip() else len(last)
    for line in reversed(above):
        indent = indentation_of(line)
        if line.strip() and len(indent) < limit and not line.startswith(indent + "#"):
            limit = len(indent)
            if _TRY.match(line):
                yield indent


def is_header(line: str) -> bool:
    """Whether a line is the header of a block, with its colon."""
    return _HEADER.match(line) is not None and line.rstrip().endswith(":")


def has_block(suffix: str) -> bool:
    return _BLOCK in suffix


@dataclass(frozen=True, slots=True)
class _Opened:
    """A bracket or a quote that is not closed."""

    start: int
    closer: str
    may_bind: bool
    """Names in it may yet turn out to be bound by what is still to be written: by a comprehension, or as targets."""
    is_target: bool = False
    """It stands where the targets of an assignment or of a loop do."""
    is_string: bool = False


def closing(before: str) -> str:
    """What closes the quote and the brackets that are open at the end of a text."""
    return "".join(opened.closer for opened in reversed(_opened(before)))


def may_bind(before: str) -> bool:
    """Whether names at the end of a text may yet turn out to be bound by what is still to be written."""
    return any(opened.may_bind for opened in _opened(before))


def comprehended(before: str) -> str:
    """The name right behind the last open bracket of a text, if a comprehension is usual there and may yet bind it."""
    opened = [one for one in _opened(before) if not one.is_string]
    if not opened or not opened[-1].may_bind or opened[-1].is_target:
        return ""
    begin = opened[-1].start
    found = _FIRST_NAME.match(before, begin + 1)
    return found[1] if found and _COMPREHENDING.search(before, max(0, begin - _NEAR), begin + 1) else ""


@functools.lru_cache(maxsize=64)
def _opened(before: str) -> tuple[_Opened, ...]:
    """The brackets that are open at the end of a text, the outermost first, and the quote behind them."""
    begin = line_start(before, len(before))
    return tuple(_scanned(before, begin, _opened_above(before[:begin])))


@functools.lru_cache(maxsize=64)
def _opened_above(lines: str) -> tuple[_Opened, ...]:
    """The same for whole lines, which stand above many texts."""
    return tuple(_scanned(lines, 0, ()))


def _scanned(before: str, position: int, above: tuple[_Opened, ...]) -> list[_Opened]:
    """The same, given what is open at a position."""
    opened = list(above)
    if opened and opened[-1].is_string:
        position = opened.pop().start
    while piece := _PIECE.search(before, position):
        position = piece.end()
        if quote := piece["quote"]:
            closer = f"\n{quote}" if len(quote) > 1 else quote  # the text may end with such a mark itself
            return [*opened, _Opened(piece.start(), closer, may_bind=False, is_string=True)]
        if piece["open"]:
            is_target = _TARGET.search(before, max(0, piece.start() - _NEAR), piece.start()) is not None
            opened.append(_Opened(piece.start(), _CLOSERS[piece["open"]], may_bind=True, is_target=is_target))
        elif piece["close"] and opened and opened[-1].closer == piece["close"]:
            opened.pop()
        elif piece["comma"] and opened and opened[-1].may_bind and not opened[-1].is_target:
            opened[-1] = replace(opened[-1], may_bind=False)  # no comprehension begins behind a comma
    return opened
