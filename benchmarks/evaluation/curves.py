"""The picture of `lacuna eval steps`; the only module of the command line that draws."""

import re
from pathlib import Path

from matplotlib.figure import Figure

from lacuna.benchmarks.evaluation.steps import Report

_NUMBER = re.compile(r"[0-9.]+")


def draw(found: Report, path: Path) -> None:
    """Exact match against mean steps, a curve for each family; bars are the 95 % intervals, drawn by file."""
    figure = Figure(figsize=(9, 5.5))
    axes = figure.add_subplot()
    for family, points in found.families.items():
        exact = [100 * point.figures.exact.value for point in points]
        bars = [
            [100 * (point.figures.exact.value - point.figures.exact.low) for point in points],
            [100 * (point.figures.exact.high - point.figures.exact.value) for point in points],
        ]
        steps = [point.figures.steps for point in points]
        # Points are numbered; what the numbers are (widths, thresholds, lengths) stands in the legend.
        numbers = [_NUMBER.findall(point.name)[0] for point in points]
        what = _NUMBER.sub("", points[0].name).strip()
        drawn = axes.errorbar(steps, exact, yerr=bars, marker="o", capsize=2, label=f"{family} ({what})")
        for bar in drawn.lines[2]:
            bar.set_alpha(0.3)
        for number, x, y in zip(numbers, steps, exact, strict=True):
            axes.annotate(number, (x, y), textcoords="offset points", xytext=(4, 4), fontsize=8)
    axes.plot(found.own.steps, 100 * found.own.exact.value, "k*", markersize=12, label="the artifact's defaults")
    axes.set(
        xlabel="mean steps",
        ylabel="exact match, %",
        title=f"{found.questions} holes of held-out files ({found.role})",
    )
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120, format="png")
