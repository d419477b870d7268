"""ONNX Runtime sessions over an artifact's verified bytes; no file is opened here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lacuna.export.artifact import DENOISE, ENCODE, ON_CUDA, WEIGHTS, Artifact, ArtifactError
from lacuna.export.processor import overflows
from lacuna.export.providers import CPU_NAME, CUDA_NAME, NOT_STARTED, Choice, Provider, choose, without_cuda
from lacuna.export.runtime import onnxruntime
from lacuna.model.chunked.context import BEFORE_ANCHOR

ERRORS_ONLY = 3
LONGEST_REASON = 200
"""Characters of what ONNX Runtime says."""
INPUTS = {
    ENCODE: ("tokens",),
    DENOISE: (
        "tokens",
        "past",
        "past_keys",
        "past_values",
        "lengths",
        "ordered",
        "hints",
        "strengths",
        "near_keys",
        "near_values",
        "near_offsets",
        "far_keys",
        "far_values",
        "far_offsets",
    ),
}
_TYPES = {"tensor(int64)": np.int64, "tensor(float)": np.float32, "tensor(bool)": np.bool_}
OUTPUTS = {ENCODE: ("keys", "values"), DENOISE: ("logits", "existence", "keys", "values")}

Array = NDArray[np.float32] | NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sessions:
    """Both graphs, and what runs them."""

    encode: onnxruntime.InferenceSession
    denoise: onnxruntime.InferenceSession
    choice: Choice


def open_sessions(artifact: Artifact, wanted: Provider, threads: int | None) -> Sessions:
    """Open both graphs on one provider; `threads` None is ONNX Runtime's choice, a thread for each core."""
    choice = choose(wanted, onnxruntime.get_available_providers())
    encode = _open(artifact, ENCODE, choice, threads)
    if choice.name == CUDA_NAME and CUDA_NAME not in encode.get_providers():
        choice = without_cuda(wanted, NOT_STARTED)
        encode = _open(artifact, ENCODE, choice, threads)
    return Sessions(encode, _open(artifact, DENOISE, choice, threads), choice)


def run(
    session: onnxruntime.InferenceSession, name: str, feeds: Mapping[str, Array], shapes: Sequence[tuple[int, ...]]
) -> tuple[Floats, ...]:
    """The outputs of either graph, in these shapes; raise ArtifactError if it gives no such numbers."""
    try:
        outputs = session.run(OUTPUTS[name], dict(feeds))
    except Exception as error:  # ONNX Runtime's errors have no common base of their own
        raise ArtifactError(f"The model's {name} does not run: {_reason(error)}.") from error
    return tuple(_floats(output, name, shape) for output, shape in zip(outputs, shapes, strict=True))


def shrink(session: onnxruntime.InferenceSession) -> None:
    """Give back the memory that ONNX Runtime keeps for runs; it does so behind a run alone: the smallest is run."""
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    inputs = session.get_inputs()
    feeds: dict[str, Array] = {one.name: np.zeros([*map(_smallest, one.shape)], _TYPES[one.type]) for one in inputs}
    session.run(None, feeds, options)


def _smallest(size: int | str) -> int:
    """The least a size of the graphs' inputs may be, by its name unless it is fixed."""
    if isinstance(size, int):
        return size
    return BEFORE_ANCHOR + 1 if size == "T" else 1


def _floats(output: object, name: str, shape: tuple[int, ...]) -> Floats:
    if not isinstance(output, np.ndarray) or output.dtype != np.float32 or output.shape != shape:
        raise ArtifactError(f"The model's {name} gives outputs of other types or shapes than its manifest says.")
    if not np.isfinite(output).all():
        raise ArtifactError(f"The model's {name} gives numbers that are none.")
    return output


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0][:LONGEST_REASON].rstrip(". ")


def session_options(provider: str, threads: int | None) -> onnxruntime.SessionOptions:
    """How either graph is run; `threads` None is ONNX Runtime's choice."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = ERRORS_ONLY
    options.intra_op_num_threads = threads or 0
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # an idle server takes no CPU
    if provider == CPU_NAME and overflows():
        # Weights are laid out without a sign, and their products summed in 32 bits. Where nothing overflows, this would
        # nearly double the time of encoding.
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options


def _open(artifact: Artifact, name: str, choice: Choice, threads: int | None) -> onnxruntime.InferenceSession:
    options = session_options(choice.name, threads)
    weights = artifact.files[WEIGHTS]
    options.add_external_initializers_from_files_in_memory([WEIGHTS], [weights], [len(weights)])
    names = [choice.name] if choice.name == CPU_NAME else [choice.name, CPU_NAME]
    file = ON_CUDA[name] if choice.name == CUDA_NAME else name
    try:
        session = onnxruntime.InferenceSession(artifact.files[file], options, providers=names)
    except Exception as error:  # ONNX Runtime's errors have no common base of their own
        raise ArtifactError(f"ONNX Runtime cannot open {artifact.folder / file}: {_reason(error)}.") from error
    inputs, outputs = ({value.name for value in values} for values in (session.get_inputs(), session.get_outputs()))
    if inputs != set(INPUTS[name]) or outputs != set(OUTPUTS[name]):
        raise ArtifactError(f"{artifact.folder / file} has other inputs or outputs than Lacuna's graph of that name.")
    return session
