"""Where to train, and on how many threads."""

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


def use_threads(count: int | None) -> int:
    """Let torch use so many threads, if a number is given; how many it uses."""
    if count:
        torch.set_num_threads(count)
    return torch.get_num_threads()
