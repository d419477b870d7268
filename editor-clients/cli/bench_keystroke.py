"""`lacuna bench keystroke`."""

import time

import click

from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.infill.opening import ModelOptions, Opening

MOST_RUNS = 90
"""Most keystrokes in a document: each is at another place, and the passage has to have them."""
SIZES = (100, 1000, 5000)


def _sizes(_context: click.Context, _option: click.Parameter, given: str) -> tuple[int, ...]:
    try:
        sizes = tuple(sorted({int(size) for size in given.split(",")}))
    except ValueError as error:
        raise click.BadParameter(f"{given!r} is no list of numbers such as 100,1000.") from error
    if sizes[0] < SIZES[0]:
        raise click.BadParameter(f"a document of fewer than {SIZES[0]} lines has too few places to type at.")
    return sizes


@click.command()
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--runs", type=click.IntRange(1, MOST_RUNS), default=30, show_default=True, help="Keystrokes in each document."
)
@click.option(
    "--sizes",
    metavar="LINES,...",
    default=",".join(map(str, SIZES)),
    show_default=True,
    callback=_sizes,
    help="Lines of the documents.",
)
@model_options
@click.pass_obj
def keystroke(opening: Opening, *, model: ModelOptions, is_json: bool, runs: int, sizes: tuple[int, ...]) -> ExitCode:
    """Time a keystroke in documents of several lengths, typing in each in turn so that noise hits all alike.

    The documents are text of Python's standard library around one and the same passage; it is typed there. A keystroke
    ends one line and types a character in the middle of another; then its rest is asked for.
    """
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.benchmarks.keystroke import documents, timing_table
    from lacuna.benchmarks.keystroke.typist import SEED, Typist, report, to_json, warm_up
    from lacuna.cli.tables import show

    texts = documents.texts(sizes)
    passage = texts[0].text
    first, *places = documents.places(passage, runs + 1, SEED)
    began = time.perf_counter()
    opened = opening(model)
    load_ms = 1000 * (time.perf_counter() - began)
    warm_up(opened.infill, texts[0])
    aparts = [opened.apart() for _ in texts]
    typists = list(map(Typist, texts, aparts))
    cold = [typist.open(first) for typist in typists]
    rounds = [[typist.type(place) for typist in typists] for place in tracked(places, "Typing")]
    found = report(typists, cold, rounds, defaults=aparts[0].sampling, threads=model.threads, load_ms=load_ms)
    if is_json:
        click.echo(to_json(found))
    else:
        show(timing_table.of_keystroke(found))
    return ExitCode.DONE
