"""`lacuna eval calibration`."""

from pathlib import Path

import click

from lacuna.cli.evaluate.options import held_out_files, jobs_option, json_option, need, opened, single
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.infill.opening import ModelOptions, open_model


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@json_option
@click.option(
    "--count", type=click.IntRange(min=10), default=600, show_default=True, help="Holes to fit on, and to judge on."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the holes.")
@click.option(
    "--precision",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="How often what is shown shall be right: this decides the threshold.",
)
@click.option(
    "--write", "is_written", is_flag=True, help="Write calibration and threshold into the artifact's manifest."
)
@jobs_option
@model_options
def calibration(
    *,
    model: ModelOptions,
    corpus: Path,
    json_file: Path | None,
    count: int,
    seed: int,
    precision: float,
    is_written: bool,
    jobs: int,
) -> ExitCode:
    """Fit confidence to how often answers are right, on the role validation; judge it on the role test."""
    from dataclasses import replace

    from lacuna.benchmarks.evaluation import calibration as calibrating
    from lacuna.benchmarks.evaluation import held_out, lineup, report_tables
    from lacuna.benchmarks.evaluation.hole_kind import HoleKind
    from lacuna.benchmarks.evaluation.lineup import Column, Lineup, System
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.benchmarks.evaluation.questions import Question
    from lacuna.cli.tables import show
    from lacuna.export import artifact

    raw = Column("lacuna", System.LACUNA, single(model, jobs), is_calibrated=False)
    with opened(json_file) as keep_report:
        answered = []
        for role in ("validation", "test"):
            asked = held_out.draw(held_out_files(corpus, role), count, seed=seed)
            need(asked, corpus, role)
            questions = [Question(HoleKind.REST_OF_LINE, (hole,)) for hole in asked]
            answers = lineup.answers(Lineup((raw,), open_model), questions, jobs)
            answered.append(
                [
                    calibrating.judged(hole, filled[raw.label])
                    for hole, filled in tracked(zip(asked, answers, strict=True), f"Asking ({role})", len(asked))
                ]
            )
        found = calibrating.report(*answered, precision=precision)
        keep_report(calibrating.to_json(found))
    show(report_tables.of_calibration(found))
    if is_written:
        whole = artifact.load(model.artifact)
        sampling = replace(whole.manifest.sampling, threshold=found.threshold)
        manifest = replace(whole.manifest, calibration=found.calibration, sampling=sampling)
        artifact.write(model.artifact, manifest, whole.files)
    return ExitCode.DONE
