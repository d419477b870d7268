"""`lacuna eval`: answers to questions with known ones, through the `infill` that serves."""

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from lacuna.cli.exit_codes import ExitCode, FileError
from lacuna.cli.opening import ModelOptions, Opening, model_options, open_engine

TUNING = 500
"""Holes that the baselines are tuned on."""
SYSTEMS = ("lacuna", "ngram", "copier")


@click.group(name="eval")
def evaluate() -> None:
    """Measure answers on data with known ones."""


def _outputs(command: Callable[..., object]) -> Callable[..., object]:
    file = click.Path(dir_okay=False, path_type=Path)
    command = click.option("--json", "json_file", type=file, help="Write the report here.")(command)
    return click.option("--samples", "samples_file", type=file, help="Write every answer here, as JSON lines.")(command)


@evaluate.command()
@click.argument("data", type=click.Path(path_type=Path))
@_outputs
@click.option("--every", type=click.IntRange(min=1), default=1, help="Take every n-th row only.")
@click.option("--limit", type=click.IntRange(min=1), help="Take so many rows at most.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap.")
@click.option("--true-length", is_flag=True, help="Tell the model how many tokens to write.")
@model_options
@click.pass_obj
def infilling(  # noqa: PLR0913 -- one for each option
    opening: Opening,
    *,
    model: ModelOptions,
    data: Path,
    samples_file: Path | None,
    json_file: Path | None,
    every: int,
    limit: int | None,
    seed: int,
    true_length: bool,
) -> ExitCode:
    """Score HumanEval-Infilling rows (DATA: .jsonl or .jsonl.gz) by running them, and by exact match."""
    from lacuna.cli.evaluation import infilling as rows_of
    from lacuna.cli.evaluation import tables
    from lacuna.cli.evaluation.progress import tracked
    from lacuna.cli.tables import show

    tasks = rows_of.chosen(rows_of.read(data), every=every, limit=limit)
    with _opened(samples_file) as keep, _opened(json_file) as keep_report:
        infill = opening(model).infill
        workers = ThreadPoolExecutor(max_workers=os.cpu_count())
        try:
            # Programs run beside the model: they mostly start and end.
            pending = [
                workers.submit(rows_of.score, rows_of.complete(task, infill, true_length=true_length))
                for task in tracked(tasks, "Filling and running")
            ]
            scored = [one.result() for one in tracked(pending, "Running the rest")]
        finally:
            workers.shutdown(cancel_futures=True)
        for row in scored:
            keep(rows_of.sample_line(row) + "\n")
        found = rows_of.report(scored, data=data.name, seed=seed, true_length=true_length)
        keep_report(rows_of.to_json(found))
    show(tables.of_infilling(found))
    return ExitCode.DONE


@evaluate.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@_outputs
@click.option("--role", type=click.Choice(["test", "validation"]), default="test", show_default=True)
@click.option("--count", type=click.IntRange(min=1), default=1500, show_default=True, help="Holes to ask about.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the holes and of the bootstrap.")
@click.option(
    "--system",
    "systems",
    type=click.Choice(SYSTEMS),
    multiple=True,
    default=SYSTEMS,
    help="Who answers.  [default: all]",
)
@click.option(
    "--tuning",
    type=click.IntRange(min=1),
    default=TUNING,
    show_default=True,
    help="Holes of the role validation that the baselines are tuned on.",
)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the trained and tuned baselines here.  [default: CORPUS/baselines]",
)
@click.option("--tokenizer", type=click.Path(path_type=Path), help="The n-grams' tokenizer.  [default: the model's]")
@model_options
@click.pass_obj
def lines(  # noqa: PLR0913 -- one for each option
    opening: Opening,
    *,
    model: ModelOptions,
    corpus: Path,
    samples_file: Path | None,
    json_file: Path | None,
    role: str,
    count: int,
    seed: int,
    systems: tuple[str, ...],
    tuning: int,
    work: Path | None,
    tokenizer: Path | None,
) -> ExitCode:
    """Compare exact match on rest-of-line holes of held-out packages with an n-gram model and a line copier."""
    from lacuna.cli.evaluation import baselines, filling, holes, tables
    from lacuna.cli.evaluation import lines as compared
    from lacuna.cli.evaluation.progress import tracked
    from lacuna.cli.tables import show
    from lacuna.model.training.corpus import load
    from lacuna.model.training.distributions import Role

    tuned_on = baselines.tuning_holes(corpus, tuning)
    asked = holes.draw(load(corpus, Role(role)), count, seed=seed, apart_from=tuned_on)
    if not asked:
        raise FileError(f"{corpus} has no holes to ask about for the role {role}.")
    with _opened(samples_file) as keep, _opened(json_file) as keep_report:
        answerers: dict[str, Callable[[holes.Hole], str]] = {}
        if "lacuna" in systems:
            infill = opening(model).infill
            answerers["lacuna"] = lambda hole: filling.fill(infill, hole.shown, hole.place).text
        ready = None
        if {"ngram", "copier"} & set(systems):
            ready = baselines.prepare(corpus, tokenizer or _tokenizer_of(model), work or corpus / "baselines", tuned_on)
            made = {"ngram": ready.ngram, "copier": ready.copier}
            answerers |= {name: answer for name, answer in made.items() if name in systems}
        rows = []
        for hole in tracked(asked, "Answering"):
            row = compared.Asked(hole, {name: answer(hole) for name, answer in answerers.items()})
            keep(compared.sample_line(row) + "\n")
            rows.append(row)
        found = compared.report(
            rows,
            role=role,
            seed=seed,
            tuned=ready.settled if ready else None,
            model=str(model.artifact) if "lacuna" in systems else "",
        )
        keep_report(compared.to_json(found))
    show(tables.of_lines(found))
    return ExitCode.DONE


@evaluate.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here.")
@click.option("--role", type=click.Choice(["test", "validation"]), default="test", show_default=True)
@click.option("--count", type=click.IntRange(min=1), default=1500, show_default=True, help="Holes to ask about.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the holes, the masks and the bootstrap.")
@model_options
def slots(*, model: ModelOptions, corpus: Path, json_file: Path | None, role: str, count: int, seed: int) -> ExitCode:
    """Measure how many slots the denoiser gets right when 15, 50 or 100 % of a hole of known length are masked."""
    import numpy as np

    from lacuna.cli.evaluation import baselines, holes, tables
    from lacuna.cli.evaluation import slots as counting
    from lacuna.cli.evaluation.progress import tracked
    from lacuna.cli.tables import show
    from lacuna.model.training.corpus import load
    from lacuna.model.training.distributions import Role

    # The holes of `lacuna eval lines`, which keeps apart those that baselines are tuned on.
    tuned_on = baselines.tuning_holes(corpus, TUNING)
    asked = holes.draw(load(corpus, Role(role)), count, seed=seed, apart_from=tuned_on)
    if not asked:
        raise FileError(f"{corpus} has no holes to ask about for the role {role}.")
    with _opened(json_file) as keep_report:
        engine, random = open_engine(model), np.random.default_rng(seed)
        counted = [counting.count(engine, hole, random) for hole in tracked(asked, "Predicting")]
        found = counting.report(asked, counted, role=role, seed=seed, model=str(model.artifact))
        keep_report(counting.to_json(found))
    show(tables.of_slots(found))
    return ExitCode.DONE


@evaluate.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here.")
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
) -> ExitCode:
    """Fit confidence to how often answers are right, on the role validation; judge it on the role test."""
    from dataclasses import replace
    from functools import partial

    from lacuna.cli.evaluation import calibration as calibrating
    from lacuna.cli.evaluation import holes, tables
    from lacuna.cli.evaluation.progress import tracked
    from lacuna.cli.tables import show
    from lacuna.export import artifact
    from lacuna.lsp_server.infill import infill
    from lacuna.model.training.corpus import load
    from lacuna.model.training.distributions import Role

    with _opened(json_file) as keep_report:
        engine = open_engine(model)
        engine.manifest = replace(engine.manifest, calibration=None)
        answered = []
        for role in (Role.VALIDATION, Role.TEST):
            asked = holes.draw(load(corpus, role), count, seed=seed)
            if not asked:
                raise FileError(f"{corpus} has no holes to ask about for the role {role}.")
            answered.append(
                [calibrating.ask(partial(infill, engine), hole) for hole in tracked(asked, f"Asking ({role})")]
            )
        found = calibrating.report(*answered, precision=precision)
        keep_report(calibrating.to_json(found))
    show(tables.of_calibration(found))
    if is_written:
        whole = artifact.load(model.artifact)
        defaults = replace(whole.manifest.defaults, threshold=found.threshold)
        manifest = replace(whole.manifest, calibration=found.calibration, defaults=defaults)
        artifact.write(model.artifact, manifest, whole.files)
    return ExitCode.DONE


def _tokenizer_of(model: ModelOptions) -> Path:
    from lacuna.export.artifact import TOKENIZER

    return model.artifact / TOKENIZER


@contextlib.contextmanager
def _opened(path: Path | None) -> Iterator[Callable[[str], object]]:
    """Opened before the work begins: an hour's answers must not be lost to a folder that is not there."""
    if path is None:
        yield lambda _text: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}.") from error
    with file:
        yield file.write
