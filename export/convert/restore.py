"""From an artifact back to the network's weights, rounded as they were shipped: training can go on from there."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper

from lacuna.export.artifact import DENOISE, ENCODE, TOKENIZER, WEIGHTS, Artifact, ArtifactError, load
from lacuna.export.convert.precision import EightBits, Float32, dequantised
from lacuna.model.dimensions import Dimensions
from lacuna.model.training.network import RELATIONS, Denoiser
from lacuna.model.training.recipe import RecipeError
from lacuna.model.training.text import keep_tokenizer

Array = NDArray[np.generic]

ORIGIN = "origin.json"
"""In a run's folder: how the weights that it began with were trained."""


def begin(folder: Path, dimensions: Dimensions, run: Path) -> dict[str, torch.Tensor]:
    """The weights of the artifact in `folder`, for a run that gets its tokenizer and keeps where it comes from.

    The recipe's layers may have more hidden units: what they give counts nothing at first, so that nothing is lost.
    Raises ArtifactError, and RecipeError where the artifact or the run is of another kind.
    """
    shipped = load(folder)
    given = shipped.manifest.dimensions
    if replace(given, hidden=dimensions.hidden) != dimensions or given.hidden > dimensions.hidden:
        theirs, ours = asdict(given), asdict(dimensions)
        differ = ", ".join(f"{name} {theirs[name]}, not {ours[name]}" for name in theirs if theirs[name] != ours[name])
        raise RecipeError(f"{folder} has other dimensions than the recipe: {differ}.")
    keep_tokenizer(run, shipped.files[TOKENIZER])
    if not (run / ORIGIN).exists():
        (run / ORIGIN).write_text(json.dumps(asdict(shipped.manifest.training), indent=2), encoding="utf-8")
    return _grown(weights(shipped), dimensions.hidden - given.hidden)


def trainings(run: Path) -> int:
    """How many trainings the weights that a run began with have behind them.

    Each must draw by another seed: the rows of the one before, learned once more, are learned by heart.
    """
    count, known = 0, json.loads((run / ORIGIN).read_text(encoding="utf-8"))
    while known is not None:
        count, known = count + 1, known["after"]
    return count


def _grown(weights_: dict[str, torch.Tensor], more: int) -> dict[str, torch.Tensor]:
    """The weights with so many more hidden units in each layer: drawn ways in, ways out that begin at zero."""
    generator = torch.Generator().manual_seed(0)
    for name, matrix in weights_.items():
        if name.endswith(("gate.weight", "up.weight")):
            drawn = torch.randn(more, matrix.shape[1], generator=generator) * matrix.shape[1] ** -0.5
            weights_[name] = torch.cat([matrix, drawn])
        elif name.endswith("down.weight"):
            weights_[name] = torch.cat([matrix, matrix.new_zeros(matrix.shape[0], more)], 1)
    return weights_


def weights(artifact: Artifact) -> dict[str, torch.Tensor]:
    """The network's `state_dict`; raises ArtifactError if the graphs do not hold all of it."""
    if artifact.manifest.precision not in (EightBits.name, Float32.name):
        raise ArtifactError(f"{artifact.folder} holds weights in {artifact.manifest.precision}, which cannot be read.")
    stored = dict(_initialisers(artifact))
    found = {}
    for name, expected in Denoiser(artifact.manifest.dimensions).state_dict().items():
        try:
            array = _parameter(name, stored)
        except KeyError as error:
            raise ArtifactError(f"The graphs of {artifact.folder} lack the weights {error.args[0]!r}.") from error
        if array.size != expected.numel():
            raise ArtifactError(f"The graphs of {artifact.folder} hold {name!r} in another shape than its dimensions.")
        found[name] = torch.from_numpy(np.array(array, np.float32)).reshape(expected.shape)
    return found


def _parameter(name: str, stored: Mapping[str, Array]) -> Array:
    """One of the network's parameters, from what `graphs` named it."""
    base = name.removesuffix(".weight")
    match name.split("."):
        case ["role", _]:
            return np.stack([stored["role 0"], stored["role 1"]])
        case ["biases", _, "bias" | "slope"]:
            return np.stack([stored[f"{name}.{relation}.2"].ravel() for relation in RELATIONS])
        case ["biases", _, "scale" | "null"]:
            return stored[f"{name}.None.2"]
    if f"{base} codes" in stored:
        return dequantised(stored[f"{base} codes"], np.asarray(stored[f"{base} scales"], np.float32))
    return stored[name] if name in stored else stored[base]


def _initialisers(artifact: Artifact) -> Iterator[tuple[str, Array]]:
    shared = artifact.files[WEIGHTS]
    for graph in (ENCODE, DENOISE):
        for tensor in onnx.load_model_from_string(artifact.files[graph]).graph.initializer:
            yield tensor.name, _array(tensor, shared)


def _array(tensor: TensorProto, shared: bytes) -> Array:
    if tensor.data_location != TensorProto.EXTERNAL:
        return numpy_helper.to_array(tensor)
    entries = {entry.key: entry.value for entry in tensor.external_data}
    start, length = int(entries["offset"]), int(entries["length"])
    kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
    return np.frombuffer(shared[start : start + length], kind).reshape(tuple(tensor.dims))
