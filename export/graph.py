"""What a graph from elsewhere may be made of, read from its bytes without the `onnx` package.

ONNX Runtime opens what a graph names and runs what it says. Before it sees one, the graph must hold nothing but what
`lacuna.export.convert` writes: our operations, no graphs within graphs, weights that lie in our own file.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

VARINT, BYTES = 0, 2
"""Those of protocol buffers' wire types that our graphs have."""
LARGEST = 2 << 20
"""Bytes of a graph; that of nine layers has 160,000."""
NODES = 20_000
RANK = 8
"""Dimensions of a weight."""
WIDTHS = {1: 4, 2: 1, 3: 1, 7: 8, 9: 1}
"""Bytes of an element, by onnx' number of its type: float32, uint8, int8, int64, bool."""
EXTERNAL = 1
"""The place of a tensor's data: another file."""
MICROSOFT = "com.microsoft"
OPERATIONS = frozenset(
    {
        *("Abs", "Add", "And", "Cast", "Concat", "Cos", "DequantizeLinear", "Div", "Equal", "Exp", "Gather", "Greater"),
        *("Identity", "Less", "Log", "MatMul", "Max", "Mod", "Mul", "Not", "Pad", "Pow", "QuantizeLinear", "Range"),
        *("ReduceMax", "ReduceMean", "ReduceSum", "Reshape", "Shape", "Sigmoid", "Sin", "Slice", "Split"),
        *("Sqrt", "Squeeze", "Sub", "Transpose", "Unsqueeze", "Where"),
        f"{MICROSOFT}.MatMulIntegerToFloat",
    }
)


class GraphError(ValueError):
    """No graph of ours; the message goes on after "the graph"."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message: its name, whether it may stand there again, and the message in it."""

    name: str
    is_repeated: bool = False
    message: str = ""
    wire: int = BYTES


def _number(name: str) -> Field:
    return Field(name, wire=VARINT)


# Message -> field number -> field (onnx.proto3). What is not here is in no graph of ours.
MESSAGES: Mapping[str, Mapping[int, Field]] = {
    "model": {
        1: _number("ir_version"),
        2: Field("producer_name"),
        7: Field("graph", message="graph"),
        8: Field("opset_import", is_repeated=True, message="opset"),
    },
    "opset": {1: Field("domain"), 2: _number("version")},
    "graph": {
        1: Field("node", is_repeated=True, message="node"),
        2: Field("name"),
        5: Field("initializer", is_repeated=True, message="tensor"),
        11: Field("input", is_repeated=True, message="value"),
        12: Field("output", is_repeated=True, message="value"),
    },
    "node": {
        1: Field("input", is_repeated=True),
        2: Field("output", is_repeated=True),
        3: Field("name"),
        4: Field("op_type"),
        5: Field("attribute", is_repeated=True, message="attribute"),
        7: Field("domain"),
    },
    "attribute": {
        1: Field("name"),
        3: _number("i"),
        8: Field("ints", is_repeated=True, wire=VARINT),
        20: _number("type"),
    },
    "value": {1: Field("name"), 2: Field("type", message="type")},
    "type": {1: Field("tensor_type", message="tensor_type")},
    "tensor_type": {1: _number("elem_type"), 2: Field("shape", message="shape")},
    "shape": {1: Field("dim", is_repeated=True, message="dim")},
    "dim": {1: _number("dim_value"), 2: Field("dim_param")},
    "tensor": {
        1: Field("dims", is_repeated=True, wire=VARINT),
        2: _number("data_type"),
        8: Field("name"),
        9: Field("raw_data"),
        13: Field("external_data", is_repeated=True, message="entry"),
        14: _number("data_location"),
    },
    "entry": {1: Field("key"), 2: Field("value")},
}

Message = dict[str, list["int | bytes | Message"]]


def check(model: bytes, weights: str, size: int) -> None:
    """Raise GraphError unless this is a graph of ours, its weights within the `size` bytes of the file `weights`."""
    if len(model) > LARGEST:
        raise GraphError(f"is larger than {LARGEST >> 20} MiB")
    (graph,) = _messages(_read(memoryview(model), "model"), "graph") or [{}]
    nodes = _messages(graph, "node")
    if not nodes:
        raise GraphError("has no nodes")
    if len(nodes) > NODES:
        raise GraphError(f"has more than {NODES:,} nodes")
    for node in nodes:
        domain, kind = _text(node, "domain"), _text(node, "op_type")
        if (f"{domain}.{kind}" if domain else kind) not in OPERATIONS:
            raise GraphError(f"uses the operation {kind[:40]!r}, which none of ours does")
    for tensor in _messages(graph, "initializer"):
        _check_data(tensor, weights, size)


def _check_data(tensor: Message, weights: str, size: int) -> None:
    dims = [_signed(n) for n in tensor.get("dims", []) if isinstance(n, int)]
    width = WIDTHS.get(_integer(tensor, "data_type"))
    if width is None or len(dims) > RANK or min(dims, default=0) < 0:
        raise GraphError("has weights of a type or shape that none of ours has")
    entries = {_text(entry, "key"): _text(entry, "value") for entry in _messages(tensor, "external_data")}
    if _integer(tensor, "data_location") == EXTERNAL:
        if (location := entries.pop("location", "")) != weights:
            raise GraphError(f"wants its weights from {location[:80]!r} instead of {weights}")
        start, length = (_decimal(entries.pop(key, "")) for key in ("offset", "length"))
        is_within = start + length <= size and not tensor.get("raw_data")
    else:
        length = len(_bytes(tensor, "raw_data"))
        is_within = True
    if entries or not is_within or math.prod(dims) * width != length:
        raise GraphError("has weights of another size than it says")


def _read(data: memoryview, kind: str) -> Message:
    """A message as names and values; messages within it likewise."""
    read: Message = {}
    for number, wire, value in _fields(data):
        field = MESSAGES[kind].get(number)
        if field is None:
            raise GraphError(f"has, in a part {kind!r}, a field that none of ours has ({number})")
        values = read.setdefault(field.name, [])
        if isinstance(value, memoryview) and field.wire == VARINT and field.is_repeated:  # packed
            values.extend(_varints(value))
            continue
        if wire != field.wire or (values and not field.is_repeated):
            raise GraphError(f"has, in a part {kind!r}, a field {field.name!r} that cannot be read")
        if isinstance(value, memoryview):
            values.append(_read(value, field.message) if field.message else _content(field, value))
        else:
            values.append(value)
    return read


def _content(field: Field, value: memoryview) -> bytes:
    content = bytes(value)
    if field.name != "raw_data" and not _is_printable(content):
        raise GraphError(f"has a {field.name} that cannot be printed")  # it would be in ONNX Runtime's messages
    return content


def _is_printable(content: bytes) -> bool:
    try:
        return content.decode().isprintable()
    except UnicodeDecodeError:
        return False


def _fields(data: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
    """Number, wire type and content of each field."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        wire = tag & 7
        if wire == VARINT:
            number, at = _varint(data, at)
            yield tag >> 3, wire, number
            continue
        if wire != BYTES:
            raise GraphError(f"has a field of wire type {wire}")
        size, at = _varint(data, at)
        if at + size > len(data):
            raise GraphError("is cut short")
        yield tag >> 3, wire, data[at : at + size]
        at += size


def _varints(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        number, at = _varint(data, at)
        yield number


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """The number that begins at `at`, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise GraphError("is cut short")
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise GraphError("has a number of more than 10 bytes")


def _messages(message: Message, name: str) -> list[Message]:
    return [value for value in message.get(name, []) if isinstance(value, dict)]


def _text(message: Message, name: str) -> str:
    return _bytes(message, name).decode()


def _bytes(message: Message, name: str) -> bytes:
    value = message.get(name, [b""])[0]
    return value if isinstance(value, bytes) else b""


def _integer(message: Message, name: str) -> int:
    value = message.get(name, [0])[0]
    return value if isinstance(value, int) else 0


def _signed(number: int) -> int:
    """A 64-bit number as written, two's complement."""
    return number - (1 << 64) if number >> 63 else number


def _decimal(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 16):
        raise GraphError("has weights at a place that is no number")
    return int(written)
