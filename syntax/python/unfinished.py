"""What unfinished code lacks behind a span before it can be compiled: brackets, a quote, the block of a header."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lacuna.syntax.layout import indentation_of
from lacuna.syntax.lines import line_start

_PIECE = re.compile(r"""(?s)(?P<quote>\"{3}|'{3}|["'])|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<comma>,)|#[^\n]*|\\.""")
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_HEADER = re.compile(r"[ \t]*(?:async[ \t]+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b")
_NAMED = re.compile(r"\bdef[ \t]+\w+[ \t]*\Z")
"""The header of a function as far as its name."""
_TARGET = re.compile(r"(?:^|\bfor)[ \t]*\Z")
_BLOCK = "..."


def suffixes(before: str) -> Iterator[str]:
    """What may make a module of a text that ends so, the least first; the last of them has a block of its own."""
    yield ""
    opened = _opened(before)
    begin = line_start(before, opened[0].start if opened else len(before))
    line, closers = before[begin:], "".join(one.closer for one in reversed(opened))
    indent = "\n" + indentation_of(line)
    block = f"{indent}    {_BLOCK}"
    if closers:
        yield closers
    if line.lstrip().startswith("@"):
        yield f"{closers}{indent}def _(): {_BLOCK}"
    elif not opened and line.rstrip().endswith(":"):
        yield f"{block}{indent}finally:{block}" if line.lstrip().startswith("try") else block
    elif _HEADER.match(line):
        yield f"{'()' if _NAMED.search(line) else closers}:{block}"


def has_block(suffix: str) -> bool:
    return suffix.endswith(_BLOCK)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A bracket or a quote that is not closed."""

    start: int
    closer: str
    may_bind: bool
    """Names in it may yet turn out to be bound by what is still to be written: by a comprehension, or as targets."""
    is_target: bool = False
    """It stands where the targets of an assignment or of a loop do."""


def closing(before: str) -> str:
    """What closes the quote and the brackets that are open at the end of a text."""
    return "".join(opened.closer for opened in reversed(_opened(before)))


def may_bind(before: str) -> bool:
    """Whether names at the end of a text may yet turn out to be bound by what is still to be written."""
    return any(opened.may_bind for opened in _opened(before))


def _opened(before: str) -> list[_Opened]:
    """The brackets that are open at the end of a text, the outermost first, and the quote behind them."""
    opened: list[_Opened] = []
    position = 0
    while piece := _PIECE.search(before, position):
        position = piece.end()
        if quote := piece["quote"]:
            end = _end_of_string(before, position, quote)
            if end is None:  # the text may end with such a mark itself
                return [*opened, _Opened(piece.start(), f"\n{quote}" if len(quote) > 1 else quote, may_bind=False)]
            position = end
        elif piece["open"]:
            is_target = _TARGET.search(before[line_start(before, piece.start()) : piece.start()]) is not None
            opened.append(_Opened(piece.start(), _CLOSERS[piece["open"]], may_bind=True, is_target=is_target))
        elif piece["close"] and opened and opened[-1].closer == piece["close"]:
            opened.pop()
        elif piece["comma"] and opened and not opened[-1].is_target:
            opened[-1] = replace(opened[-1], may_bind=False)  # no comprehension begins behind a comma
    return opened


def _end_of_string(text: str, position: int, quote: str) -> int | None:
    """Where a string ends whose content begins at a position: behind its quote or, on one line, with the line."""
    stop = re.compile(rf"\\.|{quote}" if len(quote) > 1 else rf"\\.|{quote}|\n", re.DOTALL)
    ends = (found.end() for found in stop.finditer(text, position) if not found.group().startswith("\\"))
    return next(ends, None)
