"""The network's forward passes over rows without padding: context token after token, slot after slot.

It says what `Denoiser.encode` and `denoise` say (tests hold it to that), several times sooner on a processor.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import HINTS
from lacuna.model.tokenizer import MASK, PAD
from lacuna.model.training.attention import NO_PARAMETERS, Keys, Queries, attend
from lacuna.model.training.batches import Batch
from lacuna.model.training.network import BEFORE, COMMITTED, MASKED, OWN, Denoiser, GlobalBias


@dataclass(frozen=True, slots=True)
class Context:
    """The chunks of all rows, T tokens; a row's lie one after the other."""

    tokens: Tensor
    """(T, BEFORE_ANCHOR + 1) each with those before it in its chunk."""
    place: Tensor
    """(T,) of each in its chunk."""
    position: Tensor
    """(T,) of each in its row."""
    chunks: Tensor
    """(X, 6) each one a canvas of its own; see `attend`."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The canvases of all holes at all noise levels with their anchors, S slots."""

    source: Tensor
    """(S,) where each stands among all padded ones, (R, B, G, 1 + N)."""
    place: Tensor
    """(S,) in its canvas; the anchor is at -1."""
    hole: Tensor
    """(S,) where its hole stands in its row."""
    length: Tensor
    """(S,) slots of its canvas."""
    canvases: Tensor
    """(C, 6); see `attend`."""
    predicts: Tensor
    """(R, B, G, N) which of them speaks for a slot: the one before it. Where no slot is, any."""


def context_of(data: Batch) -> Context:
    """Lay out the chunks of a batch."""
    is_token = data.chunks != PAD  # (X, T)
    sizes = is_token.sum(1)
    before = np.pad(data.chunks, ((0, 0), (BEFORE_ANCHOR, 0)), constant_values=PAD)
    tokens = np.lib.stride_tricks.sliding_window_view(before, BEFORE_ANCHOR + 1, axis=1)[is_token]
    place = np.broadcast_to(np.arange(data.chunks.shape[1]), is_token.shape)[is_token]
    starts = np.cumsum(sizes) - sizes
    nothing = np.zeros_like(sizes)
    chunks = np.stack([starts, sizes, np.ones_like(sizes), nothing, nothing, nothing], 1)
    rows = data.row_tokens
    position = np.arange(sizes.sum()) - np.repeat(np.cumsum(rows) - rows, rows)
    return Context(*map(torch.from_numpy, (tokens.copy(), place, position, chunks)))


def slots_of(data: Batch, levels: int, capacity: int) -> Slots:
    """Lay out canvases of at most `capacity` slots, N: `levels` noisy ones of each hole, then that in order.

    In order, nothing depends on a slot behind the last true one.
    """
    G = data.lengths.shape[1]
    counts = np.repeat(np.minimum(data.lengths, capacity)[:, None], levels + 1, axis=1)  # (R, B, G)
    counts[:, -1] = data.existing
    counts = np.where(data.hidden[:, None] >= 0, counts + 1, 0)  # with the anchor
    firsts = (np.cumsum(counts) - counts.ravel()).reshape(counts.shape)
    row, level, hole = np.nonzero(counts)
    ends = np.cumsum(data.row_tokens)
    canvases = np.stack(
        [
            firsts[row, level, hole],
            counts[row, level, hole],
            level == levels,
            (ends - data.row_tokens)[row],
            data.row_tokens[row],
            data.holes[row, hole],
        ],
        1,
    )
    padded = np.arange(capacity + 1) < counts[..., None]  # (R, B, G, 1 + N)
    source = np.flatnonzero(padded)
    of_canvas = source // (capacity + 1)
    row, hole = of_canvas // (counts.shape[1] * G), of_canvas % G
    predicts = np.minimum(firsts[..., None] + np.arange(capacity), len(source) - 1)
    place = source % (capacity + 1) - 1
    found = (source, place, data.holes[row, hole], data.lengths[row, hole], canvases.astype(np.int64), predicts)
    return Slots(*map(torch.from_numpy, found))


def encode(network: Denoiser, context: Context) -> list[Keys]:
    """Keys, not rotated, and values of each layer, (T, K, E)."""
    none = context.place.new_full((HINTS,), PAD)
    x = network.embed(context.tokens).squeeze(-2) + network.hinted(none, torch.zeros_like(none))
    angles = network.angles(context.place)
    found = []
    for n, layer in enumerate(network.layers[:-1]):
        q, *keys = layer.project(x)
        found.append(Keys(*keys))
        if network.dims.is_global(n):
            parameters = parameters_of(network.biases[str(n)])
            attended = attend(Queries(q), found[n], None, context.chunks, 0, BEFORE, parameters)
        else:
            own = Keys(network.turn(found[n].keys, *angles), found[n].values)
            attended = attend(Queries(network.turn(q, *angles)), own, None, context.chunks, 0, BEFORE, NO_PARAMETERS)
        x = layer.finish(x, attended)
    return [*found, Keys(*network.layers[-1].keys_values(x))]


def denoise(
    network: Denoiser, tokens: Tensor, hints: tuple[Tensor, Tensor], slots: Slots, context: Context
) -> tuple[Tensor, Tensor]:
    """Hidden states (S, D) and existence logits (S,), each of the slot after it.

    tokens: (S, BEFORE_ANCHOR + 1). hints: with their strengths, (S, HINTS) each.
    """
    keys = encode(network, context)
    role = torch.where(tokens[:, -1] == MASK, MASKED, COMMITTED)
    x = network.embed(tokens).squeeze(-2) + network.hinted(*hints) + network.role(role)
    from_left = network.angles(slots.hole + slots.place)
    from_right = network.angles(slots.hole + slots.place - (slots.length - 1))
    of_context = network.angles(context.position)
    for n, layer in enumerate(network.layers):
        q, k, v = layer.project(x)
        if network.dims.is_global(n):
            parameters = parameters_of(network.biases[str(n)])
            attended = attend(Queries(q), Keys(k, v), keys[n], slots.canvases, 0, OWN, parameters)
        else:
            queries = Queries(network.turn(q, *from_left), network.turn(q, *from_right))
            seen = Keys(network.turn(keys[n].keys, *of_context), keys[n].values)
            own = Keys(network.turn(k, *from_left), v)
            attended = attend(queries, own, seen, slots.canvases, network.dims.near, OWN, NO_PARAMETERS)
        x = layer.finish(x, attended)
    x = network.norm(x)
    return x, network.existence(x).squeeze(-1)


def parameters_of(bias: GlobalBias) -> Tensor:
    """(8, A) what the kernel reads of a global layer."""
    return torch.cat([bias.bias, bias.slope, bias.scale.unsqueeze(0), bias.null.unsqueeze(0)])
