"""Reports about refactoring as tables for people; machines read the JSON."""

from collections.abc import Iterator, Mapping

from rich.table import Table

from lacuna.benchmarks.evaluation.metrics import Estimate
from lacuna.benchmarks.refactor.seeded import Figures, SeededReport


def of_seeded(found: SeededReport) -> Iterator[Table | str]:
    title = f"{found.cases} refactorings in {len(found.packages)} packages, threshold {found.threshold:g}"
    yield _of_kind(title, found.all)
    for kind, figures in found.by_kind.items():
        yield _of_kind(kind, figures)
    yield f"95 % intervals drawn by case; model {found.model}"


def _of_kind(title: str, figures: Mapping[str, Figures]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("", "cases", "adapted, %", "of", "left alone, %", "of", "cases right, %", "not known", "compile, %"):
        table.add_column(column, justify="right" if column else "left")
    for name, one in figures.items():
        table.add_row(
            name,
            str(one.cases),
            _interval(one.adapted),
            str(one.adapted.rows),
            _interval(one.spared),
            str(one.spared.rows),
            f"{100 * one.whole:.0f}",
            f"{one.unsure_changed} of {one.unsure}",
            f"{100 * one.compiling:.1f} of {one.files}",
        )
    return table


def _interval(one: Estimate) -> str:
    return f"{100 * one.value:.1f} ({100 * one.low:.0f}-{100 * one.high:.0f})" if one.rows else "-"
