"""From a folder to a model that fills: how commands open the artifact that they work with."""

import functools
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lacuna.export.providers import Provider
from lacuna.syntax.errors import ModelError

if TYPE_CHECKING:  # `lacuna --help` needs no numpy, and the engine an extra
    from lacuna.export.chunked.cache import ChunkCache
    from lacuna.export.chunked.engine import Engine
    from lacuna.infill.request import Infill, Request, Warm
    from lacuna.model.denoiser import Librarian, Sampling
    from lacuna.syntax.spans import Span


NO_RUNTIME = (
    "ONNX Runtime is missing; `pip install 'lacuna-infill[cpu]'` adds it, with `[cuda]` the one for Nvidia's GPUs."
)


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """As given on the command line; no `folder` is the artifact in use, no `threads` the engine's choice."""

    folder: Path | None
    provider: Provider
    threads: int | None

    @property
    def artifact(self) -> Path:
        from lacuna.export import shelf

        return self.folder or shelf.in_use()


@dataclass(frozen=True, slots=True)
class Apart:
    """A model with a cache of its own, empty at first: what measurements are made on."""

    infill: "Infill"
    cache: "ChunkCache"
    sampling: "Sampling"


def _without_cache() -> Apart:
    raise ModelError("This model has no cache to measure.")


def _whole(_text: str, spans: "Sequence[Span]", _strength: float) -> "tuple[Span, ...]":
    return tuple(spans)


def _without_warming(_: "Request") -> Generator[int, None, None]:
    yield from ()


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
    librarian: "Librarian | None" = None
    """None: it makes no use of other files."""
    forget: Callable[[], None] = lambda: None
    """Lets go of what is kept of texts."""
    reworked: "Callable[[str, Sequence[Span], float], tuple[Span, ...]]" = _whole
    """The parts of spans of a text that are written anew at a strength from 0 to 1: those that are doubted most."""

    def reworking(self, request: "Request", strength: float) -> "Request":
        """Ask for only those parts of a request's spans; what nothing better is found for stays."""
        return replace(request, spans=self.reworked(request.text, request.spans, strength), is_partial=True)


Opening = Callable[[ModelOptions], OpenModel]


def open_engine(options: ModelOptions) -> "Engine":
    """Load the artifact; raise ModelError with the engine's sentence when it cannot run."""
    try:
        from lacuna.export.chunked.engine import Engine

        return Engine.load(options.artifact, provider=options.provider, threads=options.threads)
    except ModuleNotFoundError as error:
        if error.name != "onnxruntime":
            raise
        raise ModelError(NO_RUNTIME) from error


def open_model(options: ModelOptions) -> OpenModel:
    """The artifact as a model that fills; raise ModelError as `open_engine` does."""
    engine = open_engine(options)
    from lacuna.infill.doubt import reworked
    from lacuna.infill.infill import infill, warm

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
        engine,
        engine.forget,
        functools.partial(reworked, engine),
    )


def _apart(engine: "Engine") -> Apart:
    from lacuna.infill.infill import infill

    twin = engine.apart()
    return Apart(functools.partial(infill, twin), twin.cache, twin.sampling)
