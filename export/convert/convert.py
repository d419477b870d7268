"""From a training run to an artifact: averaged weights to graphs, in 8 bits to ship and in float32 to compare with."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import cattrs
import numpy as np
import torch
from numpy.typing import NDArray

from lacuna.export import artifact
from lacuna.export.artifact import Artifact
from lacuna.export.convert import graphs
from lacuna.export.convert.builder import Weights
from lacuna.export.convert.precision import EightBits, Float32, Precision
from lacuna.export.convert.restore import ORIGIN
from lacuna.export.manifest import FORMAT, Corpus, Manifest, Training
from lacuna.model.chunked.reading import Convention
from lacuna.model.corpus.files import REPORT
from lacuna.model.denoiser import Calibration, Sampling
from lacuna.model.dimensions import Dimensions
from lacuna.model.training.checkpoint import NAME as CHECKPOINT
from lacuna.model.training.checkpoint import RunError
from lacuna.model.training.network import Denoiser


@dataclass(frozen=True, slots=True)
class Run:
    """What a training run left."""

    dims: Dimensions
    state: dict[str, torch.Tensor]
    """The averaged weights."""
    tokenizer: bytes
    training: Training
    corpus: Corpus

    def network(self) -> Denoiser:
        network = Denoiser(self.dims)
        network.load_state_dict(self.state)
        return network.eval()


def read(folder: Path, recipe: str) -> Run:
    """Read a run's folder; `recipe` is the name of what it was trained by, which a checkpoint does not know."""
    try:
        stored = torch.load(folder / CHECKPOINT, weights_only=True, map_location="cpu")
        tokenizer = (folder / artifact.TOKENIZER).read_bytes()
        return Run(
            dims=Dimensions(**stored["recipe"]["network"]),
            state=stored["average"],
            tokenizer=tokenizer,
            training=Training(
                recipe,
                int(stored["step"]),
                int(stored["tokens"]),
                _commit(),
                dict(stored["recipe"]["infill"]["kinds"]),
                _origin(folder / ORIGIN),
            ),
            corpus=_corpus(folder / REPORT),
        )
    except FileNotFoundError as error:
        raise RunError(f"{folder} is not a training run: it has no {Path(error.filename).name}.") from error
    except Exception as error:  # torch raises whatever its unpickler met
        raise RunError(f"{folder / CHECKPOINT} cannot be read as a checkpoint: {str(error).splitlines()[0]}") from error


def convert(
    run: Run,
    destination: Path,
    precision: Precision,
    name: str,
    sampling: Sampling,
    scores: Mapping[str, float] = MappingProxyType({}),
    calibration: Calibration | None = None,
) -> Artifact:
    """Write the artifact to `destination`, in place of the one that is there."""
    manifest = Manifest(
        format=FORMAT,
        name=name,
        precision=precision.name,
        dimensions=run.dims,
        reading=Convention(),
        sampling=sampling,
        calibration=calibration,
        corpus=run.corpus,
        training=run.training,
        scores=dict(scores),
        files={},
    )
    files = built(run.dims, numbers(run.state), precision) | {artifact.TOKENIZER: run.tokenizer}
    return artifact.write(destination, manifest, files)


def built(dims: Dimensions, state: graphs.State, precision: Precision) -> dict[str, bytes]:
    """Both graphs, those for CUDA, and the weights that all share."""
    weights = Weights()
    files = {}
    for name, graph in ((artifact.ENCODE, graphs.encode), (artifact.DENOISE, graphs.denoise)):
        files[name] = graph(dims, state, precision, weights)
        files[artifact.ON_CUDA[name]] = graph(dims, state, precision.on_cuda, weights)
    return files | {artifact.WEIGHTS: bytes(weights.data)}


def numbers(state: Mapping[str, torch.Tensor]) -> dict[str, NDArray[np.float32]]:
    return {name: tensor.detach().to(torch.float32).cpu().numpy() for name, tensor in state.items()}


def _corpus(report: Path) -> Corpus:
    """Name and licences of what was trained on, from the report that the run keeps of its corpus."""
    if not report.exists():
        return Corpus("unknown", "unknown")
    table = json.loads(report.read_bytes())
    packages = [package for package in table["packages"] if package["role"] == "train"]
    licences = sorted({package["licence"] for package in packages})
    return Corpus(f"{len(packages)} Python packages, SHA-256 {table['outputs']['train.jsonl']}", ", ".join(licences))


def _origin(path: Path) -> Training | None:
    return cattrs.structure(json.loads(path.read_bytes()), Training) if path.exists() else None


def _commit() -> str:
    """Name the commit of the checkout that this code lies in, if it lies in one."""
    command = ["git", "-C", str(Path(__file__).resolve().parent), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 -- fixed words
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


FLOAT32, EIGHT_BITS = Float32(), EightBits()
