"""`lacuna eval complete`."""

from pathlib import Path

import click

from lacuna.cli.evaluate.options import alone_option, json_option, opened
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.syntax.errors import FileError


@click.command()
@click.argument("paths", type=click.Path(path_type=Path, exists=True, readable=False), nargs=-1, required=True)
@click.option("--count", type=click.IntRange(min=1), default=500, show_default=True, help="Cursors of each kind.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the cursors.")
@alone_option
@json_option
@model_options
@click.pass_obj
def complete(
    opening: Opening,
    *,
    model: ModelOptions,
    paths: tuple[Path, ...],
    count: int,
    seed: int,
    is_alone: bool,
    json_file: Path | None,
) -> ExitCode:
    """Ask unasked in the complete files of PATHS, where every offer interrupts; list each one."""
    from lacuna.benchmarks.evaluation import complete as completing
    from lacuna.benchmarks.evaluation import report_tables
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.benchmarks.evaluation.surrounded import sees
    from lacuna.cli.tables import show

    cursors = completing.cursors(completing.files_of(paths), count, seed)
    if not cursors:
        raise FileError(f"{', '.join(map(str, paths))} holds no code to ask about.")
    with opened(json_file) as keep_report:
        lacuna = opening(model)
        seen = sees(lacuna, () if is_alone else paths)
        asked = (completing.ask(lacuna.infill, one, seen(one.file, one.text)) for one in tracked(cursors, "Asking"))
        offers = [offer for offer in asked if offer is not None]
        found = completing.report(cursors, offers, seed)
        keep_report(completing.to_json(found))
    show(report_tables.of_interruptions(found))
    return ExitCode.DONE
