"""What the processor has for products of 8-bit integers, and the form in which ONNX Runtime takes them there."""

import platform
from dataclasses import dataclass
from pathlib import Path

INSTRUCTIONS = ("avx2", "avx_vnni", "avx512_vnni", "amx_int8", "asimddp", "i8mm")
"""As Linux names those that multiply integers."""
DOT_PRODUCTS = frozenset(INSTRUCTIONS) - {"avx2"}
"""Those that add 8-bit products in 32 bits at once."""

SIGNED = "signed weights, by dot products of 8 bits"
UNSIGNED = "unsigned weights, summed exactly (no dot products of 8 bits: signed ones would overflow)"
UNKNOWN = "exact, in the form that ONNX Runtime chooses"


@dataclass(frozen=True, slots=True)
class Processor:
    """What computes where no GPU does."""

    name: str
    instructions: tuple[str, ...] | None
    """Those for products of integers; None where the system does not tell."""
    products: str
    """The form of 8-bit products. Each is exact: see `lacuna.export.sessions.session_options`."""


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> Processor:
    """Describe this machine's processor by what Linux says of its first core."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return Processor(platform.machine(), None, UNKNOWN)
    told: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition(":")
        told.setdefault(key.strip(), value.strip())
    flags = (told.get("flags") or told.get("Features") or "").split()
    instructions = tuple(name for name in INSTRUCTIONS if name in flags)
    name = told.get("model name", platform.machine())
    return Processor(name, instructions, UNSIGNED if DOT_PRODUCTS.isdisjoint(instructions) else SIGNED)
