"""A part of a module with texts in its spans, as Python's compiler takes it."""

import ast
import functools
import re
from dataclasses import dataclass

from lacuna.syntax.gate import Fault, Version
from lacuna.syntax.lines import line_start
from lacuna.syntax.python.compiling import HERE, HOSTILE, Refusal, refusal
from lacuna.syntax.python.findings import findings
from lacuna.syntax.python.newer import NEWEST, needed
from lacuna.syntax.python.reducing import Reduced
from lacuna.syntax.python.scopes import Names, names_of
from lacuna.syntax.python.unfinished import closing, suffixes
from lacuna.syntax.spans import Span

LARGE = 12_000
"""Code points beyond which nothing is compiled."""

_FORMAT = re.compile(r"""[fF][rR]?["']""")
"""What begins a string with values in it."""
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


def compiled(part: Reduced, texts: tuple[str, ...], oldest: Version | None) -> Module | Refusal | None:
    """A part with texts in its spans, or what the compiler has against it; None where it cannot tell."""
    until = part.until_end(texts)
    if len(until) + len(part.behind) > LARGE:
        return None
    refused: Refusal | None = None
    is_at_end = not part.behind.strip()
    for suffix in suffixes(until, is_at_end=is_at_end):
        source = until + suffix + part.behind
        try:
            why = refusal(source, oldest)
        except HOSTILE:
            return None
        if why is None:
            return Module(source, suffix)
        if refused is None or (refused.is_vague and not why.is_vague):
            refused = why
        if not is_at_end and why.line <= part.before.count("\n") and not why.is_of_open_bracket:
            break  # whatever is behind
    return refused


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
    if HERE >= NEWEST or (oldest and oldest <= HERE):
        return True
    written = Span(len(part.before), len(until))
    since = needed(until + part.behind, written, are_quotes_told=oldest is not None)
    return since <= HERE or (oldest is not None and oldest < since)
