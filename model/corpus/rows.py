"""From texts to rows: an excerpt, the holes drawn in it, and what stands around, in and before them as tokens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lacuna.model.chunked.chunks import cut
from lacuna.model.chunked.context import Window, window
from lacuna.model.chunked.healing import heads, healed
from lacuna.model.chunked.hints import Hints
from lacuna.model.chunked.library import Beside
from lacuna.model.corpus import drawing, edits
from lacuna.model.tokenizer import Tokenizer

CHARACTERS = 370
"""Code points of a chunk, about; a row's text has so many for each chunk wanted."""


class Wanted(Protocol):
    """The part of a recipe that says what holes a row has."""

    @property
    def holes(self) -> int: ...
    @property
    def density(self) -> float: ...
    @property
    def kinds(self) -> Mapping[str, float]: ...
    @property
    def canvases(self) -> tuple[int, ...]: ...
    @property
    def edited(self) -> float: ...
    @property
    def truncated(self) -> float: ...
    @property
    def beside(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One text with its holes."""

    chunks: tuple[tuple[int, ...], ...]
    window: Window
    hidden: tuple[tuple[int, ...], ...]
    """The hidden tokens of each hole."""
    hints: Hints


def draw_row(
    texts: Sequence[str],
    tokenizer: Tokenizer,
    wanted: Wanted,
    chunks: int,
    rng: np.random.Generator,
    beside: Callable[[int], Beside] | None = None,
) -> Row:
    """Draw a row of some `chunks` chunks, from a document drawn evenly by length.

    `beside`: the other files of a document's package, by its number.
    """
    # 1. An excerpt with holes
    number = _drawn(texts, rng)
    text = _excerpt(texts[number], chunks * CHARACTERS, rng)
    spans = drawing.draw(text, min(round(chunks * wanted.density), wanted.holes), wanted.kinds, rng)
    longest = 3 * max(wanted.canvases)  # some three characters a token
    spans = [drawing.shortened(text, span, longest, rng) for span in spans]
    if spans and rng.random() < wanted.truncated:
        text = text[: spans[-1].end]
    # 2. What stood in them before
    before = [""] * len(spans)
    if rng.random() < wanted.edited:
        text, spans, before = edits.planted(text, spans, rng)
    # 3. Tokens
    grown = healed(text, spans)
    chunked = cut(text, grown, tokenizer)
    old = [
        tokenizer.encode_text(text[whole.start : span.start] + stood) if stood else ()
        for whole, span, stood in zip(grown, spans, before, strict=True)
    ]
    others = beside(number) if beside is not None and rng.random() < wanted.beside else None
    hints = Hints(chunked, heads(text, spans, grown), tokenizer.spellings, others, old)
    hidden = tuple(tokenizer.encode_text(text[span.start : span.end]) for span in grown)
    return Row(chunked.chunks, window(chunked, range(len(chunked.chunks))), hidden, hints)


def _drawn(texts: Sequence[str], rng: np.random.Generator) -> int:
    """Draw a document, long ones more often."""
    number = int(rng.integers(len(texts)))
    while rng.random() * 40_000 > len(texts[number]):
        number = int(rng.integers(len(texts)))
    return number


def _excerpt(text: str, size: int, rng: np.random.Generator) -> str:
    """Cut whole lines of about `size` code points; a third of the time from the top of a file."""
    start = 0
    if len(text) > size and rng.random() < 2 / 3:
        start = text.rfind("\n", 0, int(rng.integers(len(text) - size))) + 1
    end = text.find("\n", min(len(text), start + size))
    return text[start : end + 1 if end >= 0 else len(text)]
