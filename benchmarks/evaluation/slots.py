"""Slot accuracy: how many masked slots of a canvas of the true length the denoiser gets right in one prediction."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from lacuna.benchmarks.evaluation import holes as drawing
from lacuna.benchmarks.evaluation import likelihood, metrics
from lacuna.benchmarks.evaluation.holes import Hole
from lacuna.benchmarks.evaluation.metrics import Estimate
from lacuna.export.engine import Engine
from lacuna.model.tokenizer import MASK, SPECIAL

SHARES = (0.15, 0.5, 1.0)
"""Of the slots that are masked; at least one is."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One hole at each of SHARES."""

    masked: tuple[int, ...]
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    role: str
    holes: int
    digest: str
    seed: int
    slots: dict[str, int]
    """Masked ones, by share."""
    accuracy: dict[str, Estimate]
    """By share; intervals drawn by hole."""
    left_out: int
    """Holes that no canvas of the model holds."""
    model: str


def count(engine: Engine, hole: Hole, random: np.random.Generator) -> Counted | None:
    """Hide a hole's text, give back some of its tokens and ask for the rest; None if the canvas is too small for it."""
    seen, truth = likelihood.read(engine, hole)
    if not 1 <= len(truth) <= engine.manifest.defaults.canvas:
        return None
    order = random.permutation(len(truth))
    is_masked = np.stack([order < max(1, round(share * len(truth))) for share in SHARES])  # (B, N)
    slots = np.where(is_masked, MASK, truth)[:, None]  # (B, 1, N)
    logits = engine.denoise(seen, slots, np.full((len(SHARES), 1), len(truth))).logits[:, 0]  # (B, N, V)
    logits[..., :SPECIAL] = -np.inf
    is_right = (logits.argmax(-1) == truth) & is_masked
    return Counted(tuple(is_masked.sum(1).tolist()), tuple(is_right.sum(1).tolist()))


def report(asked: Sequence[Hole], found: Iterable[Counted | None], *, role: str, seed: int, model: str) -> Report:
    counted = [one for one in found if one]
    slots, accuracy = {}, {}
    for n, share in enumerate(SHARES):
        name = f"{share:.0%}"
        slots[name] = sum(one.masked[n] for one in counted)
        pairs = [(one.masked[n], one.right[n], hole) for hole, one in enumerate(counted)]
        rows = [(float(at < right), hole) for masked, right, hole in pairs for at in range(masked)]
        accuracy[name] = metrics.mean_over([right for right, _ in rows], [hole for _, hole in rows], seed=seed)
    left_out = len(asked) - len(counted)
    return Report(role, len(counted), drawing.digest(asked), seed, slots, accuracy, left_out, model)


def to_json(found: Report) -> str:
    return json.dumps(asdict(found), indent=2) + "\n"
