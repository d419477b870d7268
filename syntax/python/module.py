"""A part of a module with texts in its spans, as Python's compiler takes it."""

import ast
import functools
import re
from dataclasses import dataclass

from lacuna.syntax.gate import Fault, Version
from lacuna.syntax.lines import line_start
from lacuna.syntax.python.branches import statements, unreachable
from lacuna.syntax.python.compiling import HERE, HOSTILE, Refusal, refusal
from lacuna.syntax.python.findings import findings
from lacuna.syntax.python.newer import NEWEST, needed
from lacuna.syntax.python.reducing import Reduced
from lacuna.syntax.python.scopes import Names, names_of
from lacuna.syntax.python.unfinished import closing, suffixes
from lacuna.syntax.spans import Span

LARGE = 12_000
"""Code points beyond which nothing is compiled."""
VAIN = 30_000
"""Code points that were refused for a request beyond which it compiles no more."""

_FORMAT = re.compile(r"""[fF][rR]?["']""")
"""What begins a string with values in it."""
_NEWER = re.compile(r"""\btype[ \t]+\w|\b(?:def|class)[ \t]+\w+\s*\[|[fF][rR]?["']""")
"""What may be syntax of the newest version."""
_GOES_ON = re.compile(r"\s*(?:elif|else|except|finally)\b")
"""The header of a block that goes on with a statement above it."""


@dataclass(frozen=True)
class Module:
    source: str
    suffix: str
    """What had to be added behind the last span."""

    @functools.cached_property
    def names(self) -> Names:
        return names_of(self.source)

    @functools.cached_property
    def findings(self) -> tuple[Fault, ...]:
        """What is wrong with it beside its names."""
        try:
            return tuple(dict.fromkeys(findings(ast.parse(self.source))))
        except RecursionError:  # too deep to be told
            return ()

    @functools.cached_property
    def unreachable(self) -> tuple[Fault, ...]:
        """Branches of it that never run."""
        return tuple(unreachable(statements(ast.parse(self.source))))


class Compiler:
    """Compiles parts of a module; learns what ends texts that leave something open, which spares vain attempts."""

    def __init__(self, oldest: Version | None) -> None:
        self._oldest = oldest
        self._usual: dict[str, int] = {}
        """By what is open at the end of the texts: which ending did, the last time."""
        self._left_open: set[tuple[str, str]] = set()
        """By what is behind and what is open: nothing does not close it."""
        self._closed_behind: set[tuple[Reduced, str]] = set()
        """By part and what is open: what is behind closes it."""
        self._vain = 0

    def compiled(self, part: Reduced, texts: tuple[str, ...]) -> Module | Refusal | None:
        """A part with texts in its spans, or what the compiler has against it; None where it cannot tell."""
        until = part.until_end(texts)
        if len(until) + len(part.behind) > LARGE or self._vain > VAIN:
            return None
        try:
            return self._ended(part, until)
        except HOSTILE:
            return None

    def settle(self, part: Reduced, texts: tuple[str, ...]) -> None:
        """Note that a part compiles with texts as they are: what they leave open is closed behind them."""
        self._closed_behind.add((part, closing(part.until_end(texts))))

    def _ended(self, part: Reduced, until: str) -> Module | Refusal:
        """With the ending that does; without any, what the first that is not vague is refused for."""
        is_at_end, opened = not part.behind.strip(), closing(until)
        endings = tuple(suffixes(until, is_at_end=is_at_end))
        if opened and (part, opened) in self._closed_behind:
            endings = endings[:1]
        tried: dict[int, Module | Refusal] = {}
        likely = self._usual.get(opened, int(len(opened) > (0 if is_at_end else len(closing(part.before)))))
        if opened and likely < len(endings):
            tried[likely] = self._tried(part, until, endings[likely])
            if isinstance(tried[likely], Module):
                return tried[likely]
        refused: Refusal | None = None
        is_left_open = (part.behind, opened) in self._left_open
        for number in range(is_left_open, len(endings)):
            module = tried.get(number) or self._tried(part, until, endings[number])
            if isinstance(module, Module):
                self._usual[opened] = number
                return module
            if not number and module.is_of_open_bracket:
                self._left_open.add((part.behind, opened))
            if refused is None or (_may_be_of_ending(refused) and not _may_be_of_ending(module)):
                refused = module
            if not is_at_end and module.line <= part.before.count("\n") and not module.is_of_open_bracket:
                break  # whatever is behind
        if refused is None or (is_left_open and refused.is_vague):
            return self._tried(part, until, endings[0])
        return refused

    def _tried(self, part: Reduced, until: str, suffix: str) -> Module | Refusal:
        source = until + suffix + part.behind
        refused = refusal(source, self._oldest)
        self._vain += len(source) if refused else 0
        return refused or Module(source, suffix)


def _may_be_of_ending(refused: Refusal) -> bool:
    """Whether another ending may be all that is lacking."""
    return refused.is_vague or refused.is_of_layout


def is_too_new(part: Reduced, texts: tuple[str, ...], oldest: Version | None) -> bool:
    """Whether texts have quotes within strings that the oldest Python refuses; a newer one cannot be held to that."""
    until, start = part.until_end(texts), len(part.before)
    if oldest is None or oldest >= NEWEST or not _FORMAT.search(until, line_start(until, start)):
        return False
    return needed(until + part.behind, Span(start, len(until)), are_quotes_told=True) >= NEWEST


def is_fault(refused: Refusal, part: Reduced, texts: tuple[str, ...], oldest: Version | None) -> bool:
    """Whether texts are to blame for a refusal: not if they open no bracket, or need a Python that may be there."""
    until = part.until_end(texts)
    if refused.is_of_open_bracket:
        return len(closing(until)) > len(closing(part.before))
    if refused.is_of_layout or _GOES_ON.match(until):  # the file's tree tells it, this part has not all of it
        return False
    source, written = until + part.behind, Span(len(part.before), len(until))
    if HERE >= NEWEST or (oldest and oldest <= HERE) or not _NEWER.search(source):
        return True
    since = needed(source, written, are_quotes_told=oldest is not None)
    return since <= HERE or (oldest is not None and oldest < since)
