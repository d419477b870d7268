"""Where an ONNX graph says that its weights are, read from its bytes without the `onnx` package.

ONNX Runtime opens what a graph names; a graph from elsewhere must not make it open other files than ours.
"""

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Protocol buffers' wire types."""

# Message -> field number -> message (onnx.proto3); all paths on which a tensor can be found.
CHILDREN = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
KEY, VALUE = 1, 2
"""Fields of an entry."""


class NotOnnxError(ValueError):
    """The bytes are no protocol buffer."""


def locations(model: bytes) -> set[str]:
    """Every file that a tensor of the model is said to be in."""
    return set(_locations(memoryview(model), "model"))


def _locations(data: memoryview, message: str) -> Iterator[str]:
    if message == "entry":
        entry = {number: bytes(value) for number, value in _fields(data)}
        if entry.get(KEY) == b"location":
            yield entry.get(VALUE, b"").decode("utf-8", "backslashreplace")
        return
    children = CHILDREN[message]
    for number, value in _fields(data):
        if number in children:
            yield from _locations(value, children[number])


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Numbers and contents of the length-delimited fields."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == VARINT:
            _, at = _varint(data, at)
            continue
        if kind == BYTES:
            size, at = _varint(data, at)
        elif kind in (FIXED64, FIXED32):
            size = 8 if kind == FIXED64 else 4
        else:
            raise NotOnnxError(f"wire type {kind}")
        if at + size > len(data):
            raise NotOnnxError("cut short")
        if kind == BYTES:
            yield tag >> 3, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """The number that begins at `at`, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise NotOnnxError("cut short")
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise NotOnnxError("a number of more than 10 bytes")
