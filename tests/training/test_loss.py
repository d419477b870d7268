"""The loss against another formula: masked diffusion's ELBO is the mean chain-rule likelihood over all orders."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import HINTS
from lacuna.model.tokenizer import HOLE, MASK
from lacuna.model.training.loss import Corrupted, Losses, corrupt, losses
from lacuna.model.training.network import Denoiser, Far, Near

VOCABULARY = 7

Canvas = tuple[int, ...]
Predict = Callable[[Canvas], Tensor]
"""A canvas of N slots, MASK where masked -> logits (N, V)."""


def table(canvas: Canvas) -> Tensor:
    """Logits that depend on every slot of the canvas, and on nothing else."""
    rng = np.random.default_rng((17, *canvas))
    return torch.from_numpy(rng.normal(size=(len(canvas), VOCABULARY), scale=2.0)).float()


@pytest.fixture(params=["table", "network"])
def predict(request: pytest.FixtureRequest, network: Denoiser) -> Predict:
    if request.param == "table":
        return table
    dims, count = network.dims, 2 * network.dims.near
    near = torch.zeros(len(dims.local_layers), 1, 1, count, dims.key_heads, dims.head_width)
    far = torch.zeros(len(dims.global_layers), 1, 1, dims.key_heads, dims.head_width)

    def by_network(canvas: Canvas) -> Tensor:
        none = torch.zeros(1, 1, 1, 1 + len(canvas), HINTS, dtype=torch.long)
        hidden, _ = network.denoise(
            torch.tensor([[[[*[HOLE] * (BEFORE_ANCHOR + 1), *canvas]]]]),
            torch.tensor([[[len(canvas)]]]),
            (none, none),
            Near(near, near, torch.zeros(1, 1, count, dtype=torch.long)),
            Far(far, far, torch.zeros(1, 1, 1, dtype=torch.long)),
            torch.tensor([True]),
        )
        return network.logits(hidden)[0, 0, 0]

    return by_network


def any_order(predict: Predict, targets: Canvas) -> float:
    """Mean over all orders of the negative log-likelihood of one slot after the other."""
    total = 0.0
    for order in itertools.permutations(range(len(targets))):
        canvas = [MASK] * len(targets)
        for slot in order:
            total -= predict(tuple(canvas)).log_softmax(-1)[slot, targets[slot]].item()
            canvas[slot] = targets[slot]
    return total / math.factorial(len(targets))


def judged(predict: Predict, corrupted: Corrupted, targets: Tensor) -> Losses:
    """The losses of a denoiser on corrupted canvases of one hole."""
    shape = corrupted.slots.shape  # (R, B, 1, N)
    known: dict[Canvas, Tensor] = {}
    for canvas in map(tuple, corrupted.slots.flatten(0, 2).tolist()):
        if canvas not in known:
            known[canvas] = predict(canvas)
    logits = torch.stack([known[canvas] for canvas in map(tuple, corrupted.slots.flatten(0, 2).tolist())])
    logits = logits.unflatten(0, shape[:-1])  # (R, B, 1, N, V)
    whole = torch.full((shape[0], 1), shape[-1])
    return losses(logits[corrupted.masked | corrupted.committed], torch.zeros(shape), corrupted, targets, whole, whole)


def right(rows: int, levels: int, size: int) -> Tensor:
    return torch.full((rows, levels, 1, size), -1)


@pytest.mark.parametrize("targets", [(4, 6, 5), (3, 3, 5, 6)], ids=["three slots", "four slots"])
def test_over_all_subsets_the_loss_is_the_mean_likelihood_over_all_orders(predict: Predict, targets: Canvas):
    m = len(targets)
    truth = torch.tensor(targets).view(1, 1, m)
    drawn = corrupt(truth, torch.tensor([[m]]), 400, right(1, 400, m), torch.Generator().manual_seed(3))
    by_mask = {tuple(mask): level for level, mask in enumerate(drawn.masked[0, :, 0].tolist())}
    assert len(by_mask) == 2**m - 1, "every subset but the empty one is drawn"
    # Each size as often as the others, and each subset as often as the others of its size.
    often = math.lcm(*(math.comb(m, k) for k in range(1, m + 1)))
    levels = [level for mask, level in by_mask.items() for _ in range(often // math.comb(m, sum(mask)))]
    enumerated = Corrupted(*(part[:, levels] for part in drawn))
    assert judged(predict, enumerated, truth).tokens.item() == pytest.approx(any_order(predict, targets), rel=1e-5)


def test_on_average_over_the_noise_it_is_the_same():
    targets, rows, levels = (4, 6, 5), 2000, 4
    truth = torch.tensor(targets).expand(rows, 1, 3)
    noise = torch.Generator().manual_seed(8)
    drawn = corrupt(truth, torch.full((rows, 1), 3), levels, right(rows, levels, 3), noise)
    found = judged(table, drawn, truth)
    # The first level is fully masked, the others estimate the bound.
    estimate = (found.tokens * levels - found.full).item() / (levels - 1) / rows
    assert estimate == pytest.approx(any_order(table, targets), rel=0.02)


def test_the_fully_masked_level_is_every_slot_from_nothing():
    targets = (4, 6, 5)
    truth = torch.tensor(targets).view(1, 1, 3)
    drawn = corrupt(truth, torch.tensor([[3]]), 4, right(1, 4, 3), torch.Generator().manual_seed(1))
    expected = -table((MASK,) * 3).log_softmax(-1)[range(3), list(targets)].sum().item()
    assert judged(table, drawn, truth).full.item() == pytest.approx(expected, rel=1e-6)


def test_levels_are_stratified_and_subsets_even():
    m, rows = 4, 3000
    truth = torch.arange(4).view(1, 1, m).expand(rows, 1, m)
    drawn = corrupt(truth, torch.full((rows, 1), m), 1 + m, right(rows, 1 + m, m), torch.Generator().manual_seed(2))
    sizes = drawn.masked.sum(-1)[:, :, 0]
    assert (sizes == torch.tensor([m, 1, 2, 3, 4])).all(), "the first full, then one level of each size"
    assert (drawn.weight[0, :, 0] == m / torch.tensor([m, 1, 2, 3, 4])).all()
    pairs = drawn.masked[:, 2, 0].long() @ torch.tensor([1, 2, 4, 8])
    counts = torch.bincount(pairs, minlength=16)[[3, 5, 6, 9, 10, 12]]
    assert counts.sum() == rows
    assert ((counts - rows / 6).abs() < 5 * math.sqrt(rows / 6)).all()


def test_slots_past_the_end_and_holes_that_are_none_are_neither_masked_nor_committed():
    targets = torch.zeros(1, 3, 5, dtype=torch.long)
    drawn = corrupt(
        targets, torch.tensor([[5, 2, 0]]), 6, torch.full((1, 6, 3, 5), -1), torch.Generator().manual_seed(2)
    )
    touched = (drawn.masked | drawn.committed).any(1)[0]
    assert touched.sum(-1).tolist() == [5, 2, 0]
    assert (drawn.slots[0, :, 1, 2:] == MASK).all()
    assert (drawn.slots[0, :, 2] == MASK).all()
    assert not drawn.masked[0, :, 2].any()


def test_wrong_tokens_stand_in_committed_slots_only_and_are_asked_back():
    truth = torch.tensor([[[4, 5, 6, 3]]])
    wrong = torch.full((1, 30, 1, 4), 9)
    drawn = corrupt(truth, torch.tensor([[4]]), 30, wrong, torch.Generator().manual_seed(4))
    assert drawn.committed.any()
    assert (drawn.slots[drawn.committed] == 9).all()
    assert (drawn.slots[drawn.masked] == MASK).all()
    logits = torch.full((int((drawn.masked | drawn.committed).sum()), 10), 0.0)
    found = losses(logits, torch.zeros(1, 30, 1, 4), drawn, truth, torch.tensor([[4]]), torch.tensor([[4]]))
    assert found.committed.item() == pytest.approx(drawn.committed.sum().item() * math.log(10) / 30)


@pytest.mark.parametrize(
    ("hidden", "length"), [(3, 5), (0, 4), (9, 5), (5, 5)], ids=["shorter", "nothing hidden", "longer", "as long"]
)
def test_existence_is_asked_of_every_slot_of_the_canvas(hidden: int, length: int):
    size, levels = 6, 2
    existing = min(hidden, length)
    logits = torch.linspace(-3, 2, levels * size).view(1, levels, 1, size)
    truth = torch.full((1, 1, size), 4)
    drawn = corrupt(truth, torch.tensor([[existing]]), levels, right(1, levels, size), torch.Generator().manual_seed(0))
    count = int((drawn.masked | drawn.committed).sum())
    found = losses(torch.zeros(count, 9), logits, drawn, truth, torch.tensor([[hidden]]), torch.tensor([[length]]))
    expected = sum(
        math.log1p(math.exp(-x if slot < hidden else x))
        for level in logits[0, :, 0].tolist()
        for slot, x in enumerate(level[:length])
    )
    assert found.existence.item() == pytest.approx(expected / levels, rel=1e-5)


def test_a_padded_hole_adds_nothing():
    truth = torch.tensor([[[4, 5, 6], [0, 0, 0]]])
    noise = torch.rand(1, 4, 2, 3, generator=torch.Generator().manual_seed(1))
    drawn = corrupt(truth, torch.tensor([[3, 0]]), 4, torch.full((1, 4, 2, 3), -1), torch.Generator().manual_seed(0))
    one = Corrupted(*(part[:, :, :1] for part in drawn))
    both, alone = (
        losses(torch.zeros(12, 9), existence, part, targets, hidden, lengths)
        for existence, part, targets, hidden, lengths in (
            (noise, drawn, truth, torch.tensor([[3, -1]]), torch.tensor([[3, 1]])),
            (noise[:, :, :1], one, truth[:, :1], torch.tensor([[3]]), torch.tensor([[3]])),
        )
    )
    assert torch.equal(torch.stack(both), torch.stack(alone))
