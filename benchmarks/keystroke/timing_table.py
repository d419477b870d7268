"""The report of `lacuna bench keystroke` as a table for people; machines read the JSON."""

from collections.abc import Iterator

from rich.table import Table

from lacuna.benchmarks.keystroke.typist import KeystrokeReport, Size, Spread

PARTS = {
    "total": "whole keystroke",
    "update": "  document's change",
    "parse": "  parse, cut and check",
    "encode": "  encode",
    "steps": "  steps",
}
COUNTS = {"encoded": "tokens encoded", "attended": "context tokens"}


def of_keystroke(found: KeystrokeReport) -> Iterator[Table | str]:
    table = Table(title=f"A keystroke, {found.runs} interleaved runs: median (95th percentile)", title_justify="left")
    table.add_column("")
    for size in found.sizes:
        table.add_column(f"{size.lines:,} lines", justify="right")
    for part, name in PARTS.items():
        table.add_row(f"{name}, ms", *(_spread(size.milliseconds[part], ".1f") for size in found.sizes))
    table.add_section()
    for count, name in COUNTS.items():
        table.add_row(name, *(_spread(size.counts[count], ",.0f") for size in found.sizes))
    table.add_row("slots × steps", *map(_slot_steps, found.sizes))
    table.add_section()
    table.add_row("cold open, ms", *(f"{size.cold_open_ms.total:.1f}" for size in found.sizes))
    table.add_row("cache, MiB", *(f"{size.cache_mib:.1f}" for size in found.sizes))
    table.add_row("times the shortest", *_ratios(found))
    yield table
    for aim in found.aims:
        yield f"aim: {aim.what} <= {aim.at_most:g}: {aim.found:.2f}, {'met' if aim.is_met else 'NOT met'}"
    threads = "the engine's choice" if found.threads is None else found.threads
    yield f"{found.model} on {found.provider}, threads: {threads}, {found.cores} cores, Python {found.python}"
    sampling = found.defaults
    yield (f"{sampling.canvas} slots, {sampling.candidates} candidates, at most {sampling.budget} context tokens")
    yield f"loaded in {found.load_ms:.0f} ms; memory {found.resident_mib:.0f} MiB, at its peak {found.peak_mib:.0f}"


def _spread(spread: Spread, form: str) -> str:
    return f"{spread.median:{form}} ({spread.p95:{form}})"


def _slot_steps(size: Size) -> str:
    """Slots of the first step: later ones have fewer."""
    return f"{size.counts['slots'].median:.0f} × {_spread(size.counts['steps'], '.0f')}"


def _ratios(found: KeystrokeReport) -> Iterator[str]:
    by_lines = {ratio.lines: f"{ratio.total:.2f}" for ratio in found.ratios}
    for size in found.sizes:
        yield by_lines.get(size.lines, "1")
