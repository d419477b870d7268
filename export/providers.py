"""Which of ONNX Runtime's providers computes, and why not the other."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from lacuna.syntax.errors import ModelError

CPU_NAME, CUDA_NAME = "CPUExecutionProvider", "CUDAExecutionProvider"
NOT_BUILT_IN = "the installed ONNX Runtime was built without it (the extra 'cuda' of lacuna-infill has it)"
NOT_STARTED = "it does not start on this machine (GPU, driver or CUDA libraries are missing or do not match)"


class Provider(enum.StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class ProviderError(ModelError):
    """The provider that was demanded cannot run."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A provider by ONNX Runtime's name, and one sentence why it is not the other."""

    name: str
    note: str


def choose(wanted: Provider, available: Sequence[str]) -> Choice:
    """CUDA, then CPU, among those that the installed ONNX Runtime was built with."""
    if wanted is Provider.CPU:
        return Choice(CPU_NAME, "CUDA is not used: the CPU was asked for.")
    if CUDA_NAME in available:
        return Choice(
            CUDA_NAME, "The CPU is not used: CUDA was " + ("found." if wanted is Provider.AUTO else "asked for.")
        )
    return without_cuda(wanted, NOT_BUILT_IN)


def without_cuda(wanted: Provider, why: str) -> Choice:
    """What is left when CUDA cannot run."""
    if wanted is Provider.CUDA:
        raise ProviderError(f"CUDA was asked for and cannot run: {why}.")
    return Choice(CPU_NAME, f"CUDA is not used: {why}.")
