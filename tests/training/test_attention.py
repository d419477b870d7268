"""The kernel's attention and its gradients, against the formulas written out in float64."""

import math
import shutil
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from lacuna.model.training import attention
from lacuna.model.training.attention import NO_PARAMETERS, Keys, Queries, attend
from lacuna.syntax.errors import ModelError

pytestmark = pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler is here")

HEADS, KEY_HEADS, WIDTH = 4, 2, 64
OWN = 2


class Given(NamedTuple):
    left: Tensor
    right: Tensor
    keys: Tensor
    values: Tensor
    own_keys: Tensor
    own_values: Tensor
    parameters: Tensor


CANVASES = torch.tensor(
    [
        # first, slots, is ordered, context, tokens, hole
        [0, 5, 1, 0, 70, 40],
        [5, 1, 0, 0, 70, 0],
        [6, 33, 0, 0, 70, 69],
        [39, 18, 1, 70, 31, 7],
        [57, 9, 0, 101, 0, 0],
        [66, 40, 1, 101, 0, 0],
    ]
)


@pytest.fixture
def given() -> Given:
    """Drawn numbers that bfloat16 can hold."""
    generator = torch.Generator().manual_seed(1)

    def drawn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator).bfloat16()

    slots, tokens = 106, 101
    parameters = drawn(8, HEADS).float() / 4
    parameters[6] = parameters[6].abs() + 0.1
    rows = [drawn(slots, HEADS, WIDTH) / 4 for _ in range(2)]
    context, own = ([drawn(n, KEY_HEADS, WIDTH) for _ in range(2)] for n in (tokens, slots))
    return Given(*rows, *context, *own, parameters)


def expected(given: Given, window: int, *, is_global: bool) -> Tensor:
    """What `attend` says it computes, a slot and a head at a time."""
    out = []
    for first, slots, is_ordered, context, tokens, hole in CANVASES.tolist():
        for i in range(slots):
            for head in range(HEADS):
                k = head // (HEADS // KEY_HEADS)
                seen = [m for m in range(tokens) if m != hole and (not window or abs(m - hole) <= window)]
                own = [j for j in range(slots) if j <= i or not is_ordered]
                rows = [context + m for m in seen], [first + j for j in own]
                keys = torch.cat([given.keys[rows[0], k], given.own_keys[rows[1], k]])
                values = torch.cat([given.values[rows[0], k], given.own_values[rows[1], k]])
                left, right = given.left[first + i, head], given.right[first + i, head]
                is_right = torch.tensor([m > hole for m in seen] + [False] * len(own))
                if is_global:
                    bias, slope, scale, null = given.parameters.split([3, 3, 1, 1])
                    relation = [int(m > hole) for m in seen] + [OWN] * len(own)
                    distance = torch.tensor([abs(m - hole) for m in seen] + [abs(i - j) for j in own]).double()
                    growth = math.log(max(0, tokens - 1) + len(own) + 2)
                    added = bias[relation, head] + slope[relation, head] * torch.log1p(distance)
                    scores = keys @ left * scale[0, head] * growth + added
                    weights = torch.cat([scores, null[0, head : head + 1]]).softmax(0)[:-1]
                else:
                    weights = (torch.where(is_right, keys @ right, keys @ left) / math.sqrt(WIDTH)).softmax(0)
                out.append(weights @ values)
    return torch.stack(out).unflatten(0, (-1, HEADS))


@pytest.mark.parametrize(("window", "is_global"), [(16, False), (0, False), (0, True)], ids=["near", "far", "global"])
def test_attention_and_its_gradients_are_those_of_the_formulas(given: Given, window: int, *, is_global: bool) -> None:
    exact = Given(*(x.double().requires_grad_() for x in given))
    rounded = Given(*(x.clone().requires_grad_() for x in given))
    right = None if is_global else rounded.right
    parameters = rounded.parameters if is_global else NO_PARAMETERS
    found = attend(
        Queries(rounded.left, right),
        Keys(rounded.own_keys, rounded.own_values),
        Keys(rounded.keys, rounded.values),
        CANVASES,
        window,
        OWN,
        parameters,
    )
    wanted = expected(exact, window, is_global=is_global)
    torch.testing.assert_close(found.double(), wanted, rtol=0.02, atol=0.02)
    towards = torch.randn(wanted.shape, generator=torch.Generator().manual_seed(2)).bfloat16()
    (found * towards).sum().backward()
    (wanted * towards.double()).sum().backward()
    unused = {"right"} if is_global else {"parameters"}
    for name in set(Given._fields) - unused:
        one, other = getattr(rounded, name).grad.double(), getattr(exact, name).grad
        assert (one - other).norm() < 0.02 * other.norm(), name


def test_alone_a_canvas_needs_no_context(given: Given) -> None:
    own = Keys(given.own_keys, given.own_values)
    together = attend(Queries(given.left), own, None, CANVASES[4:], 0, OWN, NO_PARAMETERS)
    beside = attend(Queries(given.left), own, Keys(given.keys, given.values), CANVASES, 0, OWN, NO_PARAMETERS)
    assert torch.equal(together[57:], beside[57:])


def test_heads_of_no_width_that_tiles_hold_are_told() -> None:
    thin = torch.zeros(1, 1, 16)
    with pytest.raises(ValueError, match="heads must be a multiple of 32 wide"):
        attend(Queries(thin), Keys(thin, thin), None, torch.tensor([[0, 1, 0, 0, 0, 0]]), 0, OWN, NO_PARAMETERS)


@pytest.mark.parametrize("compiler", [("no-such-compiler",), ("c++", "-no-such-option")], ids=["none", "refuses"])
def test_what_cannot_be_compiled_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch, compiler: tuple[str, ...]) -> None:
    monkeypatch.setattr(attention, "COMPILER", compiler)
    with pytest.raises(
        ModelError, match=r"^attention\.cpp cannot be compiled, so train without --compile: .+$"
    ) as told:
        attention.kernel.__wrapped__()
    assert "\n" not in str(told.value)
