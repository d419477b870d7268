"""The arms of the recipe's comparison: each learns within its budget and is judged by numbers."""

import math
from dataclasses import replace

import pytest
import torch

from lacuna.benchmarks.recipes import compare


@pytest.fixture
def setting(recipe, documents, tokenizer):
    return compare.Setting(recipe, documents, documents, tokenizer, judged=2, causal_steps=1, flops=3e7)


@pytest.mark.slow
@pytest.mark.parametrize("arm", compare.ARMS, ids=lambda arm: arm.name)
def test_every_arm_learns_within_its_budget_and_is_judged(setting, arm):
    first, spent = compare.causal_phase(setting)
    *_, (done, figures) = compare.train(arm, setting, first, spent)
    assert done >= setting.flops + spent
    assert figures.keys() == {*compare.SETTINGS, compare.LOCATED}
    assert all(math.isfinite(figure) and 0 <= figure < 100 for figure in figures.values())


def test_what_tells_the_truth_is_judged_better_than_what_does_not(setting):
    """The figures fall when the network is taught the very files that it is judged on."""
    torch.manual_seed(0)
    taught = replace(setting, flops=2e9)
    first, spent = compare.causal_phase(taught)
    curve = [figures for _, figures in compare.train(compare.ARMS[0], taught, first, spent)]
    assert curve[-1]["typing"] < curve[0]["typing"]
