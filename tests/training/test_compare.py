"""The arms of the recipe's comparison: each learns within its budget and is judged by a number."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from lacuna.benchmarks.recipes import compare, whole
from lacuna.model.training.text import Documents


@pytest.fixture
def setting(recipe, texts, tokenizer):
    tokens = [token for text in texts for token in tokenizer.encode_text(text)]
    documents = Documents(texts, np.array(tokens, np.uint16))
    judged = compare.questions(texts, tokenizer, recipe, 2)
    return compare.Setting(recipe, documents, tokenizer, judged, causal_steps=1, flops=3e7)


@pytest.mark.slow
@pytest.mark.parametrize("arm", compare.ARMS, ids=lambda arm: arm.name)
def test_every_arm_learns_within_its_budget_and_is_judged(setting, arm, monkeypatch):
    monkeypatch.setattr(whole, "WINDOW", 4)  # of rows of two lengths, the shorter one's padding sees nothing
    first, spent = compare.causal_phase(setting)
    *_, (done, nats) = compare.train(arm, setting, first, spent)
    assert done >= setting.flops + spent
    assert math.isfinite(nats)
    assert 0 < nats < 100


def test_what_tells_the_truth_is_judged_better_than_what_does_not(setting):
    """A judge's nats fall when the network is taught the very holes it is judged on."""
    arm = compare.ARMS[0]
    torch.manual_seed(0)
    taught = replace(setting, flops=2e9)
    first, spent = compare.causal_phase(taught)
    curve = [nats for _, nats in compare.train(arm, taught, first, spent)]
    assert curve[-1] < curve[0]
