"""How weights are stored and multiplied: as they were trained, or in 8 bits."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lacuna.export.convert.builder import Value
from lacuna.model.dimensions import BLOCK

Floats = NDArray[np.float32]

INT8_PRODUCTS = 4
"""MatMulNBits' accuracy level: inputs are rounded to 8 bits too, a scale for each row and block, so that no row of a
batch feels another."""


class Precision(Protocol):
    """Both take a matrix (out, in) by its name; a tied matrix is stored once."""

    name: str

    def product(self, x: Value, name: str, matrix: Floats) -> Value:
        """Multiply: (..., in) -> (..., out)."""
        ...

    def rows(self, ids: Value, name: str, matrix: Floats) -> Value:
        """Look up: ids (...) -> (..., in)."""
        ...


class Float32:
    """To compare with torch."""

    name = "float32"

    def product(self, x: Value, name: str, matrix: Floats) -> Value:
        return x @ x.graph.weight(name, matrix).transpose(1, 0)  # folded when the session opens

    def rows(self, ids: Value, name: str, matrix: Floats) -> Value:
        return ids.graph.op("Gather", ids.graph.weight(name, matrix), ids, axis=0)


class EightBits:
    """Symmetric, around 128, a scale for every BLOCK weights of a row."""

    name = "8 bits"

    def product(self, x: Value, name: str, matrix: Floats) -> Value:
        graph = x.graph
        out, inner = matrix.shape
        codes, scales = quantise(matrix)
        return graph.op(
            "MatMulNBits",
            x,
            graph.weight(f"{name} blocks", codes.reshape(out, inner // BLOCK, BLOCK)),
            graph.weight(f"{name} scales", scales),
            domain="com.microsoft",
            K=inner,
            N=out,
            bits=8,
            block_size=BLOCK,
            accuracy_level=INT8_PRODUCTS,
        )

    def rows(self, ids: Value, name: str, matrix: Floats) -> Value:
        graph = ids.graph
        codes, scales = quantise(matrix)
        return graph.op(
            "GatherBlockQuantized",
            graph.weight(f"{name} codes", codes),  # the same bytes as its blocks
            ids,
            graph.weight(f"{name} scales", scales),
            domain="com.microsoft",
            bits=8,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )


def quantise(matrix: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """(out, in) -> codes (out, in) and scales (out, in / BLOCK), weight = (code - 128) * scale."""
    out, inner = matrix.shape
    assert inner % BLOCK == 0, f"{inner} inputs are no multiple of {BLOCK}"
    blocks = matrix.reshape(out, -1, BLOCK)
    scales = np.maximum(np.abs(blocks).max(-1, keepdims=True) / 127, np.float32(1e-12)).astype(np.float32)
    codes = np.rint(blocks / scales) + 128
    return codes.astype(np.uint8).reshape(out, inner), scales[..., 0]


def dequantised(codes: NDArray[np.generic], scales: Floats) -> Floats:
    """What `quantise` made of a matrix, back: (out, in)."""
    blocks = codes.reshape(*scales.shape, BLOCK).astype(np.float32) - 128
    return (blocks * scales[..., None]).reshape(len(scales), -1)
