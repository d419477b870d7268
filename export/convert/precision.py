"""How weights are stored and multiplied: as they were trained, or in 8 bits."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lacuna.export.convert.builder import Value

Floats = NDArray[np.float32]

LARGEST = 127
"""Largest code; a weight is its code times its row's scale."""
SMALLEST = np.float32(1e-12)
"""Scale of a row of zeros."""


class Precision(Protocol):
    """Both take a matrix (out, in) by its name; a tied matrix is stored once."""

    name: str

    @property
    def on_cuda(self) -> "Precision":
        """The same weights, multiplied as CUDA can."""
        ...

    def product(self, x: Value, name: str, matrix: Floats) -> Value:
        """Multiply: (..., in) -> (..., out)."""
        ...

    def rows(self, ids: Value, name: str, matrix: Floats) -> Value:
        """Look up: ids (...) -> (..., in)."""
        ...


class Float32:
    """To compare with torch."""

    name = "float32"

    @property
    def on_cuda(self) -> Precision:
        return self

    def product(self, x: Value, name: str, matrix: Floats) -> Value:
        return x @ x.graph.weight(name, matrix).transpose(1, 0)  # folded when the session opens

    def rows(self, ids: Value, name: str, matrix: Floats) -> Value:
        return ids.graph.op("Gather", ids.graph.weight(name, matrix), ids, axis=0)


class EightBitsOnCuda:
    """Integer weights, floating inputs."""

    name = "8 bits"

    @property
    def on_cuda(self) -> Precision:
        return self

    def product(self, x: Value, name: str, matrix: Floats) -> Value:
        codes, scales = _stored(x, name, matrix)
        return x @ x.graph.op("DequantizeLinear", codes, scales, axis=0).transpose(1, 0)

    def rows(self, ids: Value, name: str, matrix: Floats) -> Value:
        codes, scales = _stored(ids, name, matrix)
        found, scale = (ids.graph.op("Gather", table, ids, axis=0) for table in (codes, scales))
        return found.floats() * scale.expand_dims(-1)


class EightBits(EightBitsOnCuda):
    """Integer weights and, in products, integer inputs: a scale for each row of either, so that no row feels another.

    On a processor products of integers take a fraction of the time of any others (docs/log).
    """

    @property
    def on_cuda(self) -> Precision:
        return EightBitsOnCuda()

    def product(self, x: Value, name: str, matrix: Floats) -> Value:
        graph = x.graph
        codes, scales = _stored(x, name, matrix)
        scale = graph.op("Max", graph.op("Abs", x).max(-1), float(SMALLEST)) / float(LARGEST)
        # Without a sign, which is what processors multiply fastest.
        zero = graph.weight("zero", np.array(LARGEST + 1, np.uint8))
        rounded = graph.op("QuantizeLinear", x / scale, 1.0, zero)
        product = graph.op(
            "MatMulIntegerToFloat", rounded, codes.transpose(1, 0), 1.0, scales, zero, domain="com.microsoft"
        )
        return product * scale


def quantise(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """(out, in) -> codes (out, in) and scales (out,), weight = code * scale."""
    scales = np.maximum(np.abs(matrix).max(-1) / LARGEST, SMALLEST).astype(np.float32)
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales


def dequantised(codes: NDArray[np.generic], scales: Floats) -> Floats:
    """What `quantise` made of a matrix, back: (out, in)."""
    return codes.astype(np.float32) * scales[:, None]


def _stored(x: Value, name: str, matrix: Floats) -> tuple[Value, Value]:
    codes, scales = quantise(matrix)
    return x.graph.weight(f"{name} codes", codes), x.graph.weight(f"{name} scales", scales)
