"""What this process holds of the machine's memory."""

import os
import resource
import sys
from pathlib import Path

_STATM = Path("/proc/self/statm")
_MIB = 1024**2


def resident_mib() -> float:
    """Resident now; where the system does not tell (outside Linux), the peak."""
    if not _STATM.exists():
        return peak_mib()
    pages = int(_STATM.read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


def peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (_MIB if sys.platform == "darwin" else 1024)
