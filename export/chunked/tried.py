"""The process in which an artifact from elsewhere is tried; its arguments are a folder and the manifest's SHA-256.

Ends with 0, or with `trial.REFUSED` and a sentence on standard output, or as the model ends it.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from lacuna.export import artifact as artifacts
from lacuna.export import trial
from lacuna.export.artifact import ON_CUDA, Artifact, ArtifactError
from lacuna.export.chunked.engine import Engine
from lacuna.export.providers import CUDA_NAME, Provider
from lacuna.export.runtime import onnxruntime
from lacuna.model.denoiser import Scene
from lacuna.model.tokenizer import MASK
from lacuna.syntax.spans import Span

TEXT = "def total(prices):\n    result = 0\n    for price in prices:\n        result += price\n    return result\n\n\n"
TIMES = 30


def main() -> None:
    folder, digest = sys.argv[1:]
    _limit()
    told = os.dup(sys.stdout.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # ONNX Runtime prints
    try:
        _try_all(Path(folder), digest)
    except ArtifactError as error:
        os.write(told, str(error).encode("utf-8", "backslashreplace"))
        sys.exit(trial.REFUSED)


def _try_all(folder: Path, digest: str) -> None:
    artifact = artifacts.load(folder)
    if artifact.digest != digest:
        raise ArtifactError(f"{folder} changes while it is read.")
    _try(artifact)
    if CUDA_NAME in onnxruntime.get_available_providers():  # its graphs run on a processor, too
        _try(replace(artifact, files={**artifact.files, **{own: artifact.files[ON_CUDA[own]] for own in ON_CUDA}}))


def _limit() -> None:
    """Of what a system has of these limits, the hard ones: nothing is told, the process just ends or gets no more."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 -- Windows has none

        for name, most in (
            (resource.RLIMIT_CPU, trial.PROCESSOR_SECONDS),
            (resource.RLIMIT_DATA, trial.MEMORY),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(name, (most, most))


def _try(artifact: Artifact) -> None:
    """Encode a text and predict for a hole in its middle, step by step, as serving does."""
    engine = Engine.open(artifact, Provider.CPU, threads=1)
    text = TEXT * TIMES
    middle = len(text) // 2
    seen = engine.look(Scene(text, (Span(middle, middle),)), engine.sampling)
    canvas, rows = engine.sampling.canvas, engine.sampling.candidates
    slots = np.full((rows, min(canvas, 2)), MASK, np.int64)
    for n in range(slots.shape[1]):
        prediction = seen.continued(slots, np.full(rows, canvas, np.int64))
        slots[:, n] = prediction.logits[:, n].argmax(-1)
