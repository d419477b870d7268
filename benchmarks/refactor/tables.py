"""Reports about refactoring as tables for people; machines read the JSON."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from rich.table import Table

from lacuna.benchmarks.evaluation.metrics import Estimate
from lacuna.benchmarks.refactor.packages import ADAPT, ALL, PackagesReport, Planned
from lacuna.benchmarks.refactor.reworking import ReworkReport
from lacuna.benchmarks.refactor.seeded import Figures, SeededReport
from lacuna.benchmarks.refactor.structural import StructuralReport


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


def of_rework(found: ReworkReport) -> Iterator[Table | str]:
    yield _of_shares(f"Uses written anew, exactly right, %; {found.cases} cases", found.shares)
    yield _of_shares("Whole cases, all uses of a file one after another, %", found.whole_shares)
    yield f"95 % intervals drawn by case; model {found.model}"


def _of_shares(title: str, by_contender: Mapping[str, Mapping[str, Estimate]]) -> Table:
    """A table with a column for each contender; it is empty where one was not asked all that the first was asked."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in ("of", *by_contender):
        table.add_column(name, justify="right")
    for group, first in next(iter(by_contender.values())).items():
        found = (shares[group] for shares in by_contender.values())
        cells = (_interval(one) if one.rows == first.rows else "-" for one in found)
        table.add_row(group, str(first.rows), *cells)
    return table


def _interval(one: Estimate) -> str:
    return f"{100 * one.value:.1f} ({100 * one.low:.0f}-{100 * one.high:.0f})" if one.rows else "-"


def of_packages(found: PackagesReport) -> Iterator[Table | str]:
    table = Table(title=f"At most {found.most} edits of a rule", title_justify="left")
    names = (
        "package",
        "rule",
        "spans",
        "kept",
        "spans/s, 1",
        "2",
        "of CPU, 1",
        "2",
        "tests broken",
        "taken out",
        "undone",
    )
    for column in names:
        table.add_column(column, justify="left" if column in ("package", "rule") else "right")
    for one in found.runs:
        costs = [one.costs[jobs] for jobs in (1, 2)] if one.costs else []
        seconds = [*(cost.clock for cost in costs), *(cost.cpu for cost in costs)]
        rates = [f"{one.sample / each:.1f}" for each in seconds] or ["-"] * 4
        dropped = "-" if one.dropped is None else str(one.dropped)
        undone = "yes" if one.is_undone else "NO"
        broken = f"{len(one.broken_before)} -> {len(one.broken)}" if one.broken_before else str(len(one.broken))
        broken += f", {len(one.broken_after)} with --test" if one.rule == ADAPT else ""
        table.add_row(one.package, one.rule, str(one.spans), str(one.kept), *rates, broken, dropped, undone)
    yield table
    single = [one for one in found.runs if one.rule != ALL]
    yield "by rule, spans and kept: " + ", ".join(_by_rule(single))
    for title, runs in (("each by itself", single), ("all together", [one for one in found.runs if one.rule == ALL])):
        kept = sum(one.kept for one in runs)
        fine, left = (sum(counts) for counts in ([one.fine for one in runs], [one.left for one in runs]))
        yield f"{title}: {kept} kept; no test breaks by {_share(fine, kept)}, {_share(left, kept)} stay with --test"
    for one in found.runs:
        if one.rule == ALL:
            counts = ", ".join(f"{rule} {count}" for rule, count in one.kept_by_rule.items())
            yield f"{one.package}, kept of all together: {counts}"
    differing = [f"{one.package} {one.rule}" for one in found.runs if not one.is_same]
    yield f"plans of one and two processes that differ: {', '.join(differing) or 'none'}"
    yield f"{found.machine_load:.1f} processes wanted to run at the start"
    for package, failing in found.failing_before.items():
        yield f"{package}: {len(failing)} tests failed before"


def _by_rule(runs: Sequence[Planned]) -> Iterator[str]:
    for rule in dict.fromkeys(one.rule for one in runs):
        those = [one for one in runs if one.rule == rule]
        yield f"{rule} {sum(one.spans for one in those)} {sum(one.kept for one in those)}"


def _share(count: int, of: int) -> str:
    return f"{count} ({100 * count / of:.1f} %)" if of else str(count)


def of_structural(found: StructuralReport) -> Iterator[Table | str]:
    table = Table(title=f"{found.files} files, {found.lines:,} lines, seconds", title_justify="left")
    for column in ("", "median", "least", "most", "of CPU, median", "least", "most"):
        table.add_column(column, justify="right" if column else "left")
    rows = {
        "ast-grep, dry": found.ast_grep_dry,
        "lacuna refactor plan": found.plan,
        "ast-grep --update-all": found.ast_grep,
        "lacuna refactor apply": found.apply,
    }
    for name, costs in rows.items():
        both = [cost.clock for cost in costs], [cost.cpu for cost in costs]
        table.add_row(name, *(f"{one:.2f}" for some in both for one in (median(some), min(some), max(some))))
    yield table
    for what, (clock, cpu) in (
        ("planning to a dry run", found.ratio_dry),
        ("planning and applying to a rewrite", found.ratio),
    ):
        yield f"{what}: {clock:g} times as long, {cpu:g} times the CPU time"
    yield f"{found.same} files are the same afterwards, {found.differing} differ"
    yield f"{found.machine_load:.1f} processes wanted to run at the start"
