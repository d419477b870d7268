"""What may have stood in a hole before: planted edits, whose outcome is the text that is there.

A name that was renamed at its definition and at some of its uses, an argument that came or went, an operator or a
name that was wrong, a part too much or too few; or nothing that had to change.
"""

import keyword
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lacuna.syntax.spans import Span

Generator = np.random.Generator

RENAMED = 0.5
"""Share of edited rows in which a name is another one before."""
NOT_YET = (0.0, 0.5, 0.9)
"""Shares of a renamed name's uses outside the holes that still have the old name, one drawn for a row."""

_NAME = re.compile(r"\b[^\W\d]\w*")
_PIECE = re.compile(r"\w+|[^\w\s]+|\s+")
_ALIKE = (
    ("==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"),
    ("+", "-", "*", "/", "//", "%"),
    ("and", "or"),
    ("True", "False", "None"),
    ("0", "1", "2", "-1"),
    ("+=", "-="),
    ("&", "|", "^"),
)
"""Texts that are taken for one another."""
_KEYWORDS = frozenset(keyword.kwlist)


class Edited(NamedTuple):
    """A text in which some edits are made, but not in its holes."""

    text: str
    spans: list[Span]
    before: list[str]
    """What stood in each hole; empty where nobody says."""


def planted(text: str, spans: Sequence[Span], rng: Generator) -> Edited:
    """Invent what stood in the holes of a text (sorted, disjoint spans) before."""
    if rng.random() < RENAMED and (name := _name_of_use(text, spans, rng)):
        return _renamed(text, spans, name, _like(name, text, rng), rng)
    return Edited(text, list(spans), [_before(text, span, rng) for span in spans])


def _name_of_use(text: str, spans: Sequence[Span], rng: Generator) -> str | None:
    """A name in a hole that stands outside, too."""
    inside = {name for span in spans for name in _names(text[span.start : span.end])}
    outside = {name for part in _outside(text, spans) for name in _names(part)}
    shared = sorted(name for name in inside & outside if len(name) > 1)
    return shared[rng.integers(len(shared))] if shared else None


def _renamed(text: str, spans: Sequence[Span], name: str, old: str, rng: Generator) -> Edited:
    """Write the old name into the holes' old texts, and where the text outside has not followed yet."""
    not_yet = NOT_YET[rng.integers(len(NOT_YET))]
    pattern = re.compile(rf"\b{re.escape(name)}\b")
    outside = _outside(text, spans)
    uses = sum(len(pattern.findall(part)) for part in outside)
    defined = re.search(rf"\b(?:def|class)\s+{re.escape(name)}\b|\b{re.escape(name)}\s*[=:]", "\0".join(outside))
    stays = len(pattern.findall("\0".join(outside)[: defined.end() - 1])) if defined else int(rng.integers(uses)) + 1
    seen = 0

    def follow(_use: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        return name if seen == max(1, stays) or rng.random() >= not_yet else old

    pieces, moved, before, start = [], [], [], 0
    for part, span in zip(outside, [*spans, None], strict=True):
        pieces.append(pattern.sub(follow, part))
        start += len(pieces[-1])
        if span is None:
            break
        hidden = text[span.start : span.end]
        pieces.append(hidden)
        moved.append(Span(start, start + len(hidden)))
        start += len(hidden)
        was = pattern.sub(old, hidden)
        before.append(was if was != hidden or rng.random() < 0.5 else "")
    return Edited("".join(pieces), moved, before)


def _like(name: str, text: str, rng: Generator) -> str:
    """Another name: one of the text, or the same with another word in it."""
    names = sorted(set(_names(text)) - {name})
    if not names:
        return name + "_"
    other = names[rng.integers(len(names))]
    if rng.random() < 0.3:
        return other
    parts, words = name.split("_"), [word for word in other.split("_") if word] or ["old"]
    word, at = words[rng.integers(len(words))], int(rng.integers(len(parts)))
    changed = (
        [*parts[:at], word, *parts[at:]],
        [*parts[:at], word, *parts[at + 1 :]],
        [*parts[:at], *parts[at + 1 :]] if len(parts) > 1 else [*parts, word],
        [*parts, word],
    )
    return "_".join(changed[rng.integers(len(changed))]) or word


def _before(text: str, span: Span, rng: Generator) -> str:
    hidden = text[span.start : span.end]
    return _EDITS[rng.integers(len(_EDITS))](hidden, text, rng)


def _same(hidden: str, _text: str, _rng: Generator) -> str:
    return hidden


def _swapped(hidden: str, text: str, rng: Generator) -> str:
    """One operator, number or name is another of its kind."""
    pieces = _PIECE.findall(hidden)
    names = _names(text)
    places = [n for n, piece in enumerate(pieces) if others(piece, names)]
    if not places:
        return hidden
    at = places[rng.integers(len(places))]
    found = others(pieces[at], names)
    pieces[at] = found[rng.integers(len(found))]
    return "".join(pieces)


def others(piece: str, names: Sequence[str]) -> list[str]:
    """What a piece may be taken for: an operator or a number for one of its kind, a name for one of some names."""
    for alike in _ALIKE:
        if piece in alike:
            return [one for one in alike if one != piece]
    return [name for name in names if name != piece] if _NAME.fullmatch(piece) and piece not in _KEYWORDS else []


def _arguments(hidden: str, text: str, rng: Generator) -> str:
    """An argument more or less, or two the other way round, in one of the lists."""
    opened = [match.end() for match in re.finditer(r"[(\[{]", hidden)] or [0]
    start = opened[rng.integers(len(opened))]
    parts, end = _split(hidden, start)
    names = _names(text) or ["x"]
    more = names[rng.integers(len(names))]
    at, other = (int(n) for n in rng.integers(len(parts), size=2))
    changed = [
        [*parts[:at], *parts[at + 1 :]],
        [*parts[:at], *parts[at + 1 :]],
        [*parts[:at], (" " if at else "") + more, *parts[at:]],
        [*parts, f" {more}=None"],
        [parts[other] if n == at else parts[at] if n == other else part for n, part in enumerate(parts)],
    ][rng.integers(5)]
    return hidden[:start] + ",".join(changed).lstrip() + hidden[end:]


def _split(text: str, start: int) -> tuple[list[str], int]:
    """What commas part from a place on, up to where its bracket closes; and where that is."""
    parts: list[str] = []
    depth, begin = 0, start
    for at in range(start, len(text)):
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
        if depth < 0 or text[at] == "\n":
            return [*parts, text[begin:at]], at
        if text[at] == "," and not depth:
            parts.append(text[begin:at])
            begin = at + 1
    return [*parts, text[begin:]], len(text)


def _lacking(hidden: str, _text: str, rng: Generator) -> str:
    """A few pieces, or a line, are not there yet."""
    pieces = hidden.splitlines(keepends=True) if hidden.count("\n") else _PIECE.findall(hidden)
    start = int(rng.integers(len(pieces) + 1))
    return "".join(pieces[:start] + pieces[start + int(rng.integers(1, 4)) :])


def _more(hidden: str, text: str, rng: Generator) -> str:
    """A few pieces of the text are too much."""
    pieces, all_pieces = _PIECE.findall(hidden), _PIECE.findall(text)
    at, start = int(rng.integers(len(pieces) + 1)), int(rng.integers(len(all_pieces) + 1))
    return "".join(pieces[:at] + all_pieces[start : start + int(rng.integers(1, 4))] + pieces[at:])


def _other(_hidden: str, text: str, rng: Generator) -> str:
    """Something else altogether: some line."""
    lines = text.splitlines()
    return lines[rng.integers(len(lines))].strip() if lines else ""


_EDITS: tuple[Callable[[str, str, Generator], str], ...] = (
    _same,
    _same,
    _swapped,
    _swapped,
    _arguments,
    _arguments,
    _arguments,
    _lacking,
    _more,
    _other,
)
"""One is drawn for a hole, those that come twice twice as often."""


def _names(text: str) -> list[str]:
    return [name for name in _NAME.findall(text) if name not in _KEYWORDS]


def _outside(text: str, spans: Sequence[Span]) -> list[str]:
    """The text before the first hole, between each two, and behind the last."""
    bounds = [0, *(bound for span in spans for bound in (span.start, span.end)), len(text)]
    return [text[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]
