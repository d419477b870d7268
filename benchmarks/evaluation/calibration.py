"""How far an answer's confidence can be trusted: Platt scaling fitted on some files and judged on others."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from lacuna.benchmarks.evaluation import metrics
from lacuna.benchmarks.evaluation.filling import Filled
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.model.denoiser import Calibration

Floats = NDArray[np.float64]

BINS = 10
"""Bins of confidence, each of equally many answers."""
LOWEST = -60.0
"""Lower log-probabilities count as this one: what is less likely is as wrong."""
THRESHOLDS = tuple(round(0.05 * n, 2) for n in range(20))


@dataclass(frozen=True, slots=True)
class Answered:
    """The best candidate of one hole: whether it was offered, its log-probability, whether it is right."""

    file: str
    score: float
    is_offered: bool
    is_right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    answers: int
    confidence: float
    """Mean."""
    right: float
    """Share."""


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold would show."""

    threshold: float
    coverage: float
    """Share of all holes."""
    precision: float
    """Share of what is shown that is right."""


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    fitted_on: int
    judged_on: int
    calibration: Calibration
    right: float
    """Share of the holes judged on."""
    expected_error: float
    """Expected calibration error."""
    expected_error_before: float
    """The same of the denoiser's own probability."""
    brier_skill: float
    """1 less the Brier score over that of always saying `right`."""
    auroc: float
    bins: tuple[Bin, ...]
    curve: tuple[Point, ...]
    threshold: float
    """The least at which what is shown is right as often as was asked for, on the answers fitted on."""
    reached: Point | None
    """The most that can be shown of the answers judged on and be right so often; None if that is nothing."""


def judged(hole: Hole, filled: Filled) -> Answered:
    """What a model that is not calibrated says of its best candidate."""
    is_right = metrics.is_exact(filled.text, hole.truth)
    score = math.log(filled.confidence) if filled.confidence else -math.inf
    return Answered(hole.file, score, is_offered=bool(filled.text), is_right=is_right)


def report(fitting: Sequence[Answered], judging: Sequence[Answered], *, precision: float) -> CalibrationReport:
    """Fit on some answers, judge on others, of other files; `precision` is what the threshold must reach on the fit."""
    found = fit(*_columns(fitting))
    scores, right = _columns(judging)
    confidence = np.array([found.probability(score) for score in scores])
    curve = _curve(judging, found)
    enough = _reaching(_curve(fitting, found), precision)
    return CalibrationReport(
        fitted_on=len(fitting),
        judged_on=len(judging),
        calibration=found,
        right=float(right.mean()),
        expected_error=expected_error(confidence, right),
        expected_error_before=expected_error(np.exp(scores), right),
        brier_skill=1.0 - float(((confidence - right) ** 2).mean() / max(1e-12, right.mean() * (1 - right.mean()))),
        auroc=auroc(confidence, right),
        bins=tuple(_binned(confidence, right)),
        curve=curve,
        threshold=enough.threshold if enough else THRESHOLDS[-1],
        reached=_reaching(curve, precision),
    )


def fit(scores: Floats, right: Floats, steps: int = 50) -> Calibration:
    """Maximum likelihood by Newton's method, with Platt's smoothed targets, so that a clean split has a solution."""
    # 1. Platt's targets, posterior means of a uniform prior: with 1 and 0, a clean split has its optimum at infinity.
    yes = right.sum()
    high, low = (yes + 1) / (yes + 2), 1 / (len(right) - yes + 2)
    target = np.where(right > 0, high, low)
    # 2. Newton's method on logit(p) = slope * score + intercept.
    columns = np.stack([scores, np.ones_like(scores)])  # (2, n)
    weights = np.array([1.0, 0.0])  # slope, intercept
    for _ in range(steps):
        p = 1 / (1 + np.exp(-weights @ columns))
        gradient = columns @ (p - target)  # (2,)
        # The Hessian; a little on its diagonal keeps it invertible where all scores are alike.
        curvature = (columns * (p * (1 - p))) @ columns.T + 1e-6 * np.eye(2)  # (2, 2)
        change = np.linalg.solve(curvature, gradient)
        # No weight moves by more than 2 at once: far from the optimum p saturates, and a whole step would overshoot.
        weights -= change * min(1.0, 2.0 / max(1e-9, float(np.abs(change).max())))
        if np.abs(change).max() < 1e-9:
            break
    return Calibration(float(weights[0]), float(weights[1]))


def _columns(answers: Sequence[Answered]) -> tuple[Floats, Floats]:
    scores = np.maximum(LOWEST, np.array([answer.score for answer in answers], np.float64))
    return scores, np.array([answer.is_right for answer in answers], np.float64)


def _curve(answers: Sequence[Answered], calibration: Calibration) -> tuple[Point, ...]:
    points = []
    for threshold in THRESHOLDS:
        shown = [
            answer.is_right
            for answer in answers
            if answer.is_offered and calibration.probability(max(LOWEST, answer.score)) >= threshold
        ]
        points.append(Point(threshold, len(shown) / len(answers), sum(shown) / len(shown) if shown else 1.0))
    return tuple(points)


def _reaching(curve: Sequence[Point], precision: float) -> Point | None:
    """The point of the least threshold that shows something and is precise enough."""
    return next((point for point in curve if point.coverage and point.precision >= precision), None)


def _binned(confidence: Floats, right: Floats) -> list[Bin]:
    order = np.argsort(confidence, kind="stable")  # stable: ties are binned in the answers' order, the same every time
    return [
        Bin(len(part), float(confidence[part].mean()), float(right[part].mean()))
        for part in np.array_split(order, BINS)
        if len(part)
    ]


def expected_error(confidence: Floats, right: Floats) -> float:
    """Expected calibration error."""
    bins = _binned(confidence, right)
    return sum(one.answers * abs(one.confidence - one.right) for one in bins) / len(right)


def perfect_error(confidence: Floats, *, seed: int, draws: int = 1000) -> float:
    """The expected error of a forecaster whose every confidence is true: with so few answers it is not 0."""
    ordered = np.sort(confidence)
    sizes = [len(part) for part in np.array_split(ordered, BINS) if len(part)]
    starts = np.cumsum([0, *sizes[:-1]])
    right = np.random.default_rng(seed).random((draws, len(ordered))) < ordered  # (draws, n)
    # A bin's share of the error is the sum of its confidences less that of its outcomes.
    return float(np.abs(np.add.reduceat(ordered - right, starts, axis=1)).sum(axis=1).mean() / len(ordered))


def auroc(confidence: Floats, right: Floats) -> float:
    """Probability that a right answer has more confidence than a wrong one; ties count half."""
    yes, no = confidence[right > 0], confidence[right == 0]
    if not len(yes) or not len(no):
        return math.nan
    above = (yes[:, None] > no).sum() + 0.5 * (yes[:, None] == no).sum()  # every right answer against every wrong one
    return float(above / (len(yes) * len(no)))


def to_json(found: CalibrationReport) -> str:
    return json.dumps(asdict(found), indent=2) + "\n"
