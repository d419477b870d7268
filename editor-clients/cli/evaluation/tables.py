"""Reports as tables for people; what machines read is the JSON."""

from collections.abc import Iterator

from rich.table import Table

from lacuna.cli.evaluation import calibration, infilling, lines, slots
from lacuna.cli.evaluation.metrics import Estimate


def of_infilling(found: infilling.Report) -> Iterator[Table | str]:
    length = "true" if found.true_length else "own"
    title = f"{found.data}: {found.rows} rows of {found.problems} problems, {length} length"
    table = _table(title, "rows", "pass@1", "exact match")
    table.add_row("all", str(found.rows), _interval(found.passed), _interval(found.exact))
    for groups in (found.by_lines, found.by_characters):
        table.add_section()
        for name, group in groups.items():
            table.add_row(name, str(group.rows), _interval(group.passed), _interval(group.exact))
    yield table
    yield (
        f"edit similarity {found.edit_similarity:.3f}; exact to the byte {_percent(found.exact_to_the_byte)}; "
        f"no answer {_percent(found.empty)}; length error {found.length_error:.1f} characters "
        f"(bias {found.length_bias:+.1f}); {found.steps:.1f} steps and {found.milliseconds:.0f} ms an answer"
    )
    yield "ended: " + ", ".join(f"{outcome} {count}" for outcome, count in found.outcomes.items())
    if found.reasons:
        yield "not offered: " + ", ".join(f"{reason} {count}" for reason, count in found.reasons.items())
    yield "95 % intervals drawn by problem; " + (
        f"isolated by {found.isolation}" if found.isolation else "the network was NOT cut off"
    )


def of_lines(found: lines.Report) -> Iterator[Table | str]:
    title = f"{found.holes} rest-of-line holes in {found.files} files of {len(found.packages)} packages ({found.role})"
    table = _table(title, "exact match", "(by file)", "similarity", "no answer", "length error")
    for name, system in found.systems.items():
        table.add_row(
            name,
            _interval(system.exact.by_hole),
            _range(system.exact.by_file),
            f"{system.edit_similarity:.3f}",
            _percent(system.empty),
            f"{system.length_error:.1f}",
        )
    yield table
    if found.gains:
        gains = _table("Lacuna's gain in exact match, paired", "points", "(by file)")
        for name, gain in found.gains.items():
            gains.add_row(f"over {name}", _interval(gain.by_hole), _range(gain.by_file))
        yield gains
    groups = _table("Exact match by hidden length and by package", "holes", *found.systems)
    for bucket, rows in found.rows_by_length.items():
        groups.add_row(bucket, str(rows), *(_percent(system.by_length[bucket]) for system in found.systems.values()))
    groups.add_section()
    for package, rows in found.rows_by_package.items():
        groups.add_row(package, str(rows), *(_percent(system.by_package[package]) for system in found.systems.values()))
    yield groups
    yield f"holes {found.digest}, seed {found.seed}" + (f", model {found.model}" if found.model else "")


def of_slots(found: slots.Report) -> Iterator[Table | str]:
    table = _table(f"Slots of {found.holes} rest-of-line holes ({found.role})", "masked slots", "right")
    for share, accuracy in found.accuracy.items():
        table.add_row(f"{share} masked", str(found.slots[share]), _interval(accuracy))
    yield table
    yield f"{found.left_out} holes are longer than a canvas and left out"
    yield f"holes {found.digest}, seed {found.seed}, model {found.model}"


def of_calibration(found: calibration.Report) -> Iterator[Table | str]:
    bins = _table(f"Confidence of {found.judged_on} answers, fitted on {found.fitted_on} others", "confidence", "right")
    for one in found.bins:
        bins.add_row(f"{one.answers} answers", _percent(one.confidence), _percent(one.right))
    yield bins
    curve = _table("What a threshold would show", "coverage", "right")
    for point in found.curve:
        curve.add_row(f"{point.threshold:.2f}", _percent(point.coverage), _percent(point.precision))
    yield curve
    yield (
        f"expected calibration error {found.expected_error:.3f} (before: {found.expected_error_before:.3f}), "
        f"Brier skill {found.brier_skill:.3f}, AUROC {found.auroc:.3f}; threshold {found.threshold:.2f}"
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _interval(found: Estimate) -> str:
    return f"{_percent(found.value)} {_range(found)}"


def _range(found: Estimate) -> str:
    return f"({100 * found.low:.1f} to {100 * found.high:.1f})"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
