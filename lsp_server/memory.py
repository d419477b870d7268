"""Memory that nothing needs any more goes back to the system."""

import ctypes
import gc
import sys
from collections.abc import Callable

_THRESHOLD = -3
"""The parameter of `mallopt(3)`."""
_LARGE = 1 << 18
"""Bytes that go back as soon as they are freed. By itself glibc raises this to 32 MiB, and what goes leaves gaps."""


def give_back() -> None:
    """Collect garbage, and, where the C library is one that keeps what was freed, have it let that go."""
    gc.collect()
    if trim := _of_glibc("malloc_trim"):
        trim(0)


def keep_apart() -> None:
    """Have the C library keep large arrays apart from now on."""
    if set_parameter := _of_glibc("mallopt"):
        set_parameter(_THRESHOLD, _LARGE)


def _of_glibc(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
