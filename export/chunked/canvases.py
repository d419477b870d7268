"""Canvases of one hole that are filled in order: what is known of their beginnings, so that no token is denoised twice.

A slot's keys and values depend on what stands before it in its canvas alone (and on what its hole sees), as those of a
chunk's tokens do. The candidates of a search share beginnings: a step asks for one new token of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import HINTS, Hints, Met
from lacuna.model.denoiser import Floats, Ints
from lacuna.model.dimensions import Dimensions
from lacuna.model.tokenizer import MASK


@dataclass(frozen=True, slots=True)
class Known:
    """What was predicted for the anchor of a canvas and the tokens in its first slots: P places."""

    keys: Floats  # (layers, K, P, E), those of local layers rotated
    values: Floats  # the same shape
    logits: tuple[Floats, ...]  # (V,) of the slot after each place
    existence: Floats  # (P,)
    met: tuple[Met, ...]
    """The runs that reach the slot after each place."""

    @property
    def places(self) -> int:
        return len(self.met)

    def cut(self, places: int) -> "Known":
        """Its first places alone."""
        keys, values = self.keys[..., :places, :], self.values[..., :places, :]
        return Known(keys, values, self.logits[:places], self.existence[:places], self.met[:places])


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in the first slots of a canvas."""

    length: int
    """Slots of the canvas."""
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows that nothing is known of yet, and what the network needs to go on with them."""

    rows: list[Row]
    known: list[Known]
    """What is known of the beginning of each row."""
    met: list[tuple[Met, ...]]
    inputs: dict[str, Ints | Floats]
    """Inputs of `lacuna.export.convert.graphs.denoise`."""


class Canvases:
    """The canvases of the hole in hand."""

    def __init__(self, dims: Dimensions, anchor: Ints, hints: Hints) -> None:
        """`anchor` (BEFORE_ANCHOR + 1,): the tokens left of the hole; `hints` are looked up for its first hole."""
        self._anchor, self._hints = anchor, hints
        nothing = np.zeros((dims.layers, dims.key_heads, 0, dims.head_width), np.float32)
        self._nothing = Known(nothing, nothing, (), np.zeros(0, np.float32), ())
        self._known: dict[Row, Known] = {}

    def __getitem__(self, row: Row) -> Known:
        return self._known[row]

    def asked(self, rows: Sequence[Row]) -> Asked | None:
        """Prepare what is to be denoised before all rows are known; None if they are known."""
        unknown = [row for row in dict.fromkeys(rows) if row not in self._known]
        if not unknown:
            return None
        known = [self._longest(row) for row in unknown]
        # 1. Room for the longest past and for the most new places
        P = max(one.places for one in known)  # noqa: N806 -- the shapes' letters
        N = max(1 + len(row.tokens) - one.places for row, one in zip(unknown, known, strict=True))  # noqa: N806
        tokens = np.full((len(unknown), BEFORE_ANCHOR + N), MASK, np.int64)
        hints = np.zeros((2, len(unknown), N, HINTS), np.int64)
        layers, heads, _, width = self._nothing.keys.shape
        past = np.zeros((2, layers, len(unknown), heads, P, width), np.float32)
        # 2. Each row's new tokens, its past, and the hints of what follows its new places
        met = []
        for b, (row, one) in enumerate(zip(unknown, known, strict=True)):
            new = [*self._anchor, *row.tokens][one.places :]
            tokens[b, : len(new)] = new
            past[0, :, b, :, : one.places], past[1, :, b, :, : one.places] = one.keys, one.values
            met.append(self._met(row, one))
            for n, runs in enumerate(met[b][one.places :]):
                hints[:, b, n] = self._hints.best(0, runs, row.tokens[: one.places + n])
        inputs = {
            "tokens": tokens,
            "past": np.array([one.places for one in known], np.int64),
            "past_keys": past[0],
            "past_values": past[1],
            "lengths": np.array([row.length for row in unknown], np.int64),
            "hints": hints[0],
            "strengths": hints[1],
        }
        return Asked(unknown, known, met, inputs)

    def keep(self, asked: Asked, logits: Floats, existence: Floats, keys: Floats, values: Floats) -> None:
        """Keep what was denoised, in the shapes of the graph's outputs: for each row and all that it begins with."""
        for b, (row, one, met) in enumerate(zip(asked.rows, asked.known, asked.met, strict=True)):
            new = len(met) - one.places
            whole = Known(
                np.concatenate([one.keys, keys[:, b, :, :new]], 2),
                np.concatenate([one.values, values[:, b, :, :new]], 2),
                (*one.logits, *logits[b, :new]),
                np.concatenate([one.existence, existence[b, :new]]),
                met,
            )
            for places in range(one.places + 1, whole.places + 1):
                self._known.setdefault(Row(row.length, row.tokens[: places - 1]), whole.cut(places))

    def _longest(self, row: Row) -> Known:
        """What is known of the longest beginning of a row."""
        beginnings = (Row(row.length, row.tokens[:n]) for n in range(len(row.tokens) - 1, -1, -1))
        return next((self._known[one] for one in beginnings if one in self._known), self._nothing)

    def _met(self, row: Row, known: Known) -> tuple[Met, ...]:
        met = list(known.met) or [self._hints.lead(0)]
        for token in row.tokens[len(met) - 1 :]:
            met.append(self._hints.after(0, met[-1], token))
        return tuple(met)
