"""The options that say which model runs and how, shared by all commands that need one."""

import functools
from collections.abc import Callable
from pathlib import Path

import click

from lacuna.export.providers import Provider
from lacuna.infill.opening import ModelOptions


def model_options(command: Callable[..., object]) -> Callable[..., object]:
    """The options that say which model runs and how, handed to the command as its `model`."""

    @click.option("--model", "folder", type=click.Path(path_type=Path), help="An artifact.  [default: the one in use]")
    @click.option(
        "--provider",
        type=click.Choice([choice.value for choice in Provider]),
        default=Provider.AUTO.value,
        show_default=True,
        help="What computes.",
    )
    @click.option("--threads", type=click.IntRange(min=1), help="Processor threads.  [default: the engine's choice]")
    @functools.wraps(command)
    def with_model(*given: object, folder: Path | None, provider: str, threads: int | None, **named: object) -> object:
        return command(*given, model=ModelOptions(folder, Provider(provider), threads), **named)

    return with_model
