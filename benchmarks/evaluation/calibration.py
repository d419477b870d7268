"""How far an answer's confidence can be trusted: logistic regression fitted on some places and judged on others."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cattrs
import numpy as np
from numpy.typing import NDArray

from lacuna.infill.evidence import SOUND
from lacuna.infill.ranking import UNSOUND
from lacuna.model.denoiser import SCORE, Calibration
from lacuna.syntax.errors import FileError

Floats = NDArray[np.float64]

BINS = 10
"""Bins of confidence, each of equally many answers."""
THRESHOLDS = tuple(round(0.05 * n, 2) for n in range(20))
RIDGE = 1.0
"""Penalty on the square of each weight but the log-probability's: what few answers have counts little."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate that may be offered: what its confidence rests on, and whether it is right."""

    evidence: Mapping[str, float]
    is_right: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """One place."""

    kind: str
    tried: tuple[Tried, ...]

    def best(self, calibration: Calibration) -> Tried:
        """The candidate that is offered at threshold 0; there is one."""
        return max(
            self.tried,
            key=lambda one: calibration.probability(one.evidence) * (1.0 if SOUND in one.evidence else UNSOUND),
        )


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
    """Share of all places."""
    precision: float
    """Share of what is shown that is right."""


@dataclass(frozen=True, slots=True)
class Trust:
    """How far confidence can be trusted, of answers that are offered at threshold 0."""

    answers: int
    confidence: float
    """Mean."""
    right: float
    """Share."""
    expected_error: float
    """Expected calibration error."""
    perfect_error: float
    """What a forecaster gets whose every confidence is true, on as many answers of the same confidence."""
    auroc: float


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    fitted_on: int
    judged_on: int
    calibration: Calibration
    trust: Trust
    """Of all answers judged on."""
    by_kind: dict[str, Trust]
    expected_error_before: float
    """Of the denoiser's own probability."""
    brier_skill: float
    """1 less the Brier score over that of always saying how many are right."""
    bins: tuple[Bin, ...]
    curve: tuple[Point, ...]
    threshold: float
    """The least at which what is shown is right as often as was asked for, on the places fitted on."""
    reached: Point | None
    """The most that can be shown of the places judged on and be right so often; None if that is nothing."""


def read(file: Path) -> list[Answered]:
    """The answers of a report of `lacuna eval places`; raise FileError if it is none."""
    try:
        places: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["places"]
        rows = [
            {
                "kind": place["kind"],
                "tried": [candidate for candidate in place["candidates"] if candidate["may_be_offered"]],
            }
            for place in places
        ]
        return cattrs.structure(rows, list[Answered])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, cattrs.BaseValidationError) as error:
        raise FileError(f"{file} is no report of `lacuna eval places`.") from error


def report(
    fitting: Sequence[Answered], judging: Sequence[Answered], *, precision: float, seed: int
) -> CalibrationReport:
    """Fit on some places, judge on others; `precision` is what the threshold must reach on those fitted on."""
    found = calibrated(fitting)
    offered = _offered(judging)
    best = _best(offered, found)
    right, confidence = _right(best), _confidence(best, found)
    curve = _curve(judging, found)
    enough = _reaching(_curve(fitting, found), precision)
    kinds = {
        kind: np.array([one.kind == kind for one in offered]) for kind in dict.fromkeys(one.kind for one in offered)
    }
    return CalibrationReport(
        fitted_on=len(fitting),
        judged_on=len(judging),
        calibration=found,
        trust=trust(confidence, right, seed=seed),
        by_kind={kind: trust(confidence[some], right[some], seed=seed) for kind, some in kinds.items()},
        expected_error_before=expected_error(np.exp([one.evidence[SCORE] for one in best]), right),
        brier_skill=1.0 - float(((confidence - right) ** 2).mean() / max(1e-12, right.mean() * (1 - right.mean()))),
        bins=tuple(_binned(confidence, right)),
        curve=curve,
        threshold=enough.threshold if enough else THRESHOLDS[-1],
        reached=_reaching(curve, precision),
    )


def calibrated(places: Sequence[Answered]) -> Calibration:
    """What is true of the best candidates: those that what is true of all candidates prefers."""
    places = _offered(places)
    tried = [one for place in places for one in place.tried]
    best = _best(places, fit([one.evidence for one in tried], _right(tried)))
    return fit([one.evidence for one in best], _right(best))


def fit(evidence: Sequence[Mapping[str, float]], right: Floats, steps: int = 50) -> Calibration:
    """Penalised maximum likelihood by Newton's method, with Platt's smoothed targets: a clean split has a solution."""
    # 1. Platt's targets, posterior means of a uniform prior: with 1 and 0, a clean split has its optimum at infinity.
    yes = right.sum()
    high, low = (yes + 1) / (yes + 2), 1 / (len(right) - yes + 2)
    target = np.where(right > 0, high, low)
    # 2. Newton's method on logit(p) = weights * evidence + intercept.
    names = sorted({name for known in evidence for name in known})
    rows = [[*(known.get(name, 0.0) for known in evidence)] for name in names]
    columns = np.array([*rows, [1.0] * len(evidence)])  # (names + 1, n)
    # The least penalty keeps the Hessian invertible where all scores are alike.
    penalty = np.array([*(1e-6 if name == SCORE else RIDGE for name in names), 1e-6])
    weights = np.array([*(float(name == SCORE) for name in names), 0.0])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-weights @ columns))
        gradient = columns @ (p - target) + penalty * weights
        curvature = (columns * (p * (1 - p))) @ columns.T + np.diag(penalty)
        change = np.linalg.solve(curvature, gradient)
        # No weight moves by more than 2 at once: far from the optimum p saturates, and a whole step would overshoot.
        weights -= change * min(1.0, 2.0 / max(1e-9, float(np.abs(change).max())))
        if np.abs(change).max() < 1e-9:
            break
    return Calibration(float(weights[-1]), dict(zip(names, weights[:-1].tolist(), strict=True)))


def trust(confidence: Floats, right: Floats, *, seed: int) -> Trust:
    if not len(right):
        return Trust(0, math.nan, math.nan, math.nan, math.nan, math.nan)
    return Trust(
        len(right),
        float(confidence.mean()),
        float(right.mean()),
        expected_error(confidence, right),
        perfect_error(confidence, seed=seed),
        auroc(confidence, right),
    )


def _offered(places: Sequence[Answered]) -> list[Answered]:
    return [place for place in places if place.tried]


def _best(places: Sequence[Answered], calibration: Calibration) -> list[Tried]:
    return [place.best(calibration) for place in places]


def _right(tried: Sequence[Tried]) -> Floats:
    return np.array([one.is_right for one in tried], np.float64)


def _confidence(tried: Sequence[Tried], calibration: Calibration) -> Floats:
    return np.array([calibration.probability(one.evidence) for one in tried])


def _curve(answers: Sequence[Answered], calibration: Calibration) -> tuple[Point, ...]:
    best = _best(_offered(answers), calibration)
    confidence, right = _confidence(best, calibration), _right(best)
    points = []
    for threshold in THRESHOLDS:
        shown = right[confidence >= threshold]
        points.append(Point(threshold, len(shown) / len(answers), float(shown.mean()) if len(shown) else 1.0))
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
