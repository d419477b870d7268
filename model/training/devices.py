"""Where to train, how exactly, and on how many threads."""

import torch

from lacuna.syntax.errors import LacunaError


class DeviceError(LacunaError):
    """The device that was asked for is not there."""


def device_of(name: str) -> torch.device:
    """`cpu`, `cuda`, or for `auto` CUDA where torch finds it; DeviceError where CUDA is demanded in vain."""
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise DeviceError("torch finds no CUDA device here: train with --device cpu.")
    return torch.device("cuda")


def precision_of(name: str, device: torch.device) -> torch.dtype:
    """What matrices are multiplied in: `float32`, `bfloat16`, or for `auto` bfloat16 where there are units for it."""
    if name == "auto":
        has_units = device.type == "cuda" or torch.cpu.get_capabilities().get("amx_bf16", False)
        return torch.bfloat16 if has_units else torch.float32
    return torch.bfloat16 if name == "bfloat16" else torch.float32


def use_threads(count: int | None) -> int:
    """Let torch use so many threads, if a number is given; how many it uses."""
    if count:
        torch.set_num_threads(count)
    return torch.get_num_threads()
