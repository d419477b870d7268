"""How commands get their model: the one seam between the command line and the engine."""

import copy
import enum
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lacuna.cli.exit_codes import ModelError
from lacuna.syntax.errors import LacunaError

if TYPE_CHECKING:  # `lacuna --help` needs no numpy
    from lacuna.export.artifact import Defaults
    from lacuna.export.cache import ChunkCache
    from lacuna.export.engine import Engine
    from lacuna.lsp_server.request import Infill, Request, Warm


class ProviderChoice(enum.StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """As given on the command line; no `folder` is the artifact in use, no `threads` the engine's choice."""

    folder: Path | None
    provider: ProviderChoice
    threads: int | None

    @property
    def artifact(self) -> Path:
        from lacuna.cli import models

        return self.folder or models.in_use()


@dataclass(frozen=True, slots=True)
class Apart:
    """A model with a cache of its own, empty at first: what measurements are made on."""

    infill: "Infill"
    cache: "ChunkCache"
    defaults: "Defaults"


def _without_cache() -> Apart:
    raise ModelError("This model has no cache to measure.")


def _without_warming(_: "Request") -> Iterator[int]:
    return iter(())


@dataclass(frozen=True, slots=True)
class OpenModel:
    """A model ready to fill."""

    infill: "Infill"
    notes: tuple[str, ...] = ()
    """Sentences for `lacuna doctor`: which artifact it is, what runs it and why nothing else does."""
    apart: Callable[[], Apart] = _without_cache
    """The same model, loaded once, with another cache."""
    name: str = ""
    provider: str = ""
    warm: "Warm" = _without_warming
    """Encodes ahead what a request will see."""


Opening = Callable[[ModelOptions], OpenModel]


def open_engine(options: ModelOptions) -> "Engine":
    """Load the artifact; raise ModelError with the engine's sentence when it cannot run."""
    try:
        from lacuna.export.engine import Engine
        from lacuna.export.providers import Provider

        return Engine.load(options.artifact, provider=Provider(options.provider.value), threads=options.threads)
    except LacunaError as error:
        raise ModelError(str(error)) from error
    except ModuleNotFoundError as error:
        if error.name != "onnxruntime":
            raise
        raise ModelError("onnxruntime is missing; install the extra 'cpu' or 'cuda' of lacuna-infill.") from error


def open_model(options: ModelOptions) -> OpenModel:
    """The artifact as a model that fills; raise ModelError as `open_engine` does."""
    engine = open_engine(options)
    from lacuna.lsp_server.infill import infill
    from lacuna.lsp_server.warming import warm

    notes = (
        f"{engine.name}, {engine.manifest.precision}, from {options.artifact}",
        engine.provider_note,
    )
    return OpenModel(
        functools.partial(infill, engine),
        notes,
        lambda: _apart(engine),
        engine.name,
        engine.provider,
        functools.partial(warm, engine),
    )


def _apart(engine: "Engine") -> Apart:
    from lacuna.export.cache import ChunkCache
    from lacuna.lsp_server.infill import infill

    twin = copy.copy(engine)
    twin.cache = ChunkCache()
    return Apart(functools.partial(infill, twin), twin.cache, twin.manifest.defaults)


def model_options(command: Callable[..., object]) -> Callable[..., object]:
    """The options that say which model runs and how, handed to the command as its `model`."""

    @click.option("--model", "folder", type=click.Path(path_type=Path), help="An artifact.  [default: the one in use]")
    @click.option(
        "--provider",
        type=click.Choice([choice.value for choice in ProviderChoice]),
        default=ProviderChoice.AUTO.value,
        show_default=True,
        help="What computes.",
    )
    @click.option("--threads", type=click.IntRange(min=1), help="Processor threads.  [default: the engine's choice]")
    @functools.wraps(command)
    def with_model(*given: object, folder: Path | None, provider: str, threads: int | None, **named: object) -> object:
        return command(*given, model=ModelOptions(folder, ProviderChoice(provider), threads), **named)

    return with_model
