"""The second phase's batches: holes in chunked text, several noise levels sharing one encoding of the context."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import HINTS
from lacuna.model.corpus.rows import draw_row
from lacuna.model.tokenizer import MASK, SPECIAL, Tokenizer
from lacuna.model.training import ragged
from lacuna.model.training.batches import Batch, batch
from lacuna.model.training.loss import Corrupted, Losses, Ordered, corrupt, in_order, losses
from lacuna.model.training.measure import Part
from lacuna.model.training.network import Denoiser, Far, Near
from lacuna.model.training.recipe import InfillPhase, Recipe
from lacuna.model.training.text import Documents


@dataclass(frozen=True, slots=True)
class Drawn:
    """A micro-batch of rows with holes, before the network sees it; B counts the noise levels."""

    phase: InfillPhase
    data: Batch
    corrupted: Corrupted
    canvases: Tensor
    """(R, B + 1, G, N): the corrupted ones, then the true tokens, to be predicted in order."""
    hints: tuple[Tensor, Tensor]
    """With their strengths, (R, B + 1, G, 1 + N, HINTS) each."""
    existing: int
    """Hidden tokens of the whole step."""

    def part(self, network: Denoiser, device: torch.device) -> Part:
        """Compute its part of the step's loss."""
        found, ordered = row_losses(network, self, device)
        phase, data = self.phase, self.data
        loss = (
            found.tokens
            + phase.ordered_weight * ordered.tokens
            + phase.existence_weight * (found.existence + phase.ordered_weight * ordered.existence)
            + phase.wrong_weight * found.wrong
        )
        sums = {"ordered": ordered.tokens, "ends": ordered.existence}
        if phase.levels:
            sums |= {"tokens_nll": found.tokens, "existence": found.existence, "wrong": found.wrong}
        positions = int((data.chunks > 0).sum()) + self.canvases.numel()
        return Part(loss / max(1, self.existing), sums, positions, int(data.existing.sum()))


def draw(recipe: Recipe, documents: Documents, tokenizer: Tokenizer, step: int) -> list[Drawn]:
    """Draw what a step learns from, a few rows at a time; step and seed alone decide it."""
    generator = torch.Generator().manual_seed(recipe.seed * 2**32 + step)
    data = list(batches(recipe, documents, tokenizer, step))
    existing = sum(int(micro.existing.sum()) for micro in data)
    is_noisy = torch.rand((), generator=generator).item() < recipe.infill.noisy
    phase = recipe.infill if is_noisy else replace(recipe.infill, levels=0)
    return [noised(micro, phase, existing, generator) for micro in data]


def batches(recipe: Recipe, documents: Documents, tokenizer: Tokenizer, step: int) -> Iterator[Batch]:
    """Draw the rows of one step, a few at a time: rows of about the same number of chunks, canvases of one capacity."""
    phase = recipe.infill
    rng = np.random.default_rng((recipe.seed, 2, step))
    capacity = int(rng.choice(phase.canvases))
    chunks = int(rng.integers(phase.chunks[0], phase.chunks[1] + 1))
    count = max(1, round(phase.context / chunks))
    rows = [draw_row(documents.texts, tokenizer, phase, chunks, rng, documents.others.beside) for _ in range(count)]
    rows = [row for row in rows if row.hidden]
    micro = max(1, round(phase.micro / chunks))
    for at in range(0, len(rows), micro):
        yield batch(rows[at : at + micro], recipe.network.near, capacity, rng)


def noised(data: Batch, phase: InfillPhase, existing: int, generator: torch.Generator) -> Drawn:
    """Corrupt the canvases of a micro-batch and look up their hints."""
    targets, sizes = torch.from_numpy(data.targets), torch.from_numpy(data.existing)
    wrong = _wrong(data, phase.levels, phase.wrong, generator)
    corrupted = corrupt(targets, sizes, phase.levels, wrong, phase.committed, generator)
    exists = torch.arange(targets.shape[-1]) < sizes.unsqueeze(-1)  # (R, G, N)
    canvases = torch.cat([corrupted.slots, torch.where(exists, targets, MASK).unsqueeze(1)], 1)
    return Drawn(phase, replace(data, hints=()), corrupted, canvases, hints(data, canvases), existing)


def row_losses(network: Denoiser, drawn: Drawn, device: torch.device) -> tuple[Losses, Ordered]:
    """Encode the context once, denoise every hole at every level, and once with all its tokens in place and in order.

    In order, each true token is predicted as the causal phase taught, now with the text that follows in view.
    """
    # 1. To the device
    data, levels = drawn.data, drawn.phase.levels
    corrupted = Corrupted(*(t.to(device) for t in drawn.corrupted))
    targets, existing, lengths, hidden = (
        torch.from_numpy(array).to(device) for array in (data.targets, data.existing, data.lengths, data.hidden)
    )
    exists = torch.arange(targets.shape[-1], device=device) < existing.unsqueeze(-1)  # (R, G, N)

    # 2. Losses; slots without one need no logits (S, V)
    hidden_states, at, existence = states(network, drawn, device)
    judged = corrupted.masked | corrupted.wrong
    logits = network.logits(hidden_states[at[:, :levels][judged]])
    found = losses(logits, existence[:, :levels], corrupted, targets, hidden, lengths)
    logits = network.logits(hidden_states[at[:, levels][exists]])
    return found, in_order(logits, existence[:, levels], targets, existing, hidden, lengths)


class States(NamedTuple):
    """What the network says; all levels of a hole see one encoding."""

    hidden: Tensor
    """(S, D) hidden states."""
    at: Tensor
    """(R, B + 1, G, N) which of them speaks for a slot."""
    existence: Tensor
    """(R, B + 1, G, N) logits; where no slot is, anything."""


def states(network: Denoiser, drawn: Drawn, device: torch.device) -> States:
    """Show the network a micro-batch."""
    data, (R, B, G, N) = drawn.data, drawn.canvases.shape
    anchors = torch.from_numpy(data.anchors).to(device)[:, None]
    tokens = torch.cat([anchors.expand(-1, B, -1, -1), drawn.canvases.to(device)], -1)
    hints, strengths = (array.to(device) for array in drawn.hints)
    if network.is_ragged:
        slots = ragged.slots_of(data, B - 1, N)
        tokens, hints, strengths = (
            array.flatten(0, 3)[slots.source] for array in (tokens.unfold(-1, BEFORE_ANCHOR + 1, 1), hints, strengths)
        )
        found, existence = ragged.denoise(network, tokens, (hints, strengths), slots, ragged.context_of(data))
        return States(found, slots.predicts, existence[slots.predicts])
    near, far = context(network, data, device)
    lengths = torch.from_numpy(data.lengths).to(device)[:, None].expand(-1, B, -1)
    ordered = torch.arange(B, device=device) == B - 1
    found, existence = network.denoise(tokens, lengths, (hints, strengths), near, far, ordered)
    return States(found.flatten(0, 3), torch.arange(R * B * G * N, device=device).view(R, B, G, N), existence)


def context(network: Denoiser, data: Batch, device: torch.device) -> tuple[Near, Far]:
    """Encode the chunks and gather what each hole's local layers and each row's global layers see."""
    keys, values = network.encode(torch.from_numpy(data.chunks).to(device))  # (layers, X, T, K, E)
    far_index = torch.from_numpy(data.far_index).to(device)
    keys, values = (t.flatten(1, 2)[:, far_index] for t in (keys, values))  # (layers, R, M, K, E)
    row = torch.arange(len(data.far_index), device=device).view(-1, 1, 1)
    near_index = torch.from_numpy(data.near_index).to(device)
    local, whole = list(network.dims.local_layers), list(network.dims.global_layers)
    near_offsets, far_offsets = (torch.from_numpy(o).to(device) for o in (data.near_offsets, data.far_offsets))
    near = Near(keys[local][:, row, near_index], values[local][:, row, near_index], near_offsets)
    return near, Far(keys[whole], values[whole], far_offsets)


def hints(data: Batch, canvases: Tensor) -> tuple[Tensor, Tensor]:
    """Look up hints: canvases (R, B, G, N) -> hints and strengths (R, B, G, 1 + N, HINTS); padding of G has none."""
    R, B, G, N = canvases.shape
    found = np.zeros((2, R, B, G, 1 + N, HINTS), np.int64)
    slots = canvases.numpy()
    for r, lookup in enumerate(data.hints):
        count = int((data.hidden[r] >= 0).sum())
        found[:, r, :, :count] = lookup.of_all(slots[r, :, :count])
    both = torch.from_numpy(found)
    return both[0], both[1]


def _wrong(data: Batch, levels: int, share: float, generator: torch.Generator) -> Tensor:
    """Draw wrong tokens (R, B, G, N) from the batch's own text; -1 where a committed slot stays right."""
    R, G, N = data.targets.shape
    pool = torch.from_numpy(data.chunks[data.chunks >= SPECIAL])
    tokens = pool[torch.randint(len(pool), (R, levels, G, N), generator=generator)]
    is_wrong = torch.rand((R, levels, G, N), generator=generator) < share
    is_wrong &= tokens != torch.from_numpy(data.targets)[:, None]
    return torch.where(is_wrong, tokens, -1)
