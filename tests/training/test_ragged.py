"""Without padding, the network says what it says with it."""

import shutil
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training import infilling, recipe
from lacuna.model.training.infilling import Drawn
from lacuna.model.training.network import Denoiser
from lacuna.model.training.text import Documents

pytestmark = pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler is here")

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def wide() -> Denoiser:
    """A small network with heads of 64, all of it drawn."""
    torch.manual_seed(3)
    dims = replace(recipe.read("small").network, width=128, heads=2, key_heads=1, layers=3, hidden=96)
    network = Denoiser(dims)
    for name, parameter in network.named_parameters():
        if not parameter.abs().max():
            torch.nn.init.normal_(parameter, std=0.05 if "norm" not in name else 1.0)
    return network


@pytest.mark.parametrize("levels", [0, 2])
def test_losses_and_gradients_are_those_of_padded_rows(
    wide: Denoiser, documents: Documents, tokenizer: Tokenizer, levels: int
) -> None:
    phase = replace(recipe.read("small").infill, levels=levels, noisy=1.0, context=12, micro=12, edited=0.5)
    chosen = replace(recipe.read("small"), network=wide.dims, infill=phase, vocabulary=tokenizer.size)
    (drawn, *_) = infilling.draw(chosen, documents, tokenizer, 1)
    padded = told(wide, drawn)
    wide.is_ragged = True
    ragged = told(wide, drawn)
    wide.is_ragged = False
    assert ragged[0] == pytest.approx(padded[0], rel=2e-3)
    for name, gradient in padded[1].items():
        if gradient.norm() > 1e-4 * max(other.norm() for other in padded[1].values()):
            likeness = torch.cosine_similarity(gradient.flatten(), ragged[1][name].flatten(), dim=0)
            assert likeness > 0.98, name


def told(network: Denoiser, drawn: Drawn) -> tuple[float, dict[str, Tensor]]:
    """The loss, and the gradients of what has one."""
    network.zero_grad()
    part = drawn.part(network, CPU)
    part.loss.backward()
    gradients = {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}
    return part.loss.item(), gradients
