"""`lacuna eval mend`."""

import functools
from pathlib import Path

import click

from lacuna.cli.evaluate.options import json_option, opened, unsafe_option
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.cli.share import Share
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.syntax.errors import FileError

STRENGTHS = (0.05, 0.1, 0.2, 0.4)


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--strength",
    "strengths",
    type=Share(),
    multiple=True,
    default=STRENGTHS,
    show_default=True,
    help="Share of the tokens that is written anew; may be given many times.",
)
@click.option(
    "--threshold",
    type=Share(),
    help="Least confidence at which something is written.  [default: the model's]",
)
@click.option("--limit", type=click.IntRange(min=1), help="Take so many problems at most.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the faults and of the bootstrap.")
@unsafe_option
@json_option
@model_options
@click.pass_obj
def mend(  # noqa: PLR0913 -- one for each option
    opening: Opening,
    *,
    model: ModelOptions,
    data: Path,
    strengths: tuple[float, ...],
    threshold: float | None,
    limit: int | None,
    seed: int,
    is_unsafe: bool,
    json_file: Path | None,
) -> ExitCode:
    """Plant a fault that a test notices in each function of HumanEval-Infilling rows (DATA), and rework it."""
    from lacuna.benchmarks.evaluation import human_eval, report_tables, sandbox
    from lacuna.benchmarks.evaluation import mend as mending
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.cli.tables import show

    if not is_unsafe:
        sandbox.require()
    run = functools.partial(sandbox.run, is_confined=not is_unsafe)
    problems = mending.problems(human_eval.read(data))[:limit]
    strengths = tuple(dict.fromkeys(strengths))
    with opened(json_file) as keep_report:
        ready = opening(model)
        cases = [case for task in tracked(problems, "Planting") if (case := mending.planted(task, seed, run))]
        if not cases:
            raise FileError(f"{data} holds no function in which a test notices a fault.")
        reworked = [
            one
            for case in tracked(cases, "Reworking")
            for one in mending.rework(case, ready, strengths, threshold, run)
        ]
        found = mending.report(
            cases,
            reworked,
            data=data.name,
            problems=len(problems),
            seed=seed,
            threshold=threshold,
            model=str(model.artifact),
            is_confined=not is_unsafe,
        )
        keep_report(mending.to_json(found))
    show(report_tables.of_mend(found))
    return ExitCode.DONE
