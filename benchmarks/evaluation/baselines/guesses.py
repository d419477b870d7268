"""Answers of the baselines: scored by a weighted sum, filtered as Lacuna's are, tuned on held-out validation holes."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.metrics import is_exact

ROUNDS = 4
TRIED = 30
"""Most guesses that are tried until one may be offered."""
FACTORS = (0.0, 0.25, 0.5, 0.7, 0.85, 1.2, 1.5, 2.0, 4.0, -1.0)
"""Factors that a weight is multiplied with in search of a better one."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """Guesses for one hole, and their features: (guesses, features)."""

    texts: tuple[str, ...]
    features: NDArray[np.float64]


Weights = tuple[float, ...]
Gate = Callable[[Hole, str], bool]
"""Says whether a text may be offered in a hole: the same rule for every baseline."""


def ranked(guesses: Guesses, weights: Weights) -> list[str]:
    """Sort guesses, best first; of equals the one found first."""
    if not guesses.texts:
        return []
    order = np.argsort(-(guesses.features @ np.array(weights)), kind="stable")
    return [guesses.texts[place] for place in order[:TRIED]]


def offered(hole: Hole, guesses: Guesses, weights: Weights, gate: Gate, is_sound: Gate) -> str:
    """Choose the best guess that may be offered, a sound one if there is any; empty when none may."""
    first = ""
    for text in ranked(guesses, weights):
        if gate(hole, text):
            if is_sound(hole, text):
                return text
            first = first or text
    return first


def _truths_among(guesses: Guesses, hole: Hole) -> frozenset[str]:
    return frozenset(text for text in guesses.texts if is_exact(text, hole.truth))


@dataclass(frozen=True, slots=True)
class Tuned:
    weights: Weights
    exact: float
    """Share of the validation holes answered exactly."""


def tune(holes: Sequence[Hole], guesses: Sequence[Guesses], start: Weights, gate: Gate) -> Tuned:
    """Coordinate ascent on the exact match; among equals, on the truth's mean reciprocal rank. Deterministic."""
    # Where the truth was not guessed, no weights help. A guess is parsed once, and only if it ranks above the truth.
    answerable = [
        (truths, some, functools.cache(functools.partial(gate, hole)))
        for hole, some in zip(holes, guesses, strict=True)
        if (truths := _truths_among(some, hole))
    ]

    def score(weights: Weights) -> tuple[float, float]:
        first, reciprocal = 0, 0.0
        for truths, some, may in answerable:
            order = ranked(some, weights)
            place = next((n for n, text in enumerate(order) if text in truths and may(text)), None)
            if place is not None:
                rank = 1 + sum(may(text) for text in order[:place])
                first += rank == 1
                reciprocal += 1.0 / rank
        return first / len(holes), reciprocal / len(holes)

    weights, best = start, score(start)
    for _ in range(ROUNDS):
        before = best
        for place in range(len(weights)):
            for factor in FACTORS:
                tried = (*weights[:place], (weights[place] or start[place]) * factor, *weights[place + 1 :])
                if (found := score(tried)) > best:
                    weights, best = tried, found
        if best == before:
            break
    return Tuned(weights=weights, exact=best[0])
