"""A module as Pythons before 3.12 take it: type parameters are left out, and their names stay bound where they were."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.syntax.python.compiling import HERE
from lacuna.syntax.python.newer import NEWEST
from lacuna.syntax.python.unfinished import STRING
from lacuna.syntax.spans import Span

_HINTS = tuple(
    map(re.compile, (r"def[ \t]+\w+[ \t]*\[", r"class[ \t]+\w+[ \t]*\[", r"type[ \t]+\w+[ \t]*(?:\[|=(?!=))"))
)
"""Some of which text with type parameters or types has; each begins with letters, which are found fast."""
_BRACKET = r"\[(?:[^\[\]]|\[[^\[\]]*\]){0,2000}+\]"
_PIECE = re.compile(
    rf"""(?msx)
    {STRING} | \#[^\n]* | (?P<open>[(\[{{]) | (?P<close>[)\]}}])
    | (?<!\\\n)^(?P<indent>[ \t\f]*+)(?=[^\s\#)\]}}])
      (?: (?P<head>(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*) (?: (?P<of>{_BRACKET}) (?=[ \t]*[(:]) )?
        | (?P<type>type[ \t]+) (?P<name>\w+) (?P<its>[ \t]*(?:{_BRACKET})?[ \t]*) =(?!=)
        | (?P<decorator>@) )?
    """
)
"""A string, a comment, a bracket, or where a line begins, with the header of a definition or of a type."""
_NESTED = re.compile(r"(?<=.)\[[^\[\]]*\]|\([^()]*\)", re.DOTALL)
_PARAMETER = re.compile(r"[\[,]\s*\*{0,2}(\w+)")


@dataclass(frozen=True, slots=True)
class _Generic:
    """A definition or a type, from its header to its end."""

    header: re.Match[str]
    end: int

    @property
    def names(self) -> frozenset[str]:
        """Its type parameters."""
        return frozenset(_PARAMETER.findall(_NESTED.sub("", self.header["of"] or (self.header["its"] or "").strip())))

    @property
    def older(self) -> str:
        """Its header as older Pythons have it, as long as it was."""
        if self.header["of"]:
            return self.header["indent"] + self.header["head"] + " " * len(self.header["of"])
        blanks = len(self.header["type"]) + len(self.header["its"])
        return self.header["indent"] + self.header["name"] + " " * blanks + "="


def lowered(text: str, spans: tuple[Span, ...]) -> tuple[str, frozenset[str]]:
    """A module as long as it was, without what the server's Python may not know; names that are bound at the spans.

    Where a name is a type parameter, it is spelled otherwise: what reads it elsewhere is not about that.
    A header at a span stays as it is.
    """
    if HERE >= NEWEST or not any(hint.search(text) for hint in _HINTS):
        return text, frozenset()
    bound = set[str]()
    for one in _generics(text):
        start, stop = one.header.span()
        if any(start <= span.end and span.start <= stop for span in spans):
            continue
        text = text[:start] + one.older + text[stop:]
        if names := one.names:
            word = re.compile(rf"(?<![\w.])(?:{'|'.join(names)})(?!\w)")
            text = text[:stop] + word.sub(_other, text[stop : one.end]) + text[one.end :]
            bound |= set(map(_spelled, names))
            bound |= names if any(stop <= span.end and span.start <= one.end for span in spans) else set()
    return text, frozenset(bound)


def _other(word: re.Match[str]) -> str:
    return _spelled(word[0])


def _spelled(name: str) -> str:
    """A name as long as another, which is not likely to be any other's."""
    return "_" * len(name)


def _generics(text: str) -> Iterator[_Generic]:
    """The definitions and types of a module that have syntax of the newest version, the inner ones first."""
    within: list[re.Match[str]] = []
    depth = 0
    for piece in _PIECE.finditer(text):
        if piece["open"]:
            depth += 1
        elif piece["close"]:
            depth = max(0, depth - 1)
        elif piece["indent"] is not None and (not depth or piece["head"] or piece["decorator"]):
            depth = 0  # a definition is in no bracket: one above was not closed
            while within and len(within[-1]["indent"]) >= len(piece["indent"]):
                yield _Generic(within.pop(), piece.start())
            if piece["of"] or piece["type"]:
                within.append(piece)
    yield from (_Generic(header, len(text)) for header in reversed(within))
