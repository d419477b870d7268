"""An artifact made to do harm ends in one sentence, within bounds of time and memory, whatever is wrong with it."""

import os
import re
import resource
import shutil
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from lacuna.export import artifact, trial
from lacuna.export.artifact import DENOISE, ENCODE, MANIFEST, TOKENIZER, WEIGHTS, ArtifactError
from lacuna.export.chunked.engine import Engine
from tests.export import hostile
from tests.export.hostile import (
    Spoil,
    change_manifest,
    graph_with,
    manifest_text,
    manifest_with,
    output_of,
    replace_file,
    sparse,
    tokenizer_of,
    tokenizer_with,
)

SECONDS = 60  # on a busy machine
GROWTH = 1 << 19  # KiB that this process may grow by; what is tried apart is limited there


@pytest.fixture
def folder(made, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made.eight_bits, tmp_path / "artifact"))


def refused(folder: Path) -> str:
    """The sentence with which the engine refuses the artifact, in time and without growing."""
    began, grown = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ArtifactError) as raised:
        Engine.load(folder, threads=1)
    assert time.monotonic() - began < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown < GROWTH
    sentence = str(raised.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 1000
    return sentence


# --- the manifest

HUGE = "1" + "0" * 400
MANIFESTS: dict[str, tuple[Spoil, str]] = {
    "deep lists": (lambda f: (f / MANIFEST).write_text("[" * 100_000), "is not JSON"),
    "deep history": (
        lambda f: (f / MANIFEST).write_text(
            (f / MANIFEST).read_text().replace('"after": null', '"after": ' + '{"after": ' * 900 + "0" + "}" * 900)
        ),
        "not an artifact's manifest",
    ),
    "sparse, 8 GiB": (sparse(MANIFEST, 8 << 30), "is larger than 1 MiB"),
    "the same name twice": (manifest_text('"name":', '"name": "other", "name":'), "is not JSON"),
    "a number of 5,000 digits": (manifest_text('"canvas": 31', '"canvas": 1' + "0" * 5000), "is not JSON"),
    "a number of 400 digits": (manifest_text('"threshold": 0.35', f'"threshold": {HUGE}'), "expected float @"),
    "no number": (manifest_text('"threshold": 0.35', '"threshold": NaN'), "expected float @"),
    "infinite": (manifest_text('"threshold": 0.35', '"threshold": 1e999'), "expected float @"),
    "true": (manifest_with("sampling", canvas=True), "expected int @"),
    "a long name of a field": (manifest_with("sampling", **{"x" * 100_000: 1}), "not an artifact's manifest"),
    "a name of controls": (lambda f: change_manifest(f, lambda t: t["files"].update({"\x1b]0;x\x07": ""})), "plain"),
    "a long name of a file": (lambda f: change_manifest(f, lambda t: t["files"].update({"x" * 10_000: ""})), "plain"),
    **{
        f"{name} {value}": (manifest_with(part, **{name: value}), "has ")
        for part, name, value in (
            *(("sampling", "candidates", n) for n in (10**9, 0, -1)),
            *(("sampling", "canvas", n) for n in (10**9, 0, -1)),
            *(("sampling", "blocks", n) for n in (10**9, 0)),
            *(("sampling", "budget", n) for n in (10**9, -1)),
            *(("sampling", "threshold", n) for n in (-0.1, 1.5)),
            *(("dimensions", "vocabulary", n) for n in (10**12, 0, 100)),
            *(("dimensions", "layers", n) for n in (10**9, 0, -1)),
            *(("dimensions", "heads", n) for n in (0, -4, 3)),
            *(("dimensions", "key_heads", n) for n in (0, 3)),
            *(("dimensions", "width", n) for n in (0, 63, 10**9)),
            *(("dimensions", "near", n) for n in (0, -1, 10**9)),
            *(("dimensions", "global_every", n) for n in (0, -1, 100)),
        )
    },
    "much of everything": (
        lambda f: [manifest_with("sampling", budget=1 << 17)(f), manifest_with("dimensions", width=1 << 14)(f)],
        "does not fit into memory",
    ),
    "other layers than the graphs have": (manifest_with("dimensions", layers=7), "other types or shapes"),
    "other heads than the graphs have": (
        manifest_with("dimensions", key_heads=1),
        "does not run|other types or shapes",
    ),
}


@pytest.mark.parametrize(("spoil", "sentence"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest(folder: Path, spoil: Spoil, sentence: str) -> None:
    spoil(folder)
    assert re.search(sentence, refused(folder))


# --- the tokenizer


def model_with(**entries: object) -> Spoil:
    return tokenizer_with(lambda table: table["model"].update(entries))


TOKENIZERS: dict[str, tuple[Spoil, str]] = {
    "deep lists": (tokenizer_of(b"[" * 100_000), "it is not JSON"),
    "no text": (tokenizer_of(b"\xff\xfe"), "it is not JSON"),
    "sparse, 8 GiB": (sparse(TOKENIZER, 8 << 30), "is larger than 16 MiB"),
    "a normalizer that panics": (
        tokenizer_with(lambda table: table.update(normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA"})),
        "another 'normalizer'",
    ),
    "a normalizer that aborts": (
        tokenizer_with(
            lambda table: table.update(normalizer={"type": "Precompiled", "precompiled_charsmap": "/////w=="})
        ),
        "another 'normalizer'",
    ),
    "a normalizer": (tokenizer_with(lambda table: table.update(normalizer={"type": "NFC"})), "another 'normalizer'"),
    "padding to 100 million": (
        tokenizer_with(
            lambda table: table.update(
                padding={
                    "strategy": {"Fixed": 10**8},
                    "direction": "Right",
                    "pad_to_multiple_of": None,
                    "pad_id": 0,
                    "pad_type_id": 0,
                    "pad_token": "x",
                }
            )
        ),
        "another 'padding'",
    ),
    "a slow expression": (
        tokenizer_with(lambda table: table["pre_tokenizer"]["pattern"].update(Regex="(a+)+b")),
        "another 'pre_tokenizer'",
    ),
    "added tokens": (tokenizer_with(lambda table: table["added_tokens"].append({"id": 9})), "another 'added_tokens'"),
    "other fields": (tokenizer_with(lambda table: table.update(surprise=1)), "another 'surprise'"),
    "dropout": (model_with(dropout=0.5), "another 'dropout'"),
    "no vocabulary": (model_with(vocab=[]), "no vocabulary of a sane size"),
    "an empty vocabulary": (model_with(vocab={}), "a byte has no token"),
    "a number far too high": (
        tokenizer_with(lambda table: table["model"]["vocab"].update({"ab!": 10**9})),
        "not numbered from 0",
    ),
    "a number that is none": (
        tokenizer_with(lambda table: table["model"]["vocab"].update({"ab!": "9"})),
        "not numbered from 0",
    ),
    "a vocabulary of millions": (
        model_with(vocab={f"{n}": n for n in range(1 << 17)}),
        "no vocabulary of a sane size",
    ),
    "a token without end": (
        tokenizer_with(lambda table: table["model"]["vocab"].update({"a" * 100_000: len(table["model"]["vocab"])})),
        "a token is no run of bytes",
    ),
    "a token that is no bytes": (
        tokenizer_with(lambda table: table["model"]["vocab"].update({"\u2028": len(table["model"]["vocab"])})),
        "a token is no run of bytes",
    ),
    "one token more": (
        tokenizer_with(lambda table: table["model"]["vocab"].update({"ab!": len(table["model"]["vocab"])})),
        "other tokens than the denoiser knows",
    ),
    "no merges": (model_with(merges=None), "no merges of a sane number"),
    "merges without end": (model_with(merges=[["a", "b"]] * 100_000), "no merges of a sane number"),
    "a merge of unknown tokens": (model_with(merges=[["a", "zzzzz"]]), "a merge does not make"),
    "a merge of numbers": (model_with(merges=[[1, 2]]), "a merge does not make"),
    "merges as a word": (model_with(merges=["a b"]), "a merge does not make"),
}


@pytest.mark.parametrize(("spoil", "sentence"), TOKENIZERS.values(), ids=TOKENIZERS)
def test_a_tokenizer(folder: Path, spoil: Spoil, sentence: str) -> None:
    spoil(folder)
    assert re.search(sentence, refused(folder))


# --- the graphs and their weights


def location(key: str, value: str) -> Spoil:
    def change(model: onnx.ModelProto) -> None:
        tensor = next(tensor for tensor in model.graph.initializer if tensor.external_data)
        next(entry for entry in tensor.external_data if entry.key == key).value = value

    return graph_with(ENCODE, change)


def typed(**entries: object) -> Spoil:
    """The first weight in the graph itself says something else."""

    def change(model: onnx.ModelProto) -> None:
        tensor = next(tensor for tensor in model.graph.initializer if tensor.raw_data)
        for name, value in entries.items():
            if name == "dims":
                del tensor.dims[:]
                tensor.dims.extend(value)
            else:
                setattr(tensor, name, value)

    return graph_with(ENCODE, change)


def having(kind: str, **attributes: object) -> Spoil:
    def change(model: onnx.ModelProto) -> None:
        node = model.graph.node[0]
        node.op_type = kind
        node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())

    return graph_with(ENCODE, change)


def adding(part: str, message: object) -> Spoil:
    return graph_with(ENCODE, lambda model: getattr(model, part).append(message))


INLINE = numpy_helper.from_array(np.zeros(2, np.float32), "inline")
BODY = helper.make_graph([], "body", [], [])
TERABYTES = np.array(1 << 40, np.int64)
GRAPHS: dict[str, tuple[Spoil, str]] = {
    "3,000 graphs within each other": (
        lambda f: replace_file(f, ENCODE, hostile.nested(3000)),
        "in a part 'attribute', a field",
    ),
    "an endless loop": (graph_with(DENOISE, hostile.endless), "in a part 'attribute', a field"),
    "a graph in a node": (having("If", then_branch=BODY, else_branch=BODY), "in a part 'attribute', a field"),
    "weights in a node": (having("Constant", value=INLINE), "in a part 'attribute', a field"),
    "an operation of files": (having("EPContext"), "uses the operation 'EPContext'"),
    "an operation that nobody knows": (having("Evil"), "uses the operation 'Evil'"),
    "functions": (
        adding("functions", helper.make_function("own", "f", [], ["a"], [], [helper.make_opsetid("", 20)])),
        "in a part 'model', a field",
    ),
    "metadata": (
        adding("metadata_props", onnx.StringStringEntryProto(key="a", value="b")),
        "in a part 'model', a field",
    ),
    "a sparse file, 8 GiB": (sparse(ENCODE, 8 << 30), "is larger than 2 MiB"),
    "sparse weights, 8 GiB": (sparse(WEIGHTS, 8 << 30), "is larger than 1024 MiB"),
    "weights in the memory of this process": (location("location", "*/_ORT_MEM_ADDR_/*"), "wants its weights from"),
    "weights with a NUL": (location("location", "weights.bin\0/etc/passwd"), "a value that cannot be printed"),
    "an escape sequence": (
        graph_with(ENCODE, lambda model: setattr(model.graph.node[0], "name", "\x1b]0;x\x07")),
        "a name that cannot be printed",
    ),
    "weights in this folder, otherwise": (location("location", "./weights.bin"), "wants its weights from"),
    "weights far behind the file": (location("offset", str(1 << 40)), "weights of another size"),
    "weights before the file": (location("offset", "-64"), "at a place that is no number"),
    "weights of another length": (location("length", "4"), "weights of another size"),
    "weights of no type": (typed(data_type=TensorProto.STRING), "of a type or shape"),
    "a weight of terabytes": (typed(dims=[1 << 40]), "weights of another size"),
    "a weight of less than nothing": (typed(dims=[-1]), "of a type or shape"),
    "a weight of 1,000 dimensions": (typed(dims=[1] * 1000), "of a type or shape"),
    "terabytes made of a number": (
        graph_with(ENCODE, output_of("Range", np.array(0), TERABYTES, np.array(1))),
        "ONNX Runtime cannot open|does not run|ended the process",
    ),
    "terabytes of padding": (
        graph_with(ENCODE, output_of("Pad", np.zeros(1, np.float32), np.array([0, 1 << 40]))),
        "ONNX Runtime cannot open|does not run|ended the process",
    ),
    "more than is there is allowed": (
        graph_with(ENCODE, output_of("Range", np.array(0), np.array(1 << 30), np.array(1))),
        "ONNX Runtime cannot open|does not run|ended the process",
    ),
    "weights that are no numbers": (hostile.weights_of_nothing, "numbers that are none"),
}


@pytest.mark.parametrize(("spoil", "sentence"), GRAPHS.values(), ids=GRAPHS)
def test_a_graph(folder: Path, spoil: Spoil, sentence: str) -> None:
    spoil(folder)
    assert re.search(sentence, refused(folder))


# --- files that are none


def pipe(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return spoil


@pytest.mark.parametrize("name", [MANIFEST, WEIGHTS, ENCODE, TOKENIZER])
def test_a_pipe_is_not_waited_for(folder: Path, name: str) -> None:
    pipe(name)(folder)
    assert re.search("has no manifest|lacks", refused(folder))


def test_of_very_many_files_a_few_are_named(folder: Path) -> None:
    for n in range(3000):
        (folder / f"{n} \x1b[2J").touch()
    assert re.search("which its manifest does not list", refused(folder))


def test_an_artifact_that_changes_while_it_is_tried_is_refused(folder: Path) -> None:
    with pytest.raises(ArtifactError, match="changes while it is read"):
        trial.withstand(folder, "0" * 64)


def test_what_was_tried_once_is_kept(folder: Path) -> None:
    Engine.load(folder, threads=1)
    digest = artifact.load(folder).digest
    trial.withstand.cache_clear()
    shutil.rmtree(folder)
    trial.withstand(folder, digest)
