"""Canvases that are filled in order: what is known of their beginnings, so that every token is denoised once.

A slot's keys and values depend on what stands before it in its canvas alone (and on what its hole sees), as those of a
chunk's tokens do. The candidates of a search share beginnings: a step asks for one new token of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import HINTS, Hints, Reached
from lacuna.model.dimensions import Dimensions
from lacuna.model.tokenizer import MASK

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Beginning:
    """The anchor of a canvas and the tokens in its first slots: P places."""

    keys: Floats  # (layers, K, P, E), those of local layers rotated
    values: Floats  # the same shape
    logits: tuple[Floats, ...]  # (V,) of the slot after each place
    existence: Floats  # (P,)
    reached: tuple[Reached, ...]
    """By the document's runs, before the slot after each place."""

    @property
    def places(self) -> int:
        return len(self.reached)

    def cut(self, places: int) -> "Beginning":
        """Its first places alone."""
        keys, values = self.keys[..., :places, :], self.values[..., :places, :]
        return Beginning(keys, values, self.logits[:places], self.existence[:places], self.reached[:places])


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in the first slots of a canvas of a hole."""

    hole: int
    length: int
    """Slots of the canvas."""
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows of one hole that nothing is known of yet, and what the network needs to go on with them."""

    rows: list[Row]
    known: list[Beginning]
    """What each of them begins with."""
    reached: list[tuple[Reached, ...]]
    inputs: dict[str, Ints | Floats]
    """As of `lacuna.export.convert.graphs.denoise`; G is 1."""


class Canvases:
    """Of the holes of one request."""

    def __init__(self, dims: Dimensions, anchors: Ints, hints: Hints) -> None:
        """`anchors` (G, BEFORE_ANCHOR + 1): the tokens left of each hole."""
        self._anchors, self._hints = anchors, hints
        nothing = np.zeros((dims.layers, dims.key_heads, 0, dims.head_width), np.float32)
        self._nothing = Beginning(nothing, nothing, (), np.zeros(0, np.float32), ())
        self._known: dict[Row, Beginning] = {}

    def __getitem__(self, row: Row) -> Beginning:
        return self._known[row]

    def asked(self, rows: Sequence[Row]) -> Asked | None:
        """What is to be denoised before all rows, of one hole, are known; None if they are."""
        unknown = [row for row in dict.fromkeys(rows) if row not in self._known]
        if not unknown:
            return None
        known = [self._longest(row) for row in unknown]
        P = max(one.places for one in known)  # noqa: N806 -- the shapes' letters
        N = max(1 + len(row.tokens) - one.places for row, one in zip(unknown, known, strict=True))  # noqa: N806
        tokens = np.full((len(unknown), 1, BEFORE_ANCHOR + N), MASK, np.int64)
        hints = np.zeros((2, len(unknown), 1, N, HINTS), np.int64)
        layers, heads, _, width = self._nothing.keys.shape
        past = np.zeros((2, layers, len(unknown), 1, heads, P, width), np.float32)
        reached = []
        for b, (row, one) in enumerate(zip(unknown, known, strict=True)):
            new = [*self._anchors[row.hole], *row.tokens][one.places :]
            tokens[b, 0, : len(new)] = new
            past[0, :, b, 0, :, : one.places], past[1, :, b, 0, :, : one.places] = one.keys, one.values
            reached.append(self._reached(row, one))
            for n, runs in enumerate(reached[b][one.places :]):
                hints[:, b, 0, n] = self._hints.best(row.hole, runs)
        inputs = {
            "tokens": tokens,
            "past": np.array([one.places for one in known], np.int64),
            "past_keys": past[0],
            "past_values": past[1],
            "lengths": np.array([[row.length] for row in unknown], np.int64),
            "hints": hints[0],
            "strengths": hints[1],
        }
        return Asked(unknown, known, reached, inputs)

    def keep(self, asked: Asked, logits: Floats, existence: Floats, keys: Floats, values: Floats) -> None:
        """What was denoised, in the shapes of the graph's outputs: of each row, and of all that it begins with."""
        for b, (row, one, reached) in enumerate(zip(asked.rows, asked.known, asked.reached, strict=True)):
            new = len(reached) - one.places
            whole = Beginning(
                np.concatenate([one.keys, keys[:, b, 0, :, :new]], 2),
                np.concatenate([one.values, values[:, b, 0, :, :new]], 2),
                (*one.logits, *logits[b, 0, :new]),
                np.concatenate([one.existence, existence[b, 0, :new]]),
                reached,
            )
            for places in range(one.places + 1, whole.places + 1):
                beginning = Row(row.hole, row.length, row.tokens[: places - 1])
                self._known.setdefault(beginning, whole.cut(places))

    def _longest(self, row: Row) -> Beginning:
        """The longest known beginning of a row."""
        beginnings = (Row(row.hole, row.length, row.tokens[:n]) for n in range(len(row.tokens) - 1, -1, -1))
        return next((self._known[one] for one in beginnings if one in self._known), self._nothing)

    def _reached(self, row: Row, known: Beginning) -> tuple[Reached, ...]:
        reached = list(known.reached) or [self._hints.lead(row.hole)]
        for token in row.tokens[len(reached) - 1 :]:
            reached.append(self._hints.after(reached[-1], token))
        return tuple(reached)
