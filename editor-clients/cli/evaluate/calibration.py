"""`lacuna eval calibration`."""

from pathlib import Path

import click

from lacuna.cli.evaluate.options import json_option, opened
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.cli.share import Share
from lacuna.infill.opening import ModelOptions

_report = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("fitting", type=_report)
@click.argument("judging", type=_report)
@json_option
@click.option("--seed", type=int, default=0, show_default=True, help="Of the perfect forecaster.")
@click.option(
    "--precision",
    type=Share(),
    default=0.5,
    show_default=True,
    help="How often what is shown shall be right: this decides the threshold.",
)
@click.option(
    "--write", "is_written", is_flag=True, help="Write calibration and threshold into the artifact's manifest."
)
@model_options
def calibration(
    *,
    model: ModelOptions,
    fitting: Path,
    judging: Path,
    json_file: Path | None,
    seed: int,
    precision: float,
    is_written: bool,
) -> ExitCode:
    """Fit confidence to how often answers are right, in one report of `lacuna eval places`; judge it in another."""
    from dataclasses import replace

    from lacuna.benchmarks.evaluation import calibration as calibrating
    from lacuna.benchmarks.evaluation import report_tables
    from lacuna.cli.tables import show
    from lacuna.export import artifact

    with opened(json_file) as keep_report:
        answers = (calibrating.read(report) for report in (fitting, judging))
        found = calibrating.report(*answers, precision=precision, seed=seed)
        keep_report(calibrating.to_json(found))
    show(report_tables.of_calibration(found))
    if is_written:
        whole = artifact.load(model.artifact)
        sampling = replace(whole.manifest.sampling, threshold=found.threshold)
        manifest = replace(whole.manifest, calibration=found.calibration, sampling=sampling)
        artifact.write(model.artifact, manifest, whole.files)
    return ExitCode.DONE
