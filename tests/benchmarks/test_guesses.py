"""Ranking, filtering and tuning of guesses."""

import numpy as np

from lacuna.benchmarks.evaluation.baselines.guesses import Guesses, offered, ranked, tune
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.syntax.spans import Span


def guesses_of(**features):
    return Guesses(tuple(features), np.array(list(features.values()), dtype=float).reshape(len(features), 2))


def hole_of(truth):
    return Hole("p", "f.py", truth, Span(0, len(truth)))


def always(_hole, _text):
    return True


def never(_hole, _text):
    return False


def test_the_best_that_may_be_offered_is():
    some = guesses_of(worst=(0, 0), broken=(3, 0), good=(2, 0), fair=(1, 0))
    assert ranked(some, (1.0, 0.0)) == ["broken", "good", "fair", "worst"]
    assert offered(hole_of("x"), some, (1.0, 0.0), lambda _hole, text: text != "broken", always) == "good"
    assert offered(hole_of("x"), some, (1.0, 0.0), never, always) == ""


def test_a_sound_guess_is_offered_before_a_better_one():
    some = Guesses(("open", "closed", "other"), np.array([[3.0], [2.0], [1.0]]))
    assert offered(hole_of("x"), some, (1.0,), always, lambda _hole, text: text == "closed") == "closed"
    assert offered(hole_of("x"), some, (1.0,), always, never) == "open"


def test_tuning_finds_the_feature_that_tells_right_from_wrong():
    generator = np.random.default_rng(0)
    holes = [hole_of("right")] * 40
    some = [guesses_of(wrong=(generator.random() * 9, 0), right=(generator.random() * 9, 1)) for _ in holes]
    tuned = tune(holes, some, (1.0, 0.1), lambda _hole, _text: True)
    before = np.mean([ranked(one, (1.0, 0.1))[0] == "right" for one in some])
    assert before < 0.8
    assert tuned.exact == 1.0
    assert tuned.exact == np.mean([ranked(one, tuned.weights)[0] == "right" for one in some])


def test_tuning_judges_by_what_passes_the_gate():
    tuned = tune([hole_of("a")], [guesses_of(b=(9, 0), a=(1, 0))], (1.0, 1.0), lambda _hole, text: text != "b")
    assert tuned.exact == 1.0
    assert tuned.weights == (1.0, 1.0)
