"""Calibration: known worlds are recovered, and the measures say what they are defined to say."""

import json
import math
import shutil
from dataclasses import asdict

import numpy as np
import pytest

from lacuna.benchmarks.evaluation.calibration import (
    Answered,
    Tried,
    calibrated,
    expected_error,
    fit,
    perfect_error,
    read,
    report,
)
from lacuna.cli.exit_codes import ExitCode
from lacuna.export.artifact import embedded, load
from lacuna.model.denoiser import SCORE, Calibration

KINDS = ("return", "import")


def world(count: int, truth: Calibration, seed: int) -> list[Answered]:
    """Answers at places of two kinds that are right as often as a calibration says."""
    random = np.random.default_rng(seed)
    answers = []
    for n, score in enumerate(-random.exponential(3.0, count)):
        kind = KINDS[n % 2]
        known = {SCORE: float(score), kind: 1.0}
        is_right = bool(random.random() < truth.probability(known))
        answers.append(Answered(kind, (Tried(known, is_right),)))
    return answers


def of_score(score: float, *, is_right: bool) -> Answered:
    return Answered("return", (Tried({SCORE: score}, is_right),))


def only(answers: list[Answered]) -> list[Tried]:
    return [one for answer in answers for one in answer.tried]


ALIKE = Calibration(0.8, {SCORE: 0.6})
APART = Calibration(0.0, {SCORE: 0.6, "return": 1.5, "import": -1.0})


def test_fit_finds_the_calibration_of_a_known_world():
    answers = world(40_000, APART, seed=1)
    found = fit([a.evidence for a in only(answers)], np.array([float(a.is_right) for a in only(answers)]))
    assert found.weights[SCORE] == pytest.approx(0.6, abs=0.03)
    assert found.weights["return"] - found.weights["import"] == pytest.approx(2.5, abs=0.15)
    for score in (-1.0, -4.0):
        for kind in KINDS:
            known = {SCORE: score, kind: 1.0}
            assert found.probability(known) == pytest.approx(APART.probability(known), abs=0.03)


def rivals(count: int, seed: int) -> list[Answered]:
    """Places with two candidates, equally likely: the one that has something is right three times in four."""
    random = np.random.default_rng(seed)
    return [
        Answered("return", (Tried({SCORE: -1.0}, not is_first), Tried({SCORE: -1.0, "known": 1.0}, bool(is_first))))
        for is_first in random.random(count) < 0.75
    ]


def test_what_tells_candidates_apart_decides_which_is_best_and_its_confidence_is_true():
    found = calibrated(rivals(2000, seed=1))
    judged = report(rivals(2000, seed=1), rivals(2000, seed=2), precision=0.5, seed=0)
    assert all("known" in place.best(found).evidence for place in rivals(9, seed=2))
    assert judged.calibration == found
    assert judged.trust.right == pytest.approx(0.75, abs=0.03)
    assert judged.trust.confidence == pytest.approx(0.75, abs=0.03)


def test_an_unsound_candidate_counts_a_tenth():
    sound, unsound = Tried({SCORE: -2.0, "sound": 1.0}, is_right=False), Tried({SCORE: -0.1}, is_right=True)
    assert Answered("return", (unsound, sound)).best(Calibration(-3.0, {SCORE: 1.0})) == sound


def test_what_few_answers_have_counts_little():
    rare = [Answered("return", (Tried({SCORE: -1.0, "rare": 1.0}, is_right=True),))]
    answers = world(400, ALIKE, seed=1) + rare
    found = fit([a.evidence for a in only(answers)], np.array([float(a.is_right) for a in only(answers)]))
    assert 0 < found.weights["rare"] < 1


@pytest.mark.parametrize("broken", ["", "[]", '{"places": [{}]}', '{"places": [{"kind": 1}]}'])
def test_what_is_no_report_is_said_in_a_sentence(run, tmp_path, broken):
    (tmp_path / "a.json").write_text(broken)
    ended = run("eval", "calibration", tmp_path / "a.json", tmp_path / "a.json")
    assert (ended.code, ended.err.count("\n")) == (ExitCode.FILE, 1)
    assert "is no report of `lacuna eval places`" in ended.err


def test_the_command_calibrates_an_artifact(run, tmp_path):
    shutil.copytree(embedded(), tmp_path / "model")
    places = [
        {
            "kind": one.kind,
            "candidates": [
                {"evidence": {SCORE: -9.0}, "may_be_offered": False, "is_right": True},
                *({**asdict(tried), "may_be_offered": True} for tried in one.tried),
            ],
        }
        for one in world(60, APART, seed=1)
    ]
    (tmp_path / "a.json").write_text(json.dumps({"places": places}))
    assert read(tmp_path / "a.json") == world(60, APART, seed=1)
    options = ("--model", tmp_path / "model", "--json", tmp_path / "report.json")
    before = load(tmp_path / "model")
    ended = run("eval", "calibration", tmp_path / "a.json", tmp_path / "a.json", *options, "--write")
    assert ended.code == ExitCode.DONE
    assert b"AUROC" in ended.out
    report = json.loads((tmp_path / "report.json").read_text())
    after = load(tmp_path / "model")
    assert asdict(after.manifest.calibration) == report["calibration"]
    assert after.manifest.sampling.threshold == report["threshold"]
    assert after.files == before.files


@pytest.mark.parametrize(
    "right", [[0.0] * 6, [1.0] * 6, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]], ids=["none", "all", "a clean split"]
)
def test_fit_is_finite_where_likelihood_has_no_maximum(right: list[float]):
    found = fit([{SCORE: score} for score in (-0.1, -0.2, -0.3, -4.0, -5.0, -6.0)], np.array(right))
    assert math.isfinite(found.intercept)
    assert abs(found.weights[SCORE]) < 100


def test_a_calibrated_world_has_no_error_and_skill():
    found = report(world(4000, APART, seed=1), world(4000, APART, seed=2), precision=0.5, seed=0)
    assert found.trust.expected_error < 0.03 < found.expected_error_before
    assert found.brier_skill > 0.05
    assert found.trust.auroc > 0.6
    assert sum(one.answers for one in found.bins) == found.judged_on == found.trust.answers == 4000
    assert found.by_kind.keys() == set(KINDS)
    for of_kind in found.by_kind.values():
        assert of_kind.answers == 2000
        assert of_kind.expected_error < of_kind.perfect_error + 0.03


def test_the_curve_counts_what_would_be_shown():
    answers = [
        of_score(-0.1, is_right=True),
        Answered("return", ()),
        of_score(-9.0, is_right=False),
        of_score(-30.0, is_right=False),
    ] * 50
    found = report(answers, answers, precision=0.9, seed=0)
    assert (found.curve[0].coverage, found.curve[0].precision) == (0.75, pytest.approx(1 / 3))
    at = next(point for point in found.curve if point.threshold == found.threshold)
    assert (at.coverage, at.precision) == (0.25, 1.0)
    assert found.reached == at
    assert found.calibration.probability({SCORE: -30.0}) < 0.05


def test_confidence_that_says_nothing_has_half_the_area():
    answers = [of_score(-1.0, is_right=n % 2 == 0) for n in range(40)]
    found = report(answers, answers, precision=0.9, seed=0)
    assert found.trust.auroc == 0.5
    assert found.brier_skill == pytest.approx(0.0, abs=0.01)
    assert found.threshold == 0.95, "no threshold reaches it: show as little as can be"
    assert found.reached is None


def test_a_perfect_forecaster_has_the_error_that_chance_gives_so_many_answers():
    random = np.random.default_rng(3)
    confidence = random.random(57)
    drawn = [expected_error(confidence, (random.random(57) < confidence) * 1.0) for _ in range(2000)]
    assert perfect_error(confidence, seed=1, draws=2000) == pytest.approx(np.mean(drawn), abs=0.005)
    assert perfect_error(np.tile(confidence, 100), seed=1, draws=100) < 0.02
