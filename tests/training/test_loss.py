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
    return losses(logits[corrupted.masked | corrupted.wrong], torch.zeros(shape), corrupted, targets, whole, whole)


def right(rows: int, levels: int, size: int) -> Tensor:
    return torch.full((rows, levels, 1, size), -1)


@pytest.mark.parametrize("targets", [(4, 6, 5), (3, 3, 5, 6)], ids=["three slots", "four slots"])
def test_over_all_subsets_the_loss_is_the_mean_likelihood_over_all_orders(predict: Predict, targets: Canvas):
    m = len(targets)
    truth = torch.tensor(targets).view(1, 1, m)
    drawn = corrupt(truth, torch.tensor([[m]]), 400, right(1, 400, m), 0.0, torch.Generator().manual_seed(3))
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
    drawn = corrupt(truth, torch.full((rows, 1), 3), levels, right(rows, levels, 3), 0.0, noise)
    found = judged(table, drawn, truth)
    assert found.tokens.item() / rows == pytest.approx(any_order(table, targets), rel=0.02)


def test_levels_are_stratified_and_subsets_even():
    m, rows = 4, 3000
    truth = torch.arange(4).view(1, 1, m).expand(rows, 1, m)
    drawn = corrupt(truth, torch.full((rows, 1), m), m, right(rows, m, m), 0.0, torch.Generator().manual_seed(2))
    sizes = drawn.masked.sum(-1)[:, :, 0]
    assert (sizes == torch.tensor([1, 2, 3, 4])).all(), "one level of each size"
    assert (drawn.weight[0, :, 0] == m / torch.tensor([1, 2, 3, 4])).all()
    pairs = drawn.masked[:, 1, 0].long() @ torch.tensor([1, 2, 4, 8])
    counts = torch.bincount(pairs, minlength=16)[[3, 5, 6, 9, 10, 12]]
    assert counts.sum() == rows
    assert ((counts - rows / 6).abs() < 5 * math.sqrt(rows / 6)).all()


def test_some_canvases_have_no_masked_slot_and_no_loss_but_of_wrong_tokens():
    truth = torch.arange(4, 8).view(1, 1, 4)
    drawn = corrupt(truth, torch.tensor([[4]]), 2000, right(1, 2000, 4), 0.3, torch.Generator().manual_seed(5))
    is_whole = ~drawn.masked.any(-1)
    assert is_whole.float().mean().item() == pytest.approx(0.3, abs=0.03)
    assert not drawn.weight[is_whole].any()
    assert (drawn.slots[is_whole] == truth[0]).all()
    whole = Corrupted(*(part[is_whole].view(1, -1, 1, *part.shape[3:]) for part in drawn))
    assert judged(table, whole, truth).wrong.item() == 0.0


def test_the_gradient_of_the_loss_is_that_of_finite_differences():
    """Each judged slot weighs as it should: masked ones m / k, wrong ones 1, right ones nothing."""
    noise = torch.Generator().manual_seed(6)
    truth = torch.tensor([[[4, 6, 5, 3, 6], [5, 5, 4, 0, 0]]])
    wrong = torch.where(torch.rand(1, 3, 2, 5, generator=noise) < 0.5, 7, -1)
    drawn = corrupt(truth, torch.tensor([[5, 3]]), 3, wrong, 0.3, noise)
    assert drawn.wrong.any()
    judged_slots = drawn.masked | drawn.wrong
    logits = torch.randn(int(judged_slots.sum()), 9, generator=noise, dtype=torch.float64)
    existence = torch.randn(1, 3, 2, 5, generator=noise, dtype=torch.float64)
    sizes = torch.tensor([[5, 3]])

    def total(logits: Tensor, existence: Tensor) -> Tensor:
        return torch.stack(losses(logits, existence, drawn, truth, sizes, sizes)).sum()

    assert torch.autograd.gradcheck(total, (logits.requires_grad_(), existence.requires_grad_()))
    logits.grad = None
    found = losses(logits, existence, drawn, truth, sizes, sizes)
    (found.tokens + found.wrong).backward()
    weights = torch.where(drawn.masked, drawn.weight.unsqueeze(-1), 1.0)[judged_slots] / 3
    expected = logits.detach().softmax(-1) - torch.nn.functional.one_hot(
        truth[:, None].expand(1, 3, 2, 5)[judged_slots], 9
    )
    assert torch.allclose(logits.grad, expected * weights.unsqueeze(-1))


def test_slots_past_the_end_and_holes_that_are_none_are_neither_masked_nor_wrong():
    targets = torch.zeros(1, 3, 5, dtype=torch.long)
    drawn = corrupt(
        targets, torch.tensor([[5, 2, 0]]), 6, torch.full((1, 6, 3, 5), 8), 0.2, torch.Generator().manual_seed(2)
    )
    touched = (drawn.masked | drawn.wrong).any(1)[0]
    assert touched.sum(-1).tolist() == [5, 2, 0]
    assert (drawn.slots[0, :, 1, 2:] == MASK).all()
    assert (drawn.slots[0, :, 2] == MASK).all()
    assert not drawn.masked[0, :, 2].any()


def test_wrong_tokens_stand_in_slots_that_are_not_masked_and_are_asked_back():
    truth = torch.tensor([[[4, 5, 6, 3]]])
    wrong = torch.full((1, 30, 1, 4), 9)
    drawn = corrupt(truth, torch.tensor([[4]]), 30, wrong, 0.0, torch.Generator().manual_seed(4))
    assert drawn.wrong.any()
    assert (drawn.slots[drawn.wrong] == 9).all()
    assert (drawn.slots[drawn.masked] == MASK).all()
    logits = torch.full((int((drawn.masked | drawn.wrong).sum()), 10), 0.0)
    found = losses(logits, torch.zeros(1, 30, 1, 4), drawn, truth, torch.tensor([[4]]), torch.tensor([[4]]))
    assert found.wrong.item() == pytest.approx(drawn.wrong.sum().item() * math.log(10) / 30)


@pytest.mark.parametrize(
    ("hidden", "length"), [(3, 5), (0, 4), (9, 5), (5, 5)], ids=["shorter", "nothing hidden", "longer", "as long"]
)
def test_existence_is_asked_of_every_slot_of_the_canvas(hidden: int, length: int):
    size, levels = 6, 2
    existing = min(hidden, length)
    logits = torch.linspace(-3, 2, levels * size).view(1, levels, 1, size)
    truth = torch.full((1, 1, size), 4)
    noise = torch.Generator().manual_seed(0)
    drawn = corrupt(truth, torch.tensor([[existing]]), levels, right(1, levels, size), 0.0, noise)
    count = int((drawn.masked | drawn.wrong).sum())
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
    drawn = corrupt(
        truth, torch.tensor([[3, 0]]), 4, torch.full((1, 4, 2, 3), -1), 0.0, torch.Generator().manual_seed(0)
    )
    one = Corrupted(*(part[:, :, :1] for part in drawn))
    both, alone = (
        losses(torch.zeros(int(part.masked.sum()), 9), existence, part, targets, hidden, lengths)
        for existence, part, targets, hidden, lengths in (
            (noise, drawn, truth, torch.tensor([[3, -1]]), torch.tensor([[3, 1]])),
            (noise[:, :, :1], one, truth[:, :1], torch.tensor([[3]]), torch.tensor([[3]])),
        )
    )
    assert torch.equal(torch.stack(both), torch.stack(alone))
