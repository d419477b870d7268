"""`lacuna bench refactor`."""

import os
from pathlib import Path

import click

from lacuna.cli.evaluate.options import json_option, opened
from lacuna.cli.exit_codes import ExitCode


@click.command()
@click.option("--package", "names", multiple=True, help="Of the two; may be given twice.  [default: both]")
@click.option("--rule", "rules", multiple=True, help="Of those that ship; may be given many times.  [default: all]")
@click.option(
    "--most", type=click.IntRange(min=1), default=150, show_default=True, help="Edits of a rule in a package."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the definitions that are changed.")
@json_option
def refactor(
    *, names: tuple[str, ...], rules: tuple[str, ...], most: int, seed: int, json_file: Path | None
) -> ExitCode:
    """Plan, apply, test and undo the rules that ship on two packages, which are downloaded, tests and all."""
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.benchmarks.refactor import packages, tables
    from lacuna.cli.tables import show
    from lacuna.refactor import catalogue

    wanted = rules or [card.name for card in catalogue.rules()]
    chosen = names or [package.name for package in packages.PACKAGES]
    steps = len(chosen) * (len(wanted) + 2)
    load = os.getloadavg()[0]
    with opened(json_file) as keep_report:
        found = list(tracked(packages.measured(chosen, wanted, most, seed), "Planning, testing, undoing", steps))
        runs = tuple(one for one in found if isinstance(one, packages.Planned))
        failing = dict(one for one in found if not isinstance(one, packages.Planned))
        whole = packages.PackagesReport(load, most, runs, failing)
        keep_report(packages.to_json(whole))
    show(tables.of_packages(whole))
    return ExitCode.DONE
