"""Memory that nothing needs any more goes back to the system."""

import ctypes
import gc
import sys


def give_back() -> None:
    """Collect garbage, and, where the C library is one that keeps what was freed, have it let that go."""
    gc.collect()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)
