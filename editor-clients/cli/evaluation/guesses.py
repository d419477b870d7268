"""Answers of the baselines: scored by a weighted sum, filtered as Lacuna's are, tuned on held-out validation holes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lacuna.cli.evaluation.holes import Hole
from lacuna.cli.evaluation.metrics import is_exact

ROUNDS = 4
TRIED = 200
"""Guesses looked at for one that may be offered."""
FACTORS = (0.0, 0.25, 0.5, 0.7, 0.85, 1.2, 1.5, 2.0, 4.0, -1.0)
"""What a weight is multiplied with in search of a better one."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """What could stand in one hole, and what is known about each: (guesses, features)."""

    texts: tuple[str, ...]
    features: NDArray[np.float64]


Weights = tuple[float, ...]
Gate = Callable[[Hole, str], bool]
"""May this be offered? The same rule for all that answer."""


def ranked(guesses: Guesses, weights: Weights) -> list[str]:
    """Best first; what comes first of equals was found first."""
    if not guesses.texts:
        return []
    order = np.argsort(-(guesses.features @ np.array(weights)), kind="stable")
    return [guesses.texts[place] for place in order[:TRIED]]


def offered(hole: Hole, guesses: Guesses, weights: Weights, gate: Gate) -> str:
    """The best guess that may be offered; nothing when none may."""
    return next((text for text in ranked(guesses, weights) if gate(hole, text)), "")


@dataclass(frozen=True, slots=True)
class Tuned:
    weights: Weights
    exact: float
    """Share of the validation holes answered exactly."""


def tune(holes: Sequence[Hole], guesses: Sequence[Guesses], start: Weights, gate: Gate) -> Tuned:
    """Coordinate ascent on the exact match; among equals, on the truth's mean reciprocal rank. Deterministic."""
    # A guess is parsed once, however often it is ranked.
    allowed = [cache(lambda text, hole=hole: gate(hole, text)) for hole in holes]

    def score(weights: Weights) -> tuple[float, float]:
        reciprocal = []
        for hole, some, may in zip(holes, guesses, allowed, strict=True):
            standing = (text for text in ranked(some, weights) if may(text))
            rank = next((n for n, text in enumerate(standing, 1) if is_exact(text, hole.truth)), None)
            reciprocal.append(1.0 / rank if rank else 0.0)
        return sum(value == 1.0 for value in reciprocal) / len(holes), sum(reciprocal) / len(holes)

    weights, best = start, score(start)
    for _ in range(ROUNDS):
        before = best
        for place in range(len(weights)):
            for factor in FACTORS:
                tried = tuple(w * factor if n == place else w for n, w in enumerate(weights))
                if (found := score(tried)) > best:
                    weights, best = tried, found
        if best == before:
            break
    return Tuned(weights=weights, exact=best[0])
