"""Sampler defaults as they are written on a command line."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lacuna.syntax.errors import UsageError

if TYPE_CHECKING:  # `lacuna --help` needs no numpy
    from lacuna.model.denoiser import Sampling

T = TypeVar("T")


class Setting(click.ParamType[tuple[str, str]]):
    """A name and a value, written as in `threshold=0.4`."""

    name = "setting"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, _, text = str(value).rpartition("=")
        if not name:
            self.fail(f"{value!r} is not of the form NAME=VALUE.", param, ctx)
        return name, text


def changed(defaults: "Sampling", changes: Mapping[str, str]) -> "Sampling":
    """The defaults with some changed, each of the type it had."""
    ours: dict[str, Any] = asdict(defaults)
    if unknown := changes.keys() - ours.keys():
        raise UsageError(f"There is no sampler default {min(unknown)!r} (there are: {', '.join(ours)}).")
    new = {name: parsed(name, text, type(ours[name])) for name, text in changes.items()}
    found = type(defaults)(**ours | new)
    if min(found.canvas, found.candidates) < 1 or found.budget < 0:
        raise UsageError("The sampler needs a canvas and candidates of at least 1, and a budget of at least 0.")
    return found


def parsed(name: str, text: str, kind: Callable[[str], T]) -> T:
    try:
        value = kind(text)
    except ValueError as error:
        raise UsageError(f"{name} cannot be {text!r}.") from error
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{name} cannot be {text!r}.")
    return value
