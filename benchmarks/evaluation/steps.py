"""Quality against steps: one model under many sampler settings, all asked the same, and the curves of that."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from lacuna.benchmarks.evaluation import compared
from lacuna.benchmarks.evaluation import holes as drawing
from lacuna.benchmarks.evaluation.compared import Asked, Figures
from lacuna.benchmarks.evaluation.metrics import Paired

Settings = tuple[tuple[str, str], ...]

WIDTHS = (1, 2, 4, 8)
THRESHOLDS = (0.5, 0.7, 0.9, 0.98)
LENGTHS = (1, 3, 8)


def grid() -> dict[str, dict[str, Settings]]:
    """Families of settings, each a curve: what its points are called, and the sampler defaults that make them."""
    return {
        "in order": {f"width {width}": _settings("in-order", width) for width in WIDTHS},
        "beam": {f"width {width}": _settings("beam", width) for width in WIDTHS},
        **{
            f"confidence, {_lengths(lengths)}": {
                f"threshold {threshold}": (*_settings("confidence", lengths), ("confidence", str(threshold)))
                for threshold in THRESHOLDS
            }
            for lengths in LENGTHS
        },
        "left to right": {_lengths(lengths): _settings("left-to-right", lengths) for lengths in LENGTHS},
    }


def _settings(policy: str, candidates: int) -> Settings:
    return ("policy", policy), ("joint_policy", policy), ("candidates", str(candidates))


def _lengths(count: int) -> str:
    return "1 length" if count == 1 else f"{count} lengths"


def label(family: str, point: str) -> str:
    return f"{family}, {point}"


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of one family."""

    name: str
    settings: dict[str, str]
    figures: Figures
    gain: Paired
    """Of the artifact's own defaults over this setting, in exact match."""


@dataclass(frozen=True, slots=True)
class Report:
    role: str
    questions: int
    digest: str
    seed: int
    model: str
    defaults: dict[str, object]
    """The artifact's own, of which each setting changes some."""
    own: Figures
    """With these."""
    families: dict[str, tuple[Point, ...]]


def report(
    rows: Sequence[Asked], own: str, *, role: str, seed: int, model: str, defaults: Mapping[str, object]
) -> Report:
    """`own`: the label of the artifact's own defaults."""
    families = {
        family: tuple(
            Point(
                name,
                dict(settings),
                compared.figures(rows, label(family, name), seed),
                compared.paired(rows, own, label(family, name), seed),
            )
            for name, settings in points.items()
        )
        for family, points in grid().items()
    }
    holes = [hole for row in rows for hole in row.question.holes]
    figures = compared.figures(rows, own, seed)
    return Report(role, len(rows), drawing.digest(holes), seed, model, dict(defaults), figures, families)


def to_json(found: Report) -> str:
    return json.dumps(asdict(found), indent=2) + "\n"
