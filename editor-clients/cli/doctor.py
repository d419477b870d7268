"""`lacuna doctor`: what is installed, what would run, and a real fill to prove it."""

import json
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata

import click

from lacuna.benchmarks.memory import peak_mib
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.cli.terminal import say
from lacuna.cli.version import DISTRIBUTION
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.infill.request import Draft, Request, answered
from lacuna.syntax.errors import LacunaError
from lacuna.syntax.spans import Span
from lacuna.workspace.visible import visible_text

DISTRIBUTIONS = (
    DISTRIBUTION,
    "onnxruntime",
    "onnxruntime-gpu",
    "numpy",
    "tokenizers",
    "tree-sitter",
    "tree-sitter-python",
    "pygls",
    "lsprotocol",
)
BEFORE, AFTER = (
    "def total(values):\n    result = 0\n    for value in ",
    ":\n        result += value\n    return result\n",
)


@dataclass(frozen=True, slots=True)
class Fill:
    """What the model made of a small hole."""

    model: str
    provider: str
    text: str
    confidence: float
    parses: bool
    load_ms: float
    fill_ms: float
    steps: int
    peak_memory_mib: float


@dataclass(frozen=True, slots=True)
class Processor:
    """What computes where no GPU does."""

    name: str
    instructions: tuple[str, ...] | None
    """Those for products of integers; null where the system does not tell."""
    products: str
    """The form of 8-bit products."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found; `error` says why no fill could be made."""

    versions: dict[str, str | None]
    processor: Processor | None
    """Null where ONNX Runtime is missing."""
    providers: tuple[str, ...]
    """Those that the installed ONNX Runtime was built with."""
    notes: tuple[str, ...]
    """What the engine says of its artifact and of the providers it did not take."""
    fill: Fill | None
    error: str | None


@click.command()
@click.option("--json", "is_json", is_flag=True, help="Print the findings as JSON.")
@model_options
@click.pass_obj
def doctor(opening: Opening, *, model: ModelOptions, is_json: bool) -> ExitCode:
    """Say what is installed and what would run, and fill a small hole to prove it."""
    report = examine(opening, model)
    if is_json:
        click.echo(json.dumps(asdict(report)))
    else:
        for line in described(report):
            say(line)
    if report.error is not None:
        say(f"lacuna: {report.error}", is_error=True)
        return ExitCode.MODEL
    return ExitCode.DONE


def examine(opening: Opening, options: ModelOptions) -> Report:
    versions = {"python": platform.python_version()} | {name: _version(name) for name in DISTRIBUTIONS}
    notes: tuple[str, ...] = ()
    fill: Fill | None = None
    error: str | None = None
    try:
        began = time.perf_counter()
        opened = opening(options)
        load_ms = _milliseconds_since(began)
        notes = opened.notes
        began = time.perf_counter()
        request = Request(BEFORE + AFTER, "python", (Span(len(BEFORE), len(BEFORE)),), threshold=0.0)
        steps: list[Draft] = []
        answer = answered(opened.infill(request), steps.append)
        [[best, *_]] = answer.candidates
        fill = Fill(
            model=answer.model,
            provider=answer.provider,
            text=best.text,
            confidence=best.confidence,
            parses=best.parses,
            load_ms=load_ms,
            fill_ms=_milliseconds_since(began),
            steps=len(steps),
            peak_memory_mib=peak_mib(),
        )
    except LacunaError as failure:
        error = str(failure)
    return Report(versions, _processor(), _built_in_providers(), notes, fill, error)


def described(report: Report) -> Iterator[str]:
    yield "versions"
    for name, version in report.versions.items():
        yield f"  {name:<20} {version or 'not installed'}"
    if found := report.processor:
        yield "processor"
        told = "unknown" if found.instructions is None else ", ".join(found.instructions) or "none"
        yield f"  {visible_text(found.name)}; integer instructions: {told}"
        yield f"  8-bit products: {found.products}"
    yield "providers"
    for provider in report.providers or ("none",):
        yield f"  {provider}"
    yield "model"
    for note in report.notes:
        yield f"  {note}"
    if report.fill is None:
        yield "  cannot run"
        return
    fill = report.fill
    yield f"  {fill.model} on {fill.provider}, loaded in {fill.load_ms:.0f} ms"
    yield f"  filled {fill.steps} steps in {fill.fill_ms:.0f} ms, peak memory {fill.peak_memory_mib:.0f} MiB"
    last_line = BEFORE.rsplit("\n", 1)[1].strip()
    yield f"  {last_line} [{visible_text(fill.text)}]: confidence {fill.confidence:.2f}, parses: {fill.parses}"


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> Processor | None:
    try:
        from lacuna.export.processor import form, processor
    except ImportError:
        return None
    return Processor(*processor(), form())


def _built_in_providers() -> tuple[str, ...]:
    try:
        from lacuna.export.runtime import onnxruntime
    except ImportError:
        return ()
    return tuple(onnxruntime.get_available_providers())


def _milliseconds_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
