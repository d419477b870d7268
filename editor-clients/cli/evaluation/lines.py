"""Rest-of-line holes in packages never trained on: Lacuna and the baselines answer the same ones, and are compared."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean

from lacuna.cli.evaluation import holes as drawing
from lacuna.cli.evaluation import metrics
from lacuna.cli.evaluation.baselines import Settled
from lacuna.cli.evaluation.holes import Hole
from lacuna.cli.evaluation.metrics import Estimate

LACUNA = "lacuna"


@dataclass(frozen=True, slots=True)
class Asked:
    """A hole and what each system put there."""

    hole: Hole
    answers: Mapping[str, str]

    def is_exact(self, system: str) -> bool:
        return metrics.is_exact(self.answers[system], self.hole.truth)


@dataclass(frozen=True, slots=True)
class Share:
    """A mean with two intervals: holes drawn one by one, and whole files drawn."""

    by_hole: Estimate
    by_file: Estimate


@dataclass(frozen=True, slots=True)
class System:
    exact: Share
    edit_similarity: float
    empty: float
    """Share of holes without an answer."""
    length_error: float
    """Mean absolute difference from the true length, in characters."""
    by_length: dict[str, float]
    by_package: dict[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    role: str
    holes: int
    files: int
    packages: tuple[str, ...]
    digest: str
    """Of the holes: equal in two reports if they asked the same."""
    seed: int
    systems: dict[str, System]
    gains: dict[str, Share]
    """Exact match of Lacuna less that of each baseline, paired by hole."""
    rows_by_length: dict[str, int]
    rows_by_package: dict[str, int]
    tuned: Settled | None
    model: str


def report(rows: Sequence[Asked], *, role: str, seed: int, tuned: Settled | None, model: str) -> Report:
    assert rows, "no holes, no report"
    asked = [row.hole for row in rows]
    lengths = [metrics.characters_bucket(hole.truth) for hole in asked]
    packages = [hole.package for hole in asked]
    systems = list(rows[0].answers)
    exact = {system: [float(row.is_exact(system)) for row in rows] for system in systems}
    others = [system for system in systems if system != LACUNA] if LACUNA in systems else []
    return Report(
        role=role,
        holes=len(rows),
        files=len({hole.file for hole in asked}),
        packages=tuple(sorted(set(packages))),
        digest=drawing.digest(asked),
        seed=seed,
        systems={
            system: System(
                exact=_share(exact[system], asked, seed),
                edit_similarity=mean(metrics.edit_similarity(row.answers[system], row.hole.truth) for row in rows),
                empty=mean(not row.answers[system] for row in rows),
                length_error=mean(abs(len(row.answers[system]) - len(row.hole.truth)) for row in rows),
                by_length=_means(exact[system], lengths, metrics.first_number),
                by_package=_means(exact[system], packages, str),
            )
            for system in systems
        },
        gains={
            system: Share(
                by_hole=metrics.difference(exact[LACUNA], exact[system], range(len(rows)), seed=seed),
                by_file=metrics.difference(exact[LACUNA], exact[system], [hole.file for hole in asked], seed=seed),
            )
            for system in others
        },
        rows_by_length={bucket: lengths.count(bucket) for bucket in sorted(set(lengths), key=metrics.first_number)},
        rows_by_package={package: packages.count(package) for package in sorted(set(packages))},
        tuned=tuned,
        model=model,
    )


def _share(values: Sequence[float], asked: Sequence[Hole], seed: int) -> Share:
    return Share(
        by_hole=metrics.mean_over(values, range(len(values)), seed=seed),
        by_file=metrics.mean_over(values, [hole.file for hole in asked], seed=seed),
    )


def _means(values: Sequence[float], groups: Sequence[str], order: Callable[[str], int | str]) -> dict[str, float]:
    return {
        group: mean(value for value, own in zip(values, groups, strict=True) if own == group)
        for group in sorted(set(groups), key=order)
    }


def sample_line(row: Asked) -> str:
    hole = row.hole
    place = {"package": hole.package, "path": hole.path, "start": hole.span.start, "end": hole.span.end}
    return json.dumps({**place, "truth": hole.truth, "answers": dict(row.answers)})


def to_json(found: Report) -> str:
    return json.dumps(asdict(found), indent=2) + "\n"
