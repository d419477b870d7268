"""`lacuna eval rework`."""

from pathlib import Path

import click

from lacuna.cli.evaluate.options import json_option, opened
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.infill.opening import ModelOptions, open_engine
from lacuna.syntax.errors import FileError


@click.command()
@click.argument("packages", type=click.Path(path_type=Path, exists=True, file_okay=False), nargs=-1, required=True)
@click.option(
    "--count", type=click.IntRange(min=1), default=3, show_default=True, help="Cases of each kind from a package."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the cases and of the bootstrap.")
@json_option
@model_options
def rework(
    *, model: ModelOptions, packages: tuple[Path, ...], count: int, seed: int, json_file: Path | None
) -> ExitCode:
    """Write uses of changed definitions in PACKAGES anew, one and all, with their old text in view and without."""
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.benchmarks.refactor import reworking, tables
    from lacuna.benchmarks.refactor.cases import Kind
    from lacuna.benchmarks.refactor.drawing import drawn
    from lacuna.cli.tables import show

    cases = [case for package in tracked(packages, "Drawing") for case in drawn(package, count, seed, list(Kind))]
    if not cases:
        raise FileError(f"{', '.join(map(str, packages))}: nothing defined there is used often enough.")
    with opened(json_file) as keep_report:
        engine = open_engine(model)
        asked = [one for case in tracked(cases, "Reworking") for one in reworking.ask(case, engine)]
        whole = [one for case in tracked(cases, "Whole cases") for one in reworking.ask_whole(case, engine)]
        found = reworking.report(asked, whole, seed=seed, model=engine.name)
        keep_report(reworking.to_json(found))
    show(tables.of_rework(found))
    return ExitCode.DONE
