"""A campaign: artifacts spoilt at random, with hashes that are right. Each is refused in a sentence, or it predicts."""

import copy
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from lacuna.export import trial
from lacuna.export.artifact import DENOISE, ENCODE, MANIFEST, TOKENIZER, ArtifactError
from lacuna.export.chunked.engine import Engine
from lacuna.infill.infill import infill
from lacuna.infill.request import Request, answered
from lacuna.syntax.spans import Span
from tests.campaign import seeds
from tests.export.hostile import replace_file

CASES = 10  # for each seed
TEXT = "def total(prices):\n    result = 0\n    for price in \n"
HOSTILE = (
    *(None, True, -1, 0, 1, 2, 3, 7, 255, 10**6, 2**31, 2**63, 10**18, 10**400, 0.5, -0.0, 1e300),
    *(
        float("nan"),
        float("inf"),
        "",
        "x" * 10_000,
        "\x1b[2J\x07",
        "\u202e",
        "../x",
        "\ud800",
        [],
        {},
        [[]],
        ["a"] * 999,
    ),
)
NUMBERS = (0, 1, 2, 3, 127, 128, 255, 2**31 - 1, 2**31, 2**32, 2**62, 2**63 - 1, -1, -2, -(2**31), -(2**63))
OPERATIONS = (
    "Abs",
    "Concat",
    "Gather",
    "MatMul",
    "Pad",
    "Range",
    "Reshape",
    "Slice",
    "Split",
    "Transpose",
    "Loop",
    "Foo",
)


def spoilt_json(table: object, chance: random.Random) -> bytes:
    """A value somewhere in it is another, gone, or there once more; or the text is spoilt as any bytes."""
    if chance.random() < 0.2:
        return spoilt_bytes(json.dumps(table).encode(), chance)
    table = copy.deepcopy(table)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at, key = _somewhere(table, chance)
        match chance.randrange(6):
            case 0:
                del at[key]
            case 1 if isinstance(at, dict):
                at[chance.choice(("", "x", "format", "\x1b[2J", "a" * 5000))] = at[key]
            case 2 if isinstance(at, list):
                at.insert(chance.randrange(len(at) + 1), at[key])
            case 3:
                other, its_key = _somewhere(table, chance)
                at[key] = copy.deepcopy(other[its_key])
            case _:
                at[key] = chance.choice(HOSTILE)
    return json.dumps(table).encode()


def _somewhere(table, chance: random.Random):
    """A container in it and a key there; not only at the leaves."""
    while True:
        key = chance.choice(list(table)) if isinstance(table, dict) else chance.randrange(len(table))
        if not isinstance(table[key], dict | list) or not table[key] or chance.random() < 0.15:
            return table, key
        table = table[key]


def spoilt_bytes(data: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at, size = chance.randrange(len(spoilt)), chance.choice((1, 2, 8, 100))
        match chance.randrange(6):
            case 0:
                spoilt[at] ^= 1 << chance.randrange(8)
            case 1:
                spoilt[at : at + size] = chance.randbytes(size)
            case 2:
                del spoilt[at : at + size]
            case 3:
                spoilt[at:at] = spoilt[at : at + size]
            case 4:
                spoilt[at : at + 1] = chance.choice((b"\xff" * 9 + b"\x01", b"\x80" * 20, b"\x00", b"\x7f"))
            case 5 if chance.random() < 0.3:
                del spoilt[max(1, at) :]
    return bytes(spoilt) or b"\0"


def spoilt_graph(data: bytes, chance: random.Random) -> bytes:
    """Nodes, attributes, constants and shapes are others; or bytes of it are."""
    if chance.random() < 0.4:
        return spoilt_bytes(data, chance)
    model = onnx.load_model_from_string(data)
    graph = model.graph
    for _ in range(chance.choice((1, 1, 2, 5))):
        if chance.random() < 0.5:
            spoil_node(graph, chance)
        else:
            spoil_weight(chance.choice(graph.initializer), chance)
    return bytes(model.SerializeToString())


def spoil_node(graph: onnx.GraphProto, chance: random.Random) -> None:
    node, other = chance.choice(graph.node), chance.choice(graph.node)
    match chance.randrange(6):
        case 0:
            node.op_type = chance.choice(OPERATIONS)
        case 1 if node.input:
            node.input[chance.randrange(len(node.input))] = chance.choice(other.output)
        case 2 if node.input:
            node.input[chance.randrange(len(node.input))] = chance.choice(graph.initializer).name
        case 3 | 4 if node.attribute:
            attribute = chance.choice(node.attribute)
            attribute.i = chance.choice(NUMBERS)
            attribute.ints.extend(chance.choices(NUMBERS, k=2))
        case 5:
            graph.node.remove(node)


def spoil_weight(tensor: onnx.TensorProto, chance: random.Random) -> None:
    match chance.randrange(5):
        case 0 | 1 if tensor.raw_data:
            width = 8 if tensor.data_type == onnx.TensorProto.INT64 else 4
            number = (chance.choice(NUMBERS) & (2 ** (8 * width) - 1)).to_bytes(width, "little")
            tensor.raw_data = number * (len(tensor.raw_data) // width) or b"\xff"
        case 2 if tensor.dims:
            tensor.dims[chance.randrange(len(tensor.dims))] = chance.choice(NUMBERS)
        case 3:
            tensor.data_type = chance.choice((0, 1, 2, 3, 7, 8, 9, 10, 16, 99))
        case 4 if tensor.external_data:
            entry = chance.choice(tensor.external_data)
            entry.value = chance.choice(("", "-1", "64", "1e9", "9" * 30, "/etc/passwd", "weights.bin"))


def spoil_manifest(folder: Path, chance: random.Random) -> None:
    (folder / MANIFEST).write_bytes(spoilt_json(json.loads((folder / MANIFEST).read_bytes()), chance))


def spoil_tokenizer(folder: Path, chance: random.Random) -> None:
    replace_file(folder, TOKENIZER, spoilt_json(json.loads((folder / TOKENIZER).read_bytes()), chance))


def spoil_graph(folder: Path, chance: random.Random) -> None:
    name = chance.choice((ENCODE, DENOISE))
    replace_file(folder, name, spoilt_graph((folder / name).read_bytes(), chance))


def ending(folder: Path) -> str:
    """The sentence with which it was refused, or nothing after an answer."""
    trial.withstand.cache_clear()
    try:
        engine = Engine.load(folder, threads=1)
        request = Request(TEXT, "python", (Span(len(TEXT) - 1, len(TEXT) - 1),), threshold=0.0)
        answered(infill(engine, request), lambda _: None)
    except ArtifactError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("spoil", [spoil_manifest, spoil_tokenizer, spoil_graph])
@seeds(1)
@pytest.mark.timeout(1200)
def test_a_spoilt_artifact_is_refused_or_predicts(
    made, tmp_path: Path, spoil: Callable[[Path, random.Random], None], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 -- to be repeated, not to be secret
    for case in range(CASES):
        folder = Path(shutil.copytree(made.eight_bits, tmp_path / str(case)))
        spoil(folder, chance)
        sentence = ending(folder)
        assert not sentence or sentence.endswith(".")
        assert "\n" not in sentence
        assert len(sentence) < 1000
        shutil.rmtree(folder)
