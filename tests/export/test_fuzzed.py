"""A campaign: artifacts spoilt at random, with hashes that are right. Each is refused in a sentence, or it predicts."""

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
from tests.spoiling import spoilt_bytes, spoilt_json

CASES = 10  # for each seed
TEXT = "def total(prices):\n    result = 0\n    for price in \n"
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
