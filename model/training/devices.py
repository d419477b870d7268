"""Where to train, how exactly, and on how many threads."""

import contextlib
import warnings
from collections.abc import Iterator

import torch

from lacuna.syntax.errors import ModelError


class DeviceError(ModelError):
    """The device that was asked for is not there."""


def device_of(name: str) -> torch.device:
    """Choose `cpu`, `cuda`, or for `auto` CUDA if torch finds it; raises DeviceError if there is no CUDA to obey."""
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise DeviceError("torch finds no CUDA device here: train with --device cpu.")
    return torch.device("cuda")


def precision_of(name: str, device: torch.device) -> torch.dtype:
    """Choose `float32`, `bfloat16`, or for `auto` bfloat16 if the device has units that multiply matrices in it."""
    if name == "auto":
        known = torch.cpu.get_capabilities()
        has_units = device.type == "cuda" or any(known.get(unit, False) for unit in ("amx_bf16", "avx512_bf16"))
        return torch.bfloat16 if has_units else torch.float32
    return torch.bfloat16 if name == "bfloat16" else torch.float32


@contextlib.contextmanager
def multiplying_in(precision: torch.dtype, device: torch.device) -> Iterator[None]:
    """Multiply matrices in float32 or bfloat16; weights and residuals stay float32."""
    with warnings.catch_warnings():
        # Norms of bfloat16 by float32 weights are meant; where it matters, torch.compile fuses them anyway.
        warnings.filterwarnings("ignore", message="Mismatch dtype between input and weight")
        with torch.autocast(device.type, torch.bfloat16, enabled=precision is torch.bfloat16):
            yield


def use_threads(count: int | None) -> int:
    """Let torch use so many threads, if a number is given, and return how many it uses."""
    if count:
        torch.set_num_threads(count)
    return torch.get_num_threads()
