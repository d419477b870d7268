r"""Templates: what is to stand in a hole, of text that is given, texts of captures, and blanks.

`⟦…⟧` is a blank and `⟦…NAME⟧` one with a name; `⟦NAME⟧` is the text of a capture, `⟦indent⟧` how the hole's line is
indented. Lines of a template after its first are indented as the hole's line is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lacuna.refactor.rule import Hole, Piece, Replacement
from lacuna.syntax.errors import UsageError
from lacuna.syntax.spans import Span

INDENT = "indent"
BLANK = "⟦…⟧"

_TOKEN = re.compile(r"⟦(?:(?P<blank>…)(?P<label>[\w-]*)|(?P<name>[\w.-]+))⟧|(?P<wrong>[⟦⟧])|(?P<text>[^⟦⟧]+)")
_LINE_END = re.compile(r"\r\n?")
_UNIT = re.compile(r"\r\n|.", re.DOTALL)
"""A character, or a line end of two."""


@dataclass(frozen=True, slots=True)
class Copied:
    """The text of a capture, or the indentation."""

    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """What a hole becomes."""

    tokens: tuple[str | Hole | Copied, ...]

    @property
    def has_blanks(self) -> bool:
        return any(isinstance(token, Hole) for token in self.tokens)

    @property
    def names(self) -> frozenset[str]:
        """The captures that it takes texts of."""
        return frozenset(token.name for token in self.tokens if isinstance(token, Copied)) - {INDENT}

    def filled(self, texts: Mapping[str, str], indent: str) -> tuple[Piece, ...]:
        """With the texts of captures, by their names; what was not captured is empty."""
        return tuple(self._filled(texts, indent))

    def _filled(self, texts: Mapping[str, str], indent: str) -> Iterator[Piece]:
        for token in self.tokens:
            match token:
                case Hole():
                    yield token
                case Copied(name):
                    yield indent if name == INDENT else texts.get(name, "")
                case text:
                    yield re.sub(r"\n(?!\n)", f"\n{indent}", text)


def template_of(text: str) -> Template:
    """Raise UsageError where a bracket is open, or holds what is no name."""
    return Template(tuple(_tokens(text)))


def _tokens(text: str) -> Iterator[str | Hole | Copied]:
    for token in _TOKEN.finditer(text):
        if token["wrong"]:
            rest = text[token.start() : token.start() + 20]
            raise UsageError(
                f"The template {text!r} breaks at {rest!r}: ⟦…⟧ is a blank, ⟦…NAME⟧ one with a name, "
                "⟦NAME⟧ the text of a capture."
            )
        if token["blank"]:
            yield Hole(token["label"])
        elif token["name"]:
            yield Copied(token["name"])
        else:
            yield token["text"]


def minimal(text: str, span: Span, pieces: Sequence[Piece]) -> Replacement | None:
    """What is left to be written if that which stays at both ends is not; no word is cut. None: nothing is left."""
    pieces = _joined([_LINE_END.sub("\n", piece) if isinstance(piece, str) else piece for piece in pieces])
    units = _UNIT.findall(text[span.start : span.end])
    old = "".join("\n" if unit[0] == "\r" else unit for unit in units)
    if pieces == ((old,) if old else ()):
        return None
    head = pieces[0] if pieces and isinstance(pieces[0], str) else ""
    kept = _shared(old, head)
    pieces = _joined((head[kept:], *pieces[1:])) if head else pieces
    tail = pieces[-1] if pieces and isinstance(pieces[-1], str) else ""
    left = _shared(old[kept:][::-1], tail[::-1])
    pieces = _joined((*pieces[:-1], tail[: len(tail) - left])) if tail else pieces
    start = span.start + sum(map(len, units[:kept]))
    end = span.end - sum(map(len, units[len(units) - left :]))
    return Replacement(Span(start, end), pieces)


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Texts beside one another made one, and none empty."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return tuple(piece for piece in found if piece != "")


def _shared(one: str, other: str) -> int:
    """Characters that two texts begin with alike, without a part of a word."""
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    while length and (_is_in_word(one, length) or _is_in_word(other, length)):
        length -= 1
    return length


def _is_in_word(text: str, offset: int) -> bool:
    return offset < len(text) and bool(re.fullmatch(r"\w\w", text[offset - 1 : offset + 1]))
