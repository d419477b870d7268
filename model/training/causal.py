"""The first phase's batches: plain text, where every token has a loss."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from lacuna.model.training.measure import Part
from lacuna.model.training.network import Denoiser
from lacuna.model.training.recipe import Recipe


def parts(
    network: Denoiser, recipe: Recipe, tokens: NDArray[np.uint16], step: int, device: torch.device
) -> Iterator[Part]:
    """The losses of one step, a few rows at a time; step and seed alone decide what they hold.

    tokens: the whole corpus in a row. A part's loss is its share of the step's mean cross-entropy.
    """
    phase = recipe.causal
    rng = np.random.default_rng((recipe.seed, 1, step))
    starts = rng.integers(0, len(tokens) - phase.length - 1, phase.rows)
    rows = torch.from_numpy(np.stack([tokens[at : at + phase.length + 1] for at in starts]).astype(np.int64))
    for batch in rows.to(device).split(phase.micro):
        loss = mean_loss(network, batch)
        count = batch[:, 1:].numel()
        yield Part(loss * (len(batch) / phase.rows), {"causal": loss.item() * count}, count, count)


def mean_loss(network: Denoiser, batch: Tensor) -> Tensor:
    """Rows (R, T + 1) -> mean cross-entropy of each token after the first, in nats."""
    logits = network.logits(network.causal(batch[:, :-1]))  # (R, T, V)
    return F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
