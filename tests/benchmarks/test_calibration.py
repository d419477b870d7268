"""Calibration: known worlds are recovered, and the measures say what they are defined to say."""

import bisect
import json
import math
import reprlib
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from lacuna.benchmarks.evaluation.calibration import LOWEST, Answered, expected_error, fit, perfect_error, report
from lacuna.cli.exit_codes import ExitCode
from lacuna.export.artifact import embedded, load
from lacuna.model.denoiser import Calibration


def world(count: int, slope: float, intercept: float, seed: int) -> list[Answered]:
    """Answers that are right as often as a calibration says."""
    random = np.random.default_rng(seed)
    truth = Calibration(slope, intercept)
    scores = -random.exponential(3.0, count)
    return [
        Answered(f"{n}", s, is_offered=True, is_right=random.random() < truth.probability(s))
        for n, s in enumerate(scores)
    ]


def test_fit_finds_the_calibration_of_a_known_world():
    answers = world(40_000, 0.6, 0.8, seed=1)
    found = fit(np.array([a.score for a in answers]), np.array([float(a.is_right) for a in answers]))
    assert found.slope == pytest.approx(0.6, abs=0.03)
    assert found.intercept == pytest.approx(0.8, abs=0.05)


@pytest.mark.slow
def test_the_command_calibrates_an_artifact(run, tmp_path):
    shutil.copytree(embedded(), tmp_path / "model")
    for role, name in (("validation", bisect), ("test", reprlib)):
        row = {"package": role, "path": "a.py", "text": Path(name.__file__).read_text()}
        (tmp_path / f"{role}.jsonl").write_text(json.dumps(row) + "\n")
    options = ("--model", tmp_path / "model", "--count", 10, "--json", tmp_path / "report.json", "--threads", 1)
    before = load(tmp_path / "model")
    ended = run("eval", "calibration", tmp_path, *options, "--write")
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
    found = fit(np.array([-0.1, -0.2, -0.3, -4.0, -5.0, -6.0]), np.array(right))
    assert math.isfinite(found.slope)
    assert math.isfinite(found.intercept)
    assert abs(found.slope) < 100


def test_a_calibrated_world_has_no_error_and_skill():
    found = report(world(4000, 0.6, 0.8, seed=1), world(4000, 0.6, 0.8, seed=2), precision=0.5)
    assert found.expected_error < 0.03 < found.expected_error_before
    assert found.brier_skill > 0.05
    assert found.auroc > 0.6
    assert sum(one.answers for one in found.bins) == found.judged_on == 4000


def test_the_curve_counts_what_would_be_shown():
    answers = [
        Answered("a", -0.1, is_offered=True, is_right=True),
        Answered("b", -0.2, is_offered=False, is_right=False),
        Answered("c", -9.0, is_offered=True, is_right=False),
        Answered("d", -90.0, is_offered=True, is_right=False),
    ] * 50
    found = report(answers, answers, precision=0.9)
    assert (found.curve[0].coverage, found.curve[0].precision) == (0.75, pytest.approx(1 / 3))
    at = next(point for point in found.curve if point.threshold == found.threshold)
    assert (at.coverage, at.precision) == (0.25, 1.0)
    assert found.reached == at
    assert found.calibration.probability(LOWEST) < 0.05


def test_confidence_that_says_nothing_has_half_the_area():
    answers = [Answered("a", -1.0, is_offered=True, is_right=n % 2 == 0) for n in range(40)]
    found = report(answers, answers, precision=0.9)
    assert found.auroc == 0.5
    assert found.brier_skill == pytest.approx(0.0, abs=0.01)
    assert found.threshold == 0.95, "no threshold reaches it: show as little as can be"
    assert found.reached is None


def test_a_perfect_forecaster_has_the_error_that_chance_gives_so_many_answers():
    random = np.random.default_rng(3)
    confidence = random.random(57)
    drawn = [expected_error(confidence, (random.random(57) < confidence) * 1.0) for _ in range(2000)]
    assert perfect_error(confidence, seed=1, draws=2000) == pytest.approx(np.mean(drawn), abs=0.005)
    assert perfect_error(np.tile(confidence, 100), seed=1, draws=100) < 0.02
