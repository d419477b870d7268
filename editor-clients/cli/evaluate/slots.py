"""`lacuna eval slots`."""

from pathlib import Path

import click

from lacuna.cli.evaluate.options import TUNING, held_out, json_option, need, opened, role_option
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.infill.opening import ModelOptions, open_engine


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@json_option
@role_option("test")
@click.option("--count", type=click.IntRange(min=1), default=1500, show_default=True, help="Holes to ask about.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the holes, the masks and the bootstrap.")
@model_options
def slots(*, model: ModelOptions, corpus: Path, json_file: Path | None, role: str, count: int, seed: int) -> ExitCode:
    """Measure how many slots the denoiser gets right when 15, 50 or 100 % of a hole of known length are masked."""
    import numpy as np

    from lacuna.benchmarks.evaluation import holes, tables
    from lacuna.benchmarks.evaluation import slots as counting
    from lacuna.benchmarks.evaluation.baselines import settled as baselines
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.cli.tables import show

    # The rest-of-line holes of `lacuna eval holes`, which keeps apart those that baselines are tuned on.
    tuned_on = baselines.tuning_holes(corpus, TUNING)
    asked = holes.draw(held_out(corpus, role), count, seed=seed, apart_from=tuned_on)
    need(asked, corpus, role)
    with opened(json_file) as keep_report:
        engine, random = open_engine(model), np.random.default_rng(seed)
        counted = [counting.count(engine, hole, random) for hole in tracked(asked, "Predicting")]
        found = counting.report(asked, counted, role=role, seed=seed, model=str(model.artifact))
        keep_report(counting.to_json(found))
    show(tables.of_slots(found))
    return ExitCode.DONE
