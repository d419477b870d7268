"""`lacuna eval holes`."""

from pathlib import Path

import click

from lacuna.benchmarks.evaluation.hole_kind import HoleKind
from lacuna.cli.evaluate.options import (
    LibraryOptions,
    against_option,
    columns,
    held_out_files,
    jobs_option,
    json_option,
    library_options,
    need,
    opened,
    role_option,
    single,
    system_option,
    variants,
)
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.infill.opening import ModelOptions, Opening


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@system_option("lacuna", "ngram", "copier", default=("lacuna", "ngram", "copier"))
@against_option
@click.option(
    "--variant",
    "settings",
    multiple=True,
    metavar="NAME=VALUE,...",
    help="Lacuna with other sampler defaults, such as budget=0 (no far context), beside it; may be given many times.",
)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice([kind.value for kind in HoleKind]),
    multiple=True,
    default=[kind.value for kind in HoleKind],
    help="What is hidden; may be given many times.  [default: every kind]",
)
@role_option("test")
@click.option("--count", type=click.IntRange(min=1), default=900, show_default=True, help="Questions in all.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the holes and of the bootstrap.")
@click.option(
    "--samples", type=click.Path(dir_okay=False, path_type=Path), help="Write every answer here, as JSON lines."
)
@json_option
@jobs_option
@library_options
@model_options
@click.pass_obj
def holes(  # noqa: PLR0913 -- one for each option
    opening: Opening,
    *,
    model: ModelOptions,
    baselines: LibraryOptions,
    corpus: Path,
    systems: tuple[str, ...],
    against: tuple[Path, ...],
    settings: tuple[str, ...],
    kinds: tuple[str, ...],
    role: str,
    count: int,
    seed: int,
    samples: Path | None,
    json_file: Path | None,
    jobs: int,
) -> ExitCode:
    """Compare answers to holes in packages never trained on (CORPUS), by kind of hole as in use."""
    from lacuna.benchmarks.evaluation import compared, lineup, report_tables
    from lacuna.benchmarks.evaluation.baselines import settled as tuning
    from lacuna.benchmarks.evaluation.kinds import draw
    from lacuna.benchmarks.evaluation.lineup import Lineup
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.cli.tables import show

    tuned_on = tuning.tuning_holes(corpus, baselines.tuning)
    wanted = [HoleKind(kind) for kind in dict.fromkeys(kinds)]
    questions = draw(held_out_files(corpus, role), count, wanted, seed=seed, apart_from=tuned_on)
    need(questions, corpus, role)
    contenders = (*columns(systems, model, against, jobs), *variants(settings, single(model, jobs)))
    asked = Lineup(contenders, opening, baselines.of(corpus, model))
    with opened(samples) as keep, opened(json_file) as keep_report:
        ready = asked.prepared()
        rows = []
        answers = lineup.answers(asked, questions, jobs, ready)
        for question, answered in tracked(zip(questions, answers, strict=True), "Answering", len(questions)):
            rows.append(compared.judged(question, answered))
            keep(compared.sample_line(rows[-1]) + "\n")
        found = compared.report(
            rows, role=role, seed=seed, models=asked.models(), tuned=ready.settled if ready else None
        )
        keep_report(compared.to_json(found))
    show(report_tables.of_comparison(found))
    return ExitCode.DONE
