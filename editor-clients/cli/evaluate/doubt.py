"""`lacuna eval doubt`."""

from pathlib import Path

import click

from lacuna.cli.evaluate.options import json_option, opened
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.infill.opening import ModelOptions, open_engine
from lacuna.syntax.errors import FileError


@click.command()
@click.argument("paths", type=click.Path(path_type=Path, exists=True, readable=False), nargs=-1, required=True)
@click.option("--count", type=click.IntRange(min=1), default=200, show_default=True, help="Functions, one of a file.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the functions, the tokens and the bootstrap.")
@json_option
@model_options
def doubt(*, model: ModelOptions, paths: tuple[Path, ...], count: int, seed: int, json_file: Path | None) -> ExitCode:
    """Plant wrong operators, names and constants in functions of PATHS, and tell how often they are doubted most."""
    from lacuna.benchmarks.evaluation import doubt as doubting
    from lacuna.benchmarks.evaluation import report_tables
    from lacuna.benchmarks.evaluation.complete import files_of
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.cli.tables import show

    planted = doubting.planted(files_of(paths), count, seed)
    if not planted:
        raise FileError(f"{', '.join(map(str, paths))} holds no function to ask about.")
    with opened(json_file) as keep_report:
        engine = open_engine(model)
        found = doubting.report(planted, [doubting.rank(engine, one) for one in tracked(planted, "Doubting")], seed)
        keep_report(doubting.to_json(found))
    show(report_tables.of_doubt(found))
    return ExitCode.DONE
