"""Ways to spoil an artifact so that its hashes are right: what somebody does who wants it opened."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from lacuna.export.artifact import MANIFEST, TOKENIZER, WEIGHTS

Spoil = Callable[[Path], None]


def replace_file(folder: Path, name: str, data: bytes) -> None:
    """As someone would who wants to be believed: the manifest gets the new hash."""
    (folder / name).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    change_manifest(folder, lambda table: table["files"].update({name: digest}))


def change_manifest(folder: Path, change: Callable[[dict], None]) -> None:
    table = json.loads((folder / MANIFEST).read_text())
    change(table)
    (folder / MANIFEST).write_text(json.dumps(table))


def manifest_with(part: str, **entries: object) -> Spoil:
    return lambda folder: change_manifest(folder, lambda table: table[part].update(entries))


def manifest_text(replaced: str, by: str) -> Spoil:
    def spoil(folder: Path) -> None:
        text = (folder / MANIFEST).read_text()
        assert replaced in text
        (folder / MANIFEST).write_text(text.replace(replaced, by, 1))

    return spoil


def sparse(name: str, size: int) -> Spoil:
    def spoil(folder: Path) -> None:
        with (folder / name).open("r+b") as file:
            file.truncate(size)

    return spoil


def tokenizer_with(change: Callable[[dict], object]) -> Spoil:
    def spoil(folder: Path) -> None:
        table = json.loads((folder / TOKENIZER).read_bytes())
        change(table)
        replace_file(folder, TOKENIZER, json.dumps(table).encode())

    return spoil


def tokenizer_of(data: bytes) -> Spoil:
    return lambda folder: replace_file(folder, TOKENIZER, data)


def graph_with(name: str, change: Callable[[onnx.ModelProto], None]) -> Spoil:
    def spoil(folder: Path) -> None:
        model = onnx.load(folder / name, load_external_data=False)
        change(model)
        replace_file(folder, name, model.SerializeToString())

    return spoil


def output_of(kind: str, *inputs: np.ndarray, **attributes: object) -> Callable[[onnx.ModelProto], None]:
    """The graph's first output is added to, with nothing at first sight: what an operation makes of constants."""

    def change(model: onnx.ModelProto) -> None:
        graph = model.graph
        last = next(node for node in graph.node if node.output[0] == graph.output[0].name)
        names = [f"made {n}" for n in range(len(inputs))]
        graph.initializer.extend(
            numpy_helper.from_array(array, name) for array, name in zip(inputs, names, strict=True)
        )
        made = [
            helper.make_node(kind, names, ["made"], **attributes),
            helper.make_node("ReduceSum", ["made"], ["sum"], keepdims=0),
            helper.make_node("Cast", ["sum"], ["float"], to=onnx.TensorProto.FLOAT),
            helper.make_node("Add", [last.input[0], "float"], ["added"]),
        ]
        at = list(graph.node).index(last)
        for node in reversed(made):
            graph.node.insert(at, node)
        last.input[0] = "added"

    return change


def endless(model: onnx.ModelProto) -> None:
    """A loop without an end, whose result nothing needs but the graph's first output."""
    graph = model.graph
    last = next(node for node in graph.node if node.output[0] == graph.output[0].name)
    yes = numpy_helper.from_array(np.array([1], bool).reshape(()), "yes")
    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["on again"]), helper.make_node("Identity", ["x"], ["x again"])],
        "body",
        [
            helper.make_tensor_value_info("n", onnx.TensorProto.INT64, []),
            helper.make_tensor_value_info("on", onnx.TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("on again", onnx.TensorProto.BOOL, []),
            helper.make_tensor_value_info("x again", onnx.TensorProto.FLOAT, None),
        ],
    )
    graph.initializer.append(yes)
    loop = helper.make_node("Loop", ["", "yes", last.input[0]], ["looped"], body=body)
    graph.node.insert(list(graph.node).index(last), loop)
    last.input[0] = "looped"


def nested(depth: int) -> bytes:
    """A graph in an attribute of a node of a graph, and so on, written by hand: the library would not."""
    inner = b""
    for _ in range(depth):
        for tag in (b"\x32", b"\x2a", b"\x0a"):  # attribute.g, node.attribute, graph.node
            inner = tag + _varint(len(inner)) + inner
    return b"\x08\x09\x3a" + _varint(len(inner)) + inner


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def weights_of_nothing(folder: Path) -> None:
    """Each float is none."""
    replace_file(folder, WEIGHTS, b"\xff" * (folder / WEIGHTS).stat().st_size)
