"""The plan's alternative to cached chunks: context and canvases in one row, every token attending to every other.

Nothing of it could be cached from one keystroke to the next; `compare` measures what that would buy.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import HINTS
from lacuna.model.corpus.rows import Row
from lacuna.model.tokenizer import HOLE, MASK, PAD
from lacuna.model.training.network import COMMITTED, MASKED, Denoiser

WINDOW = 256
"""Tokens that local layers see on either side, as in the causal phase."""

Ints = NDArray[np.int64]


def denoise(network: Denoiser, rows: Sequence[Row], slots: Ints, lengths: Ints) -> tuple[Tensor, Tensor, int]:
    """Slots (R, B, G, N) and lengths (R, B, G) of the rows' canvases -> as `Denoiser.denoise`, and the longest row."""
    R, B, G, N = slots.shape
    laid = [_laid_out(rows[r], slots[r, b], lengths[r, b]) for r, b in np.ndindex(R, B)]
    T = max(len(tokens) for tokens, *_ in laid)
    tokens = np.full((R * B, BEFORE_ANCHOR + T), PAD, np.int64)
    is_slot = np.zeros((R * B, T), bool)
    hints = np.zeros((2, R * B, T, HINTS), np.int64)
    index = np.zeros((R * B, G, N), np.int64)
    for n, (row, places, found) in enumerate(laid):
        tokens[n, BEFORE_ANCHOR : BEFORE_ANCHOR + len(row)] = row
        for g, place in enumerate(places):
            size = int(lengths.reshape(R * B, G)[n, g])
            index[n, g, :size] = np.arange(place, place + size)
            is_slot[n, place : place + size + 1] = True
            hints[:, n, place : place + size + 1] = [found[side][g][: size + 1] for side in (0, 1)]
    text, roled = torch.from_numpy(tokens), torch.from_numpy(is_slot)
    role = torch.where(text[:, BEFORE_ANCHOR:] == MASK, MASKED, COMMITTED)
    x = network.embed(text) + network.hinted(*torch.from_numpy(hints)) + network.role(role) * roled.unsqueeze(-1)
    position = torch.arange(T)
    distance = (position - position.unsqueeze(1)).abs()
    valid = (text[:, BEFORE_ANCHOR:] != PAD)[:, None, None, :] | (distance == 0)  # what sees nothing would be no number
    near = distance < WINDOW
    hidden = network.attended(x, valid & near, valid)
    hidden = hidden[torch.arange(R * B).view(-1, 1, 1), torch.from_numpy(index)].unflatten(0, (R, B))  # (R, B, G, N, D)
    return hidden, network.existence(hidden).squeeze(-1), T


def _laid_out(row: Row, slots: Ints, lengths: Ints) -> tuple[Ints, list[int], tuple[list[Ints], list[Ints]]]:
    """The row's tokens with canvases in place of sentinels, where each one's anchor stands, and its hints."""
    text = np.concatenate([np.asarray(chunk, np.int64) for chunk in row.chunks])
    pieces, places, at = [np.array([HOLE])], [], 0
    length = 1
    found: tuple[list[Ints], list[Ints]] = ([], [])
    for g, hole in enumerate(row.window.holes):
        canvas = slots[g, : lengths[g]]
        pieces += [text[at:hole], canvas]
        length += hole - at
        places.append(int(length - 1))
        length += len(canvas)
        at = hole + 1
        for side, array in zip(found, row.hints.of(g, canvas), strict=True):
            side.append(array)
    return np.concatenate([*pieces, text[at:]]), places, found
