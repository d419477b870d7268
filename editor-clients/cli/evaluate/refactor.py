"""`lacuna eval refactor`."""

from pathlib import Path

import click

from lacuna.benchmarks.refactor.cases import ADAPTED, Contender
from lacuna.cli.evaluate.options import json_option, opened
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.cli.share import Share
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.syntax.errors import FileError


@click.command()
@click.argument("packages", type=click.Path(path_type=Path, exists=True, file_okay=False), nargs=-1, required=True)
@click.option(
    "--count", type=click.IntRange(min=1), default=3, show_default=True, help="Cases of each kind from a package."
)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([kind.value for kind in ADAPTED]),
    multiple=True,
    default=[kind.value for kind in ADAPTED],
    help="What is changed; may be given many times.  [default: every kind]",
)
@click.option(
    "--contender",
    "names",
    type=click.Choice([contender.value for contender in Contender]),
    multiple=True,
    default=[contender.value for contender in Contender],
    help="Who adapts; may be given many times.  [default: all]",
)
@click.option(
    "--threshold",
    type=Share(),
    default=0.0,
    show_default=True,
    help="Least confidence at which a site is written.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the cases and of the bootstrap.")
@json_option
@model_options
@click.pass_obj
def refactor(  # noqa: PLR0913 -- one for each option
    opening: Opening,
    *,
    model: ModelOptions,
    packages: tuple[Path, ...],
    count: int,
    kinds: tuple[str, ...],
    names: tuple[str, ...],
    threshold: float,
    seed: int,
    json_file: Path | None,
) -> ExitCode:
    """Adapt uses of definitions that were changed in PACKAGES, folders of code, where the right answer is known."""
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.benchmarks.refactor import seeded, tables
    from lacuna.benchmarks.refactor.drawing import drawn
    from lacuna.cli.tables import show

    wanted = [kind for kind in ADAPTED if kind in kinds]
    contenders = [contender for contender in Contender if contender in names]
    cases = [case for package in tracked(packages, "Drawing") for case in drawn(package, count, seed, wanted)]
    if not cases:
        raise FileError(f"{', '.join(map(str, packages))}: nothing defined there is used often enough.")
    with opened(json_file) as keep_report:
        lacuna = opening(model)
        found = [
            outcome
            for case in tracked(cases, "Adapting")
            for outcome in seeded.outcomes(case, lacuna, threshold, contenders)
        ]
        whole = seeded.report(found, seed=seed, threshold=threshold, model=lacuna.name)
        keep_report(seeded.to_json(whole))
    show(tables.of_seeded(whole))
    return ExitCode.DONE
