"""From rows to the arrays of an infilling step: padded chunks, canvases, and what each hole sees. Numpy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import Hints
from lacuna.model.corpus.rows import Row
from lacuna.model.tokenizer import HOLE, PAD

Ints = NDArray[np.int64]

PAST_END = 4
"""Slots behind the longest hidden text that are still asked whether they exist."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows padded to one shape. Letters as in `network`; M counts a row's context tokens."""

    chunks: Ints  # (X, T)
    row_tokens: Ints  # (R,) context tokens of each row, its chunks' together
    holes: Ints  # (R, G) where in its row the token of each hole stands
    far_index: Ints  # (R, M) into X * T
    far_offsets: Ints  # (R, G, M)
    near_index: Ints  # (R, G, 2W) into M
    near_offsets: Ints  # (R, G, 2W)
    anchors: Ints  # (R, G, BEFORE_ANCHOR + 1) the tokens left of each hole
    targets: Ints  # (R, G, N) hidden tokens, PAD past their end; the longest of them, and canvases may be longer
    existing: Ints  # (R, G) slots of the canvas that exist
    hidden: Ints  # (R, G) hidden tokens in all, more than `existing` when the canvas is too short; -1 is no hole
    lengths: Ints  # (R, G) slots of the canvas, 0 where there is no hole
    hints: tuple[Hints, ...]  # of each row


def batch(rows: list[Row], near: int, capacity: int, rng: np.random.Generator) -> Batch:
    """Pad rows to one shape and draw the canvases' lengths, which tell nothing of what is hidden.

    near: tokens on either side of a hole that local layers see, W. capacity: slots of the longest canvas, N.
    """
    # 1. Padding everywhere: PAD where there is no token, offset 0 where there is no key
    R = len(rows)
    G = max(len(row.hidden) for row in rows)
    M = max(len(row.window.positions) for row in rows)
    all_chunks = [chunk for row in rows for chunk in row.chunks]
    T = max(map(len, all_chunks))
    chunks = np.full((len(all_chunks), T), PAD, np.int64)
    far_index = np.zeros((R, M), np.int64)
    far_offsets = np.zeros((R, G, M), np.int64)
    near_index = np.zeros((R, G, 2 * near), np.int64)
    near_offsets = np.zeros((R, G, 2 * near), np.int64)
    targets = np.full((R, G, capacity), PAD, np.int64)
    anchors = np.full((R, G, BEFORE_ANCHOR + 1), HOLE, np.int64)
    existing = np.zeros((R, G), np.int64)
    hidden = np.full((R, G), -1, np.int64)
    lengths = np.zeros((R, G), np.int64)
    row_tokens = np.array([len(row.window.positions) for row in rows])
    places = np.zeros((R, G), np.int64)

    first = 0  # the row's first chunk among those of all rows
    for r, row in enumerate(rows):
        # 2. The row's context: its chunks, where each of their tokens lies, and how far that is from each hole
        index = np.concatenate([np.arange(len(chunk)) + (first + c) * T for c, chunk in enumerate(row.chunks)])
        for c, chunk in enumerate(row.chunks):
            chunks[first + c, : len(chunk)] = chunk
        first += len(row.chunks)
        holes = len(row.hidden)
        far_index[r, : len(index)] = index
        far_offsets[r, :holes, : len(index)] = row.window.offsets()
        near_index[r, :holes], near_offsets[r, :holes] = row.window.near(near)
        anchors[r, :holes] = row.window.anchors
        places[r, :holes] = row.window.holes

        # 3. Its canvases: half of them full, the others of any length that holds what is hidden
        for g, tokens in enumerate(row.hidden):
            hidden[r, g] = len(tokens)
            is_full = rng.random() < 0.5
            lengths[r, g] = capacity if is_full else rng.integers(max(1, min(len(tokens), capacity)), capacity + 1)
            existing[r, g] = min(len(tokens), lengths[r, g])
            targets[r, g, : existing[r, g]] = tokens[: existing[r, g]]
    # Slots far behind all ends teach little: of the longest canvases, so many are not computed.
    targets = targets[..., : int(existing.max()) + PAST_END]

    return Batch(
        chunks,
        row_tokens,
        places,
        far_index,
        far_offsets,
        near_index,
        near_offsets,
        anchors,
        targets,
        existing,
        hidden,
        lengths,
        tuple(row.hints for row in rows),
    )
