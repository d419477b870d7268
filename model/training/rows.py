"""From documents to the arrays of an infilling step: chunks, canvases, and what each hole sees. Numpy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lacuna.model.chunked.chunks import cut
from lacuna.model.chunked.context import BEFORE_ANCHOR, Window, window
from lacuna.model.chunked.healing import heads, healed
from lacuna.model.chunked.hints import Hints
from lacuna.model.tokenizer import HOLE, PAD, Tokenizer
from lacuna.model.training import holes
from lacuna.model.training.recipe import InfillPhase

CHARACTERS = 370
"""Code points of a chunk, about; a row's text is this much for each chunk wanted."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Row:
    """One text with its holes: R = 1 of the shapes in `network`."""

    chunks: tuple[tuple[int, ...], ...]
    window: Window
    hidden: tuple[tuple[int, ...], ...]
    """The hidden tokens of each hole."""
    hints: Hints


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows padded to one shape. Letters as in `network`; M counts a row's context tokens."""

    chunks: Ints  # (X, T)
    far_index: Ints  # (R, M) into X * T
    far_offsets: Ints  # (R, G, M)
    near_index: Ints  # (R, G, 2W) into M
    near_offsets: Ints  # (R, G, 2W)
    anchors: Ints  # (R, G, BEFORE_ANCHOR + 1) the tokens left of each hole
    targets: Ints  # (R, G, N) hidden tokens, PAD past their end
    existing: Ints  # (R, G) slots of the canvas that exist
    hidden: Ints  # (R, G) hidden tokens in all, more than `existing` when the canvas is too short; -1 is no hole
    lengths: Ints  # (R, G) slots of the canvas, 0 where there is no hole
    joint: NDArray[np.bool_]  # (R,)
    hints: tuple[Hints, ...]  # of each row


def draw_row(
    texts: tuple[str, ...], tokenizer: Tokenizer, phase: InfillPhase, chunks: int, rng: np.random.Generator
) -> Row:
    """A row of some `chunks` chunks, from a document drawn evenly by length."""
    text = _excerpt(texts, chunks * CHARACTERS, rng)
    spans = holes.draw(text, min(round(chunks * phase.density), phase.holes), phase.kinds, rng)
    longest = 3 * max(phase.canvases)  # some three characters a token
    spans = [holes.shortened(text, span, longest, rng) for span in spans]
    grown = healed(text, spans)
    chunked = cut(text, grown, tokenizer)
    hints = Hints(chunked, heads(text, spans, grown), tokenizer.spellings)
    hidden = tuple(tokenizer.encode_text(text[span.start : span.end]) for span in grown)
    return Row(chunked.chunks, window(chunked, range(len(chunked.chunks))), hidden, hints)


def batch(rows: list[Row], phase: InfillPhase, near: int, capacity: int, rng: np.random.Generator) -> Batch:
    """Pad rows to one shape and draw the canvases' lengths, independently of what is hidden."""
    count = len(rows)
    most_holes = max(len(row.hidden) for row in rows)
    most_tokens = max(len(row.window.positions) for row in rows)
    all_chunks = [chunk for row in rows for chunk in row.chunks]
    tall = max(map(len, all_chunks))
    chunks = np.full((len(all_chunks), tall), PAD, np.int64)
    far_index = np.zeros((count, most_tokens), np.int64)
    far_offsets = np.zeros((count, most_holes, most_tokens), np.int64)
    near_index = np.zeros((count, most_holes, 2 * near), np.int64)
    near_offsets = np.zeros((count, most_holes, 2 * near), np.int64)
    targets = np.full((count, most_holes, capacity), PAD, np.int64)
    anchors = np.full((count, most_holes, BEFORE_ANCHOR + 1), HOLE, np.int64)
    existing = np.zeros((count, most_holes), np.int64)
    hidden = np.full((count, most_holes), -1, np.int64)
    lengths = np.zeros((count, most_holes), np.int64)
    at = 0
    for r, row in enumerate(rows):
        index = np.concatenate([np.arange(len(chunk)) + (at + c) * tall for c, chunk in enumerate(row.chunks)])
        for c, chunk in enumerate(row.chunks):
            chunks[at + c, : len(chunk)] = chunk
        at += len(row.chunks)
        far_index[r, : len(index)] = index
        far_offsets[r, : len(row.hidden), : len(index)] = row.window.offsets()
        near_index[r, : len(row.hidden)], near_offsets[r, : len(row.hidden)] = row.window.near(near)
        anchors[r, : len(row.hidden)] = row.window.anchors
        for g, tokens in enumerate(row.hidden):
            hidden[r, g] = len(tokens)
            is_full = rng.random() < 0.5
            lengths[r, g] = capacity if is_full else rng.integers(max(1, min(len(tokens), capacity)), capacity + 1)
            existing[r, g] = min(len(tokens), lengths[r, g])
            targets[r, g, : existing[r, g]] = tokens[: existing[r, g]]
    joint = np.full(count, rng.random() < phase.joint)  # all of them: where none is, a step costs less
    return Batch(
        chunks,
        far_index,
        far_offsets,
        near_index,
        near_offsets,
        anchors,
        targets,
        existing,
        hidden,
        lengths,
        joint,
        tuple(row.hints for row in rows),
    )


def _excerpt(texts: tuple[str, ...], size: int, rng: np.random.Generator) -> str:
    """Whole lines of about `size` code points; a third of the time from the top of a file."""
    text = texts[rng.integers(len(texts))]
    while rng.random() * 40_000 > len(text):  # long files are drawn more often
        text = texts[rng.integers(len(texts))]
    start = 0
    if len(text) > size and rng.random() < 2 / 3:
        start = text.rfind("\n", 0, int(rng.integers(len(text) - size))) + 1
    end = text.find("\n", min(len(text), start + size))
    return text[start : end + 1 if end >= 0 else len(text)]
