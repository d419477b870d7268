"""`lacuna bench structural`."""

from pathlib import Path

import click

from lacuna.cli.evaluate.options import json_option, opened
from lacuna.cli.exit_codes import ExitCode


@click.command()
@click.option("--files", type=click.IntRange(min=1), default=1000, show_default=True)
@click.option("--lines", type=click.IntRange(min=1), default=300, show_default=True, help="Of each file, about.")
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="Each is timed so many times.")
@json_option
def structural(*, files: int, lines: int, rounds: int, json_file: Path | None) -> ExitCode:
    """Rewrite `x.append(y)` in many files, beside ast-grep (pip install ast-grep-cli) with the same rule."""
    from lacuna.benchmarks.refactor import structural as measuring
    from lacuna.benchmarks.refactor import tables
    from lacuna.cli.tables import show

    with opened(json_file) as keep_report:
        found = measuring.measured(files, lines, rounds)
        keep_report(measuring.to_json(found))
    show(tables.of_structural(found))
    return ExitCode.DONE
