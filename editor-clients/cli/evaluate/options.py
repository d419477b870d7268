"""What the commands of `lacuna eval` have in common: who answers, which held-out files, where reports go."""

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lacuna.cli import output
from lacuna.infill.opening import ModelOptions
from lacuna.syntax.errors import FileError

if TYPE_CHECKING:  # `--help` needs no numpy
    from lacuna.benchmarks.evaluation.lineup import Column, Library
    from lacuna.model.corpus.files import SourceFile

Command = Callable[..., object]

TUNING = 500
"""Holes that the baselines are tuned on."""

json_option = click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here."
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that answer; with several, each has one thread unless --threads says otherwise.",
)
unsafe_option = click.option(
    "--unsafe",
    "is_unsafe",
    is_flag=True,
    help="Run the programs with all your rights, where this machine cannot confine them.",
)
alone_option = click.option(
    "--alone", "is_alone", is_flag=True, help="Show each file by itself, not the other files of its folder among PATHS."
)
against_option = click.option(
    "--against",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Another artifact, on the same questions; may be given many times.",
)


def role_option(default: str) -> Callable[[Command], Command]:
    return click.option(
        "--role", type=click.Choice(["test", "validation"]), default=default, show_default=True, help="Which packages."
    )


def system_option(*systems: str, default: Sequence[str]) -> Callable[[Command], Command]:
    return click.option(
        "--system",
        "systems",
        type=click.Choice(systems),
        multiple=True,
        default=tuple(default),
        show_default=True,
        help="Who answers; may be given many times. The first is compared with each other one.",
    )


@dataclass(frozen=True, slots=True)
class LibraryOptions:
    """Where the baselines come from, as given."""

    work: Path | None
    tokenizer: Path | None
    tuning: int

    def of(self, corpus: Path, model: ModelOptions) -> "Library":
        from lacuna.benchmarks.evaluation.lineup import Library
        from lacuna.export.artifact import TOKENIZER

        tokenizer = self.tokenizer or model.artifact / TOKENIZER
        return Library(corpus, tokenizer, self.work or corpus / "baselines", self.tuning)


def library_options(command: Command) -> Command:
    """The options of the baselines, handed to the command as its `baselines`."""

    @click.option(
        "--work",
        type=click.Path(file_okay=False, path_type=Path),
        help="Keep the trained and tuned baselines here.  [default: CORPUS/baselines]",
    )
    @click.option("--tokenizer", type=click.Path(path_type=Path), help="The n-grams' tokenizer. [default: the model's]")
    @click.option(
        "--tuning",
        type=click.IntRange(min=1),
        default=TUNING,
        show_default=True,
        help="Holes of the role validation that the baselines are tuned on.",
    )
    @functools.wraps(command)
    def with_library(*given: object, work: Path | None, tokenizer: Path | None, tuning: int, **named: object) -> object:
        return command(*given, baselines=LibraryOptions(work, tokenizer, tuning), **named)

    return with_library


def columns(systems: Sequence[str], model: ModelOptions, against: Sequence[Path], jobs: int) -> list["Column"]:
    """Make a column for each system, in the order given, then one for each other artifact, named by its folder."""
    from lacuna.benchmarks.evaluation.lineup import Column, System

    model = single(model, jobs)
    found = [Column(name, System(name), model) for name in dict.fromkeys(systems)]
    for folder in against:
        name = folder.resolve().name
        taken = {column.label for column in found}
        label = next(label for label in _numbered(name) if label not in taken)
        found.append(Column(label, System.LACUNA, replace(model, folder=folder)))
    return found


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def variants(texts: Sequence[str], model: ModelOptions) -> list["Column"]:
    """Make a column for each change of sampler defaults, written as in `canvas=16,candidates=8`."""
    from lacuna.benchmarks.evaluation.lineup import Column, System
    from lacuna.benchmarks.evaluation.sampling import Setting, changed
    from lacuna.model.denoiser import Sampling

    found = []
    for text in dict.fromkeys(texts):
        settings = tuple(Setting().convert(one, None, None) for one in text.split(","))
        changed(Sampling(), dict(settings))  # raises for what no sampler can do
        found.append(Column(f"lacuna {text}", System.LACUNA, model, settings))
    return found


def single(model: ModelOptions, jobs: int) -> ModelOptions:
    """Give the model one thread if several processes answer: with more they would wait for one another."""
    return replace(model, threads=1) if jobs > 1 and model.threads is None else model


def held_out_files(corpus: Path, role: str) -> list["SourceFile"]:
    from lacuna.model.corpus.files import Role, load

    if found := list(load(corpus, Role(role))):
        return found
    raise FileError(f"{corpus} has no files of the role {role} to ask about.")


def need(questions: Sequence[object], corpus: Path, role: str) -> None:
    if not questions:
        raise FileError(f"{corpus} has no holes to ask about for the role {role}.")


@contextlib.contextmanager
def opened(path: Path | None) -> Iterator[Callable[[str], object]]:
    """Open a file before the work begins: an hour's answers must not be lost to a folder that is not there."""
    if path is None:
        yield lambda _text: None
        return
    with output.opened(path) as stream:
        yield stream.write
