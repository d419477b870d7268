"""Writing ONNX graphs as arithmetic: a value knows its graph, and `a @ b + c` adds nodes to it."""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from lacuna.export.artifact import WEIGHTS

OPSET = 20
IR_VERSION = 9
INLINE_BYTES = 256
"""Smaller weights stand in the graph itself, where ONNX Runtime can fold them."""
ALIGNMENT = 64

Array = NDArray[np.generic]
Dimension = int | str


class Weights:
    """The bytes of the external weights file; equal arrays are stored once, whatever graph they come from."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._offsets: dict[bytes, int] = {}

    def place(self, content: bytes) -> int:
        """The offset at which `content` stands."""
        if content not in self._offsets:
            self.data.extend(bytes(-len(self.data) % ALIGNMENT))
            self._offsets[content] = len(self.data)
            self.data.extend(content)
        return self._offsets[content]


class Value:
    """A tensor of a graph."""

    __slots__ = ("graph", "name")

    def __init__(self, graph: "Graph", name: str) -> None:
        self.graph, self.name = graph, name

    def __add__(self, other: "Value | float") -> "Value":
        return self.graph.op("Add", self, other)

    def __sub__(self, other: "Value | float") -> "Value":
        return self.graph.op("Sub", self, other)

    def __mul__(self, other: "Value | float") -> "Value":
        return self.graph.op("Mul", self, other)

    def __truediv__(self, other: "Value | float") -> "Value":
        return self.graph.op("Div", self, other)

    def __eq__(self, other: "Value | float") -> "Value":  # type: ignore[override]  # element by element, as in numpy
        return self.graph.op("Equal", self, other)

    __hash__ = None  # type: ignore[assignment]  # as `==` is no equivalence

    def __lt__(self, other: "Value | float") -> "Value":
        return self.graph.op("Less", self, other)

    def __gt__(self, other: "Value | float") -> "Value":
        return self.graph.op("Greater", self, other)

    def __matmul__(self, other: "Value") -> "Value":
        return self.graph.op("MatMul", self, other)

    def reshape(self, *shape: "int | Value") -> "Value":
        """0 keeps a dimension, -1 is what remains, a value is a size."""
        if all(isinstance(n, int) for n in shape):
            return self.graph.op("Reshape", self, self.graph.constant([n for n in shape if isinstance(n, int)]))
        sizes = [n if isinstance(n, Value) else self.graph.constant([n]) for n in shape]
        return self.graph.op("Reshape", self, self.graph.concat(0, *sizes))

    def transpose(self, *order: int) -> "Value":
        return self.graph.op("Transpose", self, perm=list(order))

    def expand_dims(self, *axes: int) -> "Value":
        return self.graph.op("Unsqueeze", self, self.graph.constant(list(axes)))

    def halves(self, axis: int, size: int) -> "tuple[Value, Value]":
        """Two parts of equal size along an axis."""
        return self.graph.halves(self, axis, size)

    def part(self, axis: int, start: int, end: int) -> "Value":
        """From `start` to before `end` along an axis."""
        return self.graph.op("Slice", self, *(self.graph.constant([n]) for n in (start, end, axis)))

    def at(self, index: int) -> "Value":
        """An element along the first axis."""
        return self.graph.op("Gather", self, self.graph.constant(index), axis=0)

    def size(self, axis: int) -> "Value":
        """Along an axis, as a tensor (1,)."""
        return self.graph.op("Shape", self, start=axis, end=axis + 1)

    def range(self) -> "Value":
        """A size n (1,) -> 0, 1, ..., n - 1."""
        end = self.graph.op("Squeeze", self, self.graph.constant([0]))
        return self.graph.op("Range", self.graph.constant(0), end, self.graph.constant(1))

    def floats(self) -> "Value":
        return self.graph.op("Cast", self, to=TensorProto.FLOAT)

    def sum(self, axis: int) -> "Value":
        return self.graph.op("ReduceSum", self, self.graph.constant([axis]), keepdims=1)

    def mean(self, axis: int) -> "Value":
        return self.graph.op("ReduceMean", self, self.graph.constant([axis]), keepdims=1)

    def max(self, axis: int) -> "Value":
        return self.graph.op("ReduceMax", self, self.graph.constant([axis]), keepdims=1)


class Graph:
    """A graph in the making."""

    def __init__(self, name: str, weights: Weights) -> None:
        self._name, self._weights = name, weights
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, kind: type[np.generic], *shape: Dimension) -> Value:
        self._inputs.append(helper.make_tensor_value_info(name, _element(kind), shape))
        return Value(self, name)

    def output(self, value: Value, name: str, *shape: Dimension) -> None:
        self._nodes.append(helper.make_node("Identity", [value.name], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def op(self, kind: str, *inputs: Value | float | None, domain: str = "", **attributes: object) -> Value:
        """Add a node with one output."""
        name = f"{kind}_{len(self._nodes)}"
        names = ["" if x is None else x.name if isinstance(x, Value) else self.constant(x).name for x in inputs]
        self._nodes.append(helper.make_node(kind, names, [name], name=name, domain=domain, **attributes))
        return Value(self, name)

    def halves(self, value: Value, axis: int, size: int) -> tuple[Value, Value]:
        names = [f"Split_{len(self._nodes)}_{side}" for side in ("left", "right")]
        inputs = [value.name, self.constant([size, size]).name]
        self._nodes.append(helper.make_node("Split", inputs, names, axis=axis))
        return Value(self, names[0]), Value(self, names[1])

    def concat(self, axis: int, *values: Value) -> Value:
        return self.op("Concat", *values, axis=axis)

    def constant(self, number: float | Sequence[int]) -> Value:
        """Floats are float32, ints int64."""
        kind = np.float32 if isinstance(number, float) else np.int64
        return self.weight(f"constant {number}", np.asarray(number, kind))

    def weight(self, name: str, array: Array) -> Value:
        """An initialiser; the same name stands for the same array."""
        if name not in self._initializers:
            self._initializers[name] = self._tensor(name, np.asarray(array, order="C"))
        return Value(self, name)

    def _tensor(self, name: str, array: Array) -> TensorProto:
        if array.nbytes < INLINE_BYTES:
            return numpy_helper.from_array(array, name)
        content = array.tobytes()
        tensor = TensorProto(name=name, data_type=_element(array.dtype.type), dims=array.shape)
        tensor.data_location = TensorProto.EXTERNAL
        entries = {"location": WEIGHTS, "offset": self._weights.place(content), "length": len(content)}
        for key, value in entries.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor

    def serialised(self) -> bytes:
        graph = helper.make_graph(
            self._nodes, self._name, self._inputs, self._outputs, list(self._initializers.values())
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="lacuna", ir_version=IR_VERSION)
        return bytes(model.SerializeToString(deterministic=True))


def _element(kind: type[np.generic]) -> int:
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(kind)))
