"""`lacuna train`: from package archives to a checkpoint; where a run stopped, it goes on."""

import contextlib
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click
import platformdirs

from lacuna.cli import adapt
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.tables import show
from lacuna.export import shelf as models
from lacuna.syntax.errors import FileError

if TYPE_CHECKING:  # torch takes a second, and `--help` needs none
    from rich.table import Table

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


class Duration(click.ParamType[float]):
    """Seconds, written as in `90s`, `60m` or `1h30m`."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        match = _DURATION.fullmatch(str(value))
        hours, minutes, seconds = (int(number or 0) for number in match.groups()) if match else (0, 0, 0)
        if not (hours or minutes or seconds):
            self.fail(f"{value!r} is no duration such as 90s, 60m or 1h30m.", param, ctx)
        return hours * 3600.0 + minutes * 60.0 + seconds


@click.command()
@click.option("--recipe", help="One of ours by name, or a TOML file.  [default: small, or own with --on]")
@click.option(
    "--run",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where checkpoint, tokenizer and curves are kept.  [default: runs/RECIPE, with --on in the user's cache]",
)
@click.option(
    "--corpus",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("corpus"),
    show_default=True,
    help="The training text; built there (with the network) if there is none.",
)
@click.option("--for", "seconds", type=Duration(), default=float("inf"), help="Stop after so long, such as 60m.")
@click.option("--until", type=click.IntRange(min=1), help="Stop after this step of the recipe.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "bfloat16"]),
    default="auto",
    show_default=True,
    help="What matrices are multiplied in; auto: bfloat16 on CUDA, and on processors with AMX or AVX512_BF16.",
)
@click.option("--threads", type=click.IntRange(min=1), help="Processor threads.  [default: torch's choice]")
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Processes that draw steps ahead of the network; a GPU wants some.",
)
@click.option(
    "--compile",
    "is_compiled",
    is_flag=True,
    help="Compile what is not a matrix product: in bfloat16 on a processor three times faster; needs a C++ compiler.",
)
@click.option(
    "--from",
    "source",
    metavar="ARTIFACT",
    help="Begin with the weights and the tokenizer of an artifact: a folder, or `embedded`.",
)
@click.option(
    "--on",
    "root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Adapt an artifact (--from, by default the embedded one) to the Python files of this folder.",
)
@click.option(
    "--probes",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="HumanEval-Infilling rows (.jsonl or .jsonl.gz); text that resembles them is left out of the corpus.",
)
def train(  # noqa: PLR0913 -- one for each option
    *,
    recipe: str | None,
    run: Path | None,
    corpus: Path,
    seconds: float,
    until: int | None,
    device: str,
    precision: str,
    threads: int | None,
    workers: int,
    is_compiled: bool,
    source: str | None,
    root: Path | None,
    probes: Path | None,
) -> ExitCode:
    """Train a denoiser, or adapt one to your own code.

    A run goes on from its last checkpoint, exactly as if it had not been stopped (on the same machine, with as many
    threads). Ctrl-C ends it after the step in hand and keeps a checkpoint.

    With --on, the code in a folder is trained on, without what .gitignore or a secret's name keeps out and without one
    file in ten: those show what was gained. Nothing leaves the machine. The artifact is then listed by
    `lacuna model list`.
    """
    from dataclasses import replace

    from lacuna.export.convert import restore
    from lacuna.model.training import loop, text
    from lacuna.model.training import recipe as recipes
    from lacuna.model.training.checkpoint import alone
    from lacuna.model.training.devices import device_of, precision_of, use_threads
    from lacuna.model.training.progress import say

    recipe = ("own" if root else "small") if recipe is None else recipe
    read = recipes.read(recipe)
    try:
        own = adapt.prepare(root) if root else None
        if own:
            corpus, run, source = own.corpus, run or own.run, source or models.EMBEDDED
        run = run or Path("runs") / Path(recipe).stem
        chosen, used = device_of(device), use_threads(threads)
        multiplied_in = precision_of(precision, chosen)
        initial = None
        if source:
            initial = restore.begin(models.named(source), read.network, run)
            read = replace(read, seed=read.seed + restore.trainings(run))
        _build(corpus, probes)
        with alone(run):
            text.keep_report(run, corpus)
            tokenizer = text.tokenizer_of(run, corpus, read.vocabulary)
            documents = text.documents_of(run, corpus, tokenizer)
            say(f"{recipe} in {run} on {chosen.type} in {str(multiplied_in).removeprefix('torch.')}, {used} threads")
            with _interruptible() as is_interrupted:
                state = loop.train(
                    read,
                    documents,
                    tokenizer,
                    run,
                    device=chosen,
                    seconds=seconds,
                    precision=multiplied_in,
                    initial=initial,
                    is_compiled=is_compiled,
                    workers=workers,
                    until=until,
                    is_interrupted=is_interrupted,
                )
                was_interrupted = is_interrupted()
    except KeyboardInterrupt:
        say("lacuna: interrupted; the same command goes on from what is finished.")
        return ExitCode.INTERRUPTED
    except OSError as error:
        raise FileError(f"{error.filename or run} cannot be read or written: {error.strerror}.") from error
    reached = f"step {state.step} of {read.steps}; {run} holds the checkpoint and the curves."
    if was_interrupted and state.step < read.steps:
        say(f"lacuna: interrupted at {reached} The same command goes on from there.")
        return ExitCode.INTERRUPTED
    say(f"trained to {reached}")
    if own and source and state.step == read.steps:
        show(_kept(own, run, recipe, models.named(source)))
    return ExitCode.DONE


def _kept(own: adapt.Own, run: Path, recipe: str, source: Path) -> Iterator["Table | str"]:
    """Export what was trained, with the defaults and the calibration of its origin, and yield what that gained."""
    from lacuna.export.chunked.engine import Engine
    from lacuna.export.convert import convert

    try:
        before = Engine.load(source)
        trained = convert.read(run, recipe)
        convert.convert(
            trained,
            own.artifact,
            convert.EIGHT_BITS,
            own.name,
            before.manifest.sampling,
            calibration=before.manifest.calibration,
        )
        after = Engine.load(own.artifact)
    except OSError as error:
        raise FileError(f"{error.filename} cannot be written: {error.strerror}.") from error
    yield from adapt.compare(own, before, after)


def _build(folder: Path, probes: Path | None) -> None:
    from lacuna.model.corpus import building, index
    from lacuna.model.corpus.files import REPORT

    if not (folder / REPORT).exists():
        folder.mkdir(parents=True, exist_ok=True)  # before much is downloaded in vain
        building.build(folder, platformdirs.user_cache_path("lacuna") / "archives", probes, index.configured())


@contextlib.contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Note Ctrl-C (or a polite kill), so that the step in hand is finished first; a second one does not wait."""
    came = False

    def note(number: int, _frame: FrameType | None) -> None:
        nonlocal came
        came = True
        signal.signal(number, signal.default_int_handler)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
