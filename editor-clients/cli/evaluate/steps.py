"""`lacuna eval steps`."""

from pathlib import Path

import click

from lacuna.cli.evaluate.options import (
    TUNING,
    held_out,
    jobs_option,
    json_option,
    need,
    opened,
    role_option,
    single,
)
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.infill.opening import ModelOptions, open_engine, open_model
from lacuna.syntax.errors import FileError

KINDS = ("rest-of-line", "within-line", "expression", "statement", "joint")
"""What is asked about: one-line holes, holes of several lines, and holes filled together."""


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw the curves here, as PNG (needs matplotlib)."
)
@role_option("validation")
@click.option("--count", type=click.IntRange(min=1), default=150, show_default=True, help="Questions in all.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the holes and of the bootstrap.")
@json_option
@jobs_option
@model_options
def steps(
    *,
    model: ModelOptions,
    corpus: Path,
    plot: Path | None,
    role: str,
    count: int,
    seed: int,
    json_file: Path | None,
    jobs: int,
) -> ExitCode:
    """Ask one model the same under every policy, width, threshold and number of lengths: quality against steps."""
    from dataclasses import asdict

    from lacuna.benchmarks.evaluation import compared, lineup, tables
    from lacuna.benchmarks.evaluation import steps as settings
    from lacuna.benchmarks.evaluation.baselines import settled as baselines
    from lacuna.benchmarks.evaluation.kinds import HoleKind, draw
    from lacuna.benchmarks.evaluation.lineup import Column, Lineup, System
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.cli.tables import show

    if plot:
        from lacuna.benchmarks.evaluation import curves

        if not plot.parent.is_dir():
            raise FileError(f"{plot} cannot be written: there is no folder {plot.parent}.")
    model = single(model, jobs)
    tuned_on = baselines.tuning_holes(corpus, TUNING)  # the questions of `lacuna eval holes`
    questions = draw(held_out(corpus, role), count, list(map(HoleKind, KINDS)), seed=seed, apart_from=tuned_on)
    need(questions, corpus, role)
    manifest = open_engine(model).manifest
    own = Column("defaults", System.LACUNA, model)
    others = (
        Column(settings.label(family, name), System.LACUNA, model, point)
        for family, points in settings.grid().items()
        for name, point in points.items()
    )
    asked = Lineup((own, *others), open_model)
    with opened(json_file) as keep_report:
        answers = lineup.answers(asked, questions, jobs)
        rows = [
            compared.judged(question, answered)
            for question, answered in tracked(zip(questions, answers, strict=True), "Answering", len(questions))
        ]
        found = settings.report(
            rows,
            own.label,
            role=role,
            seed=seed,
            model=str(model.artifact),
            defaults=asdict(manifest.defaults),
        )
        keep_report(settings.to_json(found))
    if plot:
        curves.draw(found, plot)
    show(tables.of_steps(found))
    return ExitCode.DONE
