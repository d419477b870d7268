"""Products of 8-bit integers: the processor's instructions for them, and whether ONNX Runtime's sums overflow."""

import functools
import platform
from pathlib import Path

import numpy as np

from lacuna.export.providers import CPU_NAME
from lacuna.export.runtime import onnxruntime

INSTRUCTIONS = ("avx2", "avx_vnni", "avx512_vnni", "amx_int8", "asimddp", "i8mm")
"""Those that multiply integers, as Linux names them."""

PRODUCT = bytes.fromhex(
    "08053a3e0a180a01780a0177120179220d4d61744d756c496e74656765721201675a090a017812040a0208025a090a017712040a020803"
    "62090a017912040a02080642040a00100a"
)
"""An ONNX model: y = MatMulInteger(x, w), x of uint8, w of int8. A test builds the same bytes with `onnx`."""
WIDTH = 64


@functools.cache
def overflows() -> bool:
    """Multiply the largest numbers, and tell whether the sums come out wrong.

    x86 processors without dot products of 8 bits (VNNI) add pairs of products in 16 bits: 2 * 255 * 127 is too much.
    """
    session = onnxruntime.InferenceSession(PRODUCT, providers=[CPU_NAME])
    (sums,) = session.run(None, {"x": np.full((1, WIDTH), 255, np.uint8), "w": np.full((WIDTH, 16), 127, np.int8)})
    return bool(np.any(np.asarray(sums) != WIDTH * 255 * 127))


def form() -> str:
    """Say in which form 8-bit products are computed here, exactly in either."""
    if overflows():
        return "unsigned weights, summed in 32 bits (signed ones overflow on this processor)"
    return "signed weights, summed in 32 bits"


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> tuple[str, tuple[str, ...] | None]:
    """Name this machine's processor and its INSTRUCTIONS, by what Linux says of the first core; None elsewhere."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.machine(), None
    told: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition(":")
        told.setdefault(key.strip(), value.strip())
    flags = (told.get("flags") or told.get("Features") or "").split()
    return told.get("model name", platform.machine()), tuple(name for name in INSTRUCTIONS if name in flags)
