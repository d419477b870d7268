"""How likely the true text of a hole is: every token, and the end, where the canvas holds one."""

import math

import numpy as np
import pytest

from lacuna.benchmarks.evaluation import likelihood
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.export.artifact import embedded
from lacuna.export.chunked.engine import Engine
from lacuna.model.denoiser import Prediction, Sampling, Scene
from lacuna.syntax.spans import Span

TEXT = "def total(items):\n    result = sum(items)\n    return {}\n"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(embedded(), threads=1)


def hole(returned: str) -> Hole:
    text = TEXT.format(returned)
    at = text.index("return") + len("return")
    return Hole("p", "p.py", text, Span(at, text.index("\n", at)))


class Saying:
    """Looks as the engine does; is `e` times as sure of one token as of any other, and of a slot as 3 to 1."""

    def __init__(self, engine: Engine, token: int) -> None:
        self.sampling, self._engine, self._token = engine.sampling, engine, token

    def look(self, scene: Scene, sampling: Sampling) -> "Saying":
        seen = self._engine.look(scene, sampling)
        self.head, self.vocabulary, self.encode = seen.head, seen.vocabulary, seen.encode
        return self

    def continued(self, slots: np.ndarray, lengths: np.ndarray) -> Prediction:
        assert (lengths == self.sampling.canvas).all()
        logits = np.zeros((*slots.shape, len(self.vocabulary.spellings)), np.float32)
        logits[..., self._token] = 1.0
        return Prediction(logits, np.full(slots.shape, math.log(3), np.float32))


def each_token(engine: Engine) -> float:
    return math.log(math.e + engine.vocabulary.is_text.sum() - 1)


@pytest.mark.parametrize("is_said", [True, False])
def test_every_token_and_the_end_count(engine: Engine, *, is_said: bool):
    truth = engine.tokenizer.encode_text("return result")
    said = truth[-1] if is_said else engine.tokenizer.newline
    asked = hole("result")
    hidden = engine.tokenizer.encode_text("return" + asked.truth)  # healing hides the word before the cursor, too
    expected = len(hidden) * (each_token(engine) - math.log(3 / 4)) - hidden.count(said) - math.log(1 / 4)
    assert likelihood.nats(Saying(engine, said), asked) == pytest.approx(expected, rel=1e-5)


def test_a_text_longer_than_a_canvas_counts_as_far_as_it_goes(engine: Engine):
    asked = hole(" + ".join(["result"] * 40))
    each = each_token(engine) - math.log(3 / 4)
    never = engine.tokenizer.newline
    assert likelihood.nats(Saying(engine, never), asked) == pytest.approx(engine.sampling.canvas * each, rel=1e-5)


def test_what_the_embedded_denoiser_expects_costs_less(engine: Engine):
    likely, unlikely = (likelihood.nats(engine, hole(name)) for name in ("result", "quotient"))
    assert 0 < likely < unlikely
