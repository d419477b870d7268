"""The first phase's batches: plain text, where every token has a loss."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import of_text
from lacuna.model.tokenizer import PAD
from lacuna.model.training.measure import Part
from lacuna.model.training.network import Denoiser
from lacuna.model.training.recipe import CausalPhase, Recipe

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A micro-batch of plain text, before the network sees it; R rows of T tokens."""

    text: Tensor  # (R, BEFORE_ANCHOR + T + 1)
    hints: tuple[Tensor, Tensor]  # with their strengths, (R, T, HINTS) each
    share: float
    """Share of the step's rows that are in this micro-batch."""

    def part(self, network: Denoiser, device: torch.device) -> Part:
        """Compute its part of the step's mean cross-entropy."""
        hints = (self.hints[0].to(device), self.hints[1].to(device))
        loss = network.causal_loss(self.text.to(device), hints)
        count = hints[0][..., 0].numel()
        return Part(loss * self.share, {"causal": loss * count}, count, count)


def draw(recipe: Recipe, tokens: NDArray[np.uint16], step: int) -> list[Drawn]:
    """Draw what a step learns from, a few rows at a time; step and seed alone decide it.

    tokens: the whole corpus in a row.
    """
    phase = recipe.causal
    rng = np.random.default_rng((recipe.seed, 1, step))
    first = phase.before + BEFORE_ANCHOR
    starts = rng.integers(first, len(tokens) - phase.length - 1, phase.rows)
    drawn = []
    for at in range(0, phase.rows, phase.micro):
        rows = [
            _row(tokens[start - first : start + phase.length + 1], phase, rng)
            for start in starts[at : at + phase.micro]
        ]
        text, hints, strengths = (torch.from_numpy(np.stack(arrays)) for arrays in zip(*rows, strict=True))
        drawn.append(Drawn(text, (hints, strengths), len(rows) / phase.rows))
    return drawn


def _row(tokens: NDArray[np.uint16], phase: CausalPhase, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Make a row: tokens -> text (BEFORE_ANCHOR + T + 1,), hints and strengths (T, HINTS), which are at times empty.

    tokens: (BEFORE_ANCHOR + before + T + 1,), of which the first serve hints alone.
    """
    text = tokens.astype(np.int64)
    hints, strengths = of_text(text[:-1])
    if rng.random() < phase.unhinted:
        hints, strengths = np.full_like(hints, PAD), np.zeros_like(strengths)
    T = phase.length
    return text[-T - 1 - BEFORE_ANCHOR :], hints[-T:], strengths[-T:]
