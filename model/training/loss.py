"""Corruption and loss of an infilling step.

For a hole of m slots, k of them masked, k uniform on 1..m, the loss m x mean cross-entropy over the masked ones is an
unbiased estimate of the negative ELBO of masked diffusion (Ou et al. 2024, any-order autoregression). Of the slots that
are not masked, those with a wrong token are to be told from the others: they have a loss, which teaches what belongs
there, and right ones have none (Corrective Diffusion Language Models, arXiv 2512.15596).
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from lacuna.model.tokenizer import MASK


class Corrupted(NamedTuple):
    """Canvases with some slots masked and some of the others wrong."""

    slots: Tensor  # (R, B, G, N) token ids, MASK where masked
    masked: Tensor  # (R, B, G, N) existing slots that are masked
    wrong: Tensor  # (R, B, G, N) existing slots that hold a wrong token
    weight: Tensor  # (R, B, G) m / k; 0 where no slot is masked


def corrupt(
    targets: Tensor, existing: Tensor, levels: int, wrong: Tensor, committed: float, generator: torch.Generator
) -> Corrupted:
    """Mask `targets` (R, G, N) at `levels` noise levels, given how many slots exist (R, G).

    wrong: (R, B, G, N) what to write over a committed slot, or -1 to leave it right.
    committed: share of the canvases in which no slot is masked.
    """
    R, G, N = targets.shape
    shape = (R, levels, G)

    # 1. How many slots to mask, (R, B, G): each level has a stratum of (0, m]
    noise = torch.rand((R, levels, G), generator=generator)
    stratum = (torch.arange(levels).view(1, levels, 1) + noise) / max(1, levels)
    m = existing[:, None].expand(shape)
    k = torch.minimum((stratum * m).ceil().long().clamp(min=1), m)
    k = torch.where(torch.rand(shape, generator=generator) < committed, 0, k)

    # 2. Which, (R, B, G, N): the first k in a random order
    exists = torch.arange(N) < m.unsqueeze(-1)
    order = torch.rand((*shape, N), generator=generator).masked_fill(~exists, 2.0)  # slots that do not exist come last
    rank = order.argsort(-1).argsort(-1)  # sorting the sorted places gives each slot its rank
    masked = exists & (rank < k.unsqueeze(-1))
    kept = exists & ~masked
    is_wrong = kept & (wrong >= 0)

    # 3. What stands in them
    truth = targets[:, None].expand(*shape, N)
    slots = torch.where(kept, torch.where(is_wrong, wrong, truth), MASK)
    return Corrupted(slots, masked, is_wrong, torch.where(k > 0, m / k.clamp(min=1), 0.0))


class Losses(NamedTuple):
    """Sums over a micro-batch, in nats; each is a scalar."""

    tokens: Tensor
    """The negative ELBO of the hidden tokens, summed over holes and averaged over levels."""
    existence: Tensor
    """Binary cross-entropy summed over all slots of all canvases, averaged over levels."""
    wrong: Tensor
    """Cross-entropy of what belongs in the slots that hold a wrong token, summed over them, averaged over levels."""


def losses(
    logits: Tensor, existence: Tensor, corrupted: Corrupted, targets: Tensor, hidden: Tensor, lengths: Tensor
) -> Losses:
    """Compare predictions with what was hidden.

    logits: (S, V) of the masked and the wrong slots, in row-major order.
    existence: (R, B, G, N) logits. targets: (R, G, N) token ids.
    hidden, lengths: (R, G) hidden tokens in all, -1 where there is no hole; slots of each canvas.
    """
    R, B, G, N = existence.shape

    # 1. Tokens, (S,): a masked slot counts m / k, so that a level with few masked slots weighs as much as one with many
    judged = corrupted.masked | corrupted.wrong  # (R, B, G, N)
    truth = targets[:, None].expand(R, B, G, N)[judged]
    nll = F.cross_entropy(logits, truth, reduction="none")
    weight = corrupted.weight.unsqueeze(-1).expand(R, B, G, N)[judged]
    masked = corrupted.masked[judged]

    # 2. Existence, (R, B, G, N): whether the hidden text reaches to a slot; the canvas' padding is not asked
    slot = torch.arange(N, device=nll.device)
    label = (slot < hidden.unsqueeze(-1)).to(existence.dtype)[:, None].expand(R, B, G, N)
    counted = ((slot < lengths.unsqueeze(-1)) & (hidden >= 0).unsqueeze(-1))[:, None].expand(R, B, G, N)
    binary = F.binary_cross_entropy_with_logits(existence, label, reduction="none") * counted

    # 3. Sums; a recipe without levels has no slots to sum
    levels = max(1, B)
    return Losses((nll * weight * masked).sum() / levels, binary.sum() / levels, (nll * ~masked).sum() / levels)


class Ordered(NamedTuple):
    """Sums over holes, in nats, at the level whose slots see only true tokens to their left; each is a scalar."""

    tokens: Tensor
    """The negative log-likelihood of the hidden tokens that exist in the canvas."""
    existence: Tensor
    """Binary cross-entropy of existence, at those slots and at the one where the answer ends."""


def in_order(
    logits: Tensor, existence: Tensor, targets: Tensor, existing: Tensor, hidden: Tensor, lengths: Tensor
) -> Ordered:
    """Compare what was predicted in order with what was hidden.

    logits: (S, V) of the slots that exist, in row-major order. existence: (R, G, N) logits.
    targets: (R, G, N) token ids. existing: (R, G) slots of the canvas that exist. hidden, lengths: as in `losses`.
    """
    slot = torch.arange(existence.shape[-1], device=existence.device)
    tokens = F.cross_entropy(logits, targets[slot < existing.unsqueeze(-1)], reduction="sum")
    label = (slot < hidden.unsqueeze(-1)).to(existence.dtype)
    # Slots that exist and the one where the answer ends: behind it nothing is ever asked in order.
    counted = (slot <= existing.unsqueeze(-1)) & (slot < lengths.unsqueeze(-1)) & (hidden >= 0).unsqueeze(-1)
    return Ordered(tokens, (F.binary_cross_entropy_with_logits(existence, label, reduction="none") * counted).sum())
