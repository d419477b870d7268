"""`lacuna eval infilling`."""

import contextlib
from pathlib import Path

import click

from lacuna.cli.evaluate.options import (
    LibraryOptions,
    against_option,
    columns,
    jobs_option,
    json_option,
    library_options,
    opened,
    system_option,
    unsafe_option,
)
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.syntax.errors import FileError


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@system_option("lacuna", "ngram", "copier", "empty", "pass", default=("lacuna",))
@against_option
@click.option(
    "--whole-lines",
    "is_whole_lines",
    is_flag=True,
    help="Show the hole as an empty line, as editors do, and end every answer's line; for data that hides whole lines.",
)
@click.option("--every", type=click.IntRange(min=1), default=1, help="Take every n-th row only.")
@click.option("--limit", type=click.IntRange(min=1), help="Take so many rows at most.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap.")
@click.option(
    "--samples",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write every answer into this folder, as JSON lines, a file for each system.",
)
@unsafe_option
@json_option
@jobs_option
@click.option("--corpus", type=click.Path(path_type=Path), help="What ngram and copier are trained and tuned on.")
@library_options
@model_options
@click.pass_obj
def infilling(  # noqa: PLR0913 -- one for each option
    opening: Opening,
    *,
    model: ModelOptions,
    baselines: LibraryOptions,
    data: Path,
    systems: tuple[str, ...],
    against: tuple[Path, ...],
    is_whole_lines: bool,
    every: int,
    limit: int | None,
    seed: int,
    samples: Path | None,
    is_unsafe: bool,
    json_file: Path | None,
    jobs: int,
    corpus: Path | None,
) -> ExitCode:
    """Score HumanEval-Infilling rows (DATA: .jsonl or .jsonl.gz) by running them, and by exact match."""
    from lacuna.benchmarks.evaluation import human_eval, lineup, report_tables, sandbox, scoring
    from lacuna.benchmarks.evaluation.lineup import Lineup
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.cli.tables import show

    if not is_unsafe:
        sandbox.require()
    tasks = human_eval.chosen(human_eval.read(data), every=every, limit=limit)
    questions = [task.line_question if is_whole_lines else task.question for task in tasks]
    contenders = tuple(columns(systems, model, against, jobs))
    asked = Lineup(contenders, opening, baselines.of(corpus, model) if corpus else None)

    with contextlib.ExitStack() as files:
        if samples:
            try:
                samples.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise FileError(f"{samples} cannot be written: {error.strerror}.") from error
        keep = {one: files.enter_context(opened(samples and samples / f"{one}.jsonl")) for one in asked.labels}
        keep_report = files.enter_context(opened(json_file))
        ready = asked.prepared()
        answers = lineup.answers(asked, questions, jobs, ready)
        answered = tracked(zip(tasks, answers, strict=True), "Filling and running", len(tasks))
        if is_whole_lines:
            answered = (
                (task, {one: human_eval.with_line_end(found) for one, found in filled.items()})
                for task, filled in answered
            )
        rows = []
        for row in files.enter_context(contextlib.closing(scoring.scored(answered, is_confined=not is_unsafe))):
            rows.append(row)
            for system in asked.labels:
                keep[system](human_eval.sample_line(row, system) + "\n")
        found = human_eval.report(
            rows,
            data=data.name,
            seed=seed,
            is_whole_lines=is_whole_lines,
            is_confined=not is_unsafe,
            models=asked.models(),
            tuned=ready.settled if ready else None,
        )
        keep_report(human_eval.to_json(found))
    show(report_tables.of_human_eval(found))
    return ExitCode.DONE
