"""`lacuna eval places`."""

from collections.abc import Sequence
from pathlib import Path

import click

from lacuna.cli.evaluate.options import alone_option, jobs_option, json_option, opened, single
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.cli.share import Share
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.syntax.errors import FileError
from lacuna.syntax.languages.language import PlaceKind


@click.command()
@click.argument("paths", type=click.Path(path_type=Path, exists=True, readable=False), nargs=-1, required=True)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([kind.value for kind in PlaceKind]),
    multiple=True,
    default=[kind.value for kind in PlaceKind],
    help="What is about to be written; may be given many times.  [default: every kind]",
)
@click.option("--count", type=click.IntRange(min=1), default=100, show_default=True, help="Places of each kind.")
@click.option(
    "--typed",
    "typed_lines",
    type=click.IntRange(min=1),
    help="Instead, type so many whole lines key by key, and count the keys that offers save.",
)
@click.option(
    "--threshold",
    type=Share(),
    help="Least confidence at which something is shown.  [default: the model's]",
)
@alone_option
@click.option("--seed", type=int, default=0, show_default=True, help="Of the places and of the bootstrap.")
@json_option
@jobs_option
@model_options
@click.pass_obj
def places(  # noqa: PLR0913 -- one for each option
    opening: Opening,
    *,
    model: ModelOptions,
    paths: tuple[Path, ...],
    kinds: tuple[str, ...],
    count: int,
    typed_lines: int | None,
    threshold: float | None,
    is_alone: bool,
    seed: int,
    json_file: Path | None,
    jobs: int,
) -> ExitCode:
    """Ask unasked where people type in the Python files of PATHS, of which something is deleted."""
    from lacuna.benchmarks.evaluation import place_drawing, report_tables, typed
    from lacuna.benchmarks.evaluation import places as asking
    from lacuna.benchmarks.evaluation.complete import files_of
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.cli.tables import show

    files, name = files_of(paths), str(model.artifact)
    folders = () if is_alone else paths
    model = single(model, jobs)
    with opened(json_file) as keep_report:
        if typed_lines is not None:
            lines = typed.draw(files, typed_lines, seed)
            _need(lines, paths)
            done = tracked(typed.typed(opening, model, lines, threshold, folders, jobs), "Typing", len(lines))
            saved = typed.report(list(done), seed=seed, threshold=threshold, model=name)
            keep_report(typed.to_json(saved))
            show(report_tables.of_typed(saved))
            return ExitCode.DONE
        drawn = place_drawing.draw(files, [PlaceKind(kind) for kind in dict.fromkeys(kinds)], count, seed)
        _need(drawn, paths)
        asked = tracked(asking.asked(opening, model, drawn, threshold, folders, jobs), "Asking", len(drawn))
        found = asking.report(list(asked), seed=seed, threshold=threshold, model=name)
        keep_report(asking.to_json(found))
    show(report_tables.of_places(found))
    return ExitCode.DONE


def _need(questions: Sequence[object], paths: Sequence[Path]) -> None:
    if not questions:
        raise FileError(f"{', '.join(map(str, paths))} holds no code to ask about.")
