"""What is not exactly an artifact of this format is refused with one sentence, before anything of it is opened."""

import hashlib
import shutil
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from lacuna.export import artifact
from lacuna.export.artifact import DENOISE, ENCODE, FILES, MANIFEST, TOKENIZER, WEIGHTS, ArtifactError
from lacuna.export.chunked.engine import Engine
from lacuna.model.denoiser import Sampling
from tests.export.hostile import Spoil, change_manifest, replace_file


@pytest.fixture
def folder(made, tmp_path: Path) -> Path:
    """A copy of a good artifact, to be spoilt."""
    return Path(shutil.copytree(made.eight_bits, tmp_path / "artifact"))


def test_a_folder_that_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path):
    unreadable = tmp_path / ("x" * 300)
    with pytest.raises(ArtifactError, match=r"cannot be read: File name too long\.$"):
        artifact.load(unreadable)


def changing(**entries: object) -> Spoil:
    return lambda folder: change_manifest(folder, lambda table: table.update(entries))


def renaming(name: str) -> Spoil:
    """The manifest calls the weights by another name."""

    def damage(folder: Path) -> None:
        change_manifest(folder, lambda table: table["files"].update({name: table["files"].pop(WEIGHTS)}))

    return damage


def linking(folder: Path) -> None:
    outside = folder.parent / "elsewhere.bin"
    (folder / WEIGHTS).rename(outside)
    (folder / WEIGHTS).symlink_to(outside)


def flipping_a_bit(name: str) -> Spoil:
    def damage(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(data)

    return damage


def weights_from(location: str) -> Spoil:
    def damage(folder: Path) -> None:
        model = onnx.load(folder / ENCODE, load_external_data=False)
        tensor = next(tensor for tensor in model.graph.initializer if tensor.external_data)
        tensor.external_data[0].value = location
        replace_file(folder, ENCODE, model.SerializeToString())

    return damage


DAMAGES = [
    pytest.param(shutil.rmtree, "^There is no artifact at ", id="missing folder"),
    pytest.param(lambda f: (f / MANIFEST).unlink(), "it has no manifest.json", id="no manifest"),
    pytest.param(lambda f: (f / MANIFEST).write_bytes(b"\xff{"), "is not JSON", id="manifest is no JSON"),
    pytest.param(lambda f: (f / MANIFEST).write_bytes(b"[]"), "not an artifact's manifest", id="manifest is a list"),
    pytest.param(changing(format=99), "is of format 99; this Lacuna reads format 8", id="other format"),
    pytest.param(changing(surprise=1), "not an artifact's manifest: .*surprise", id="unknown field"),
    pytest.param(changing(name=5), "not an artifact's manifest: .*name", id="field of another type"),
    pytest.param(
        lambda f: change_manifest(f, lambda table: table["sampling"].update(policy="best")),
        "not an artifact's manifest: .*policy",
        id="unknown setting of the sampler",
    ),
    pytest.param(changing(dimensions={}), "not an artifact's manifest: .*dimensions", id="field missing"),
    *(pytest.param(flipping_a_bit(name), f"{name} is damaged", id=f"{name} changed") for name in sorted(FILES)),
    pytest.param(lambda f: (f / WEIGHTS).unlink(), f"lacks {WEIGHTS}", id="file missing"),
    pytest.param(lambda f: (f / "extra.bin").touch(), "holds extra.bin, which", id="file not listed"),
    pytest.param(renaming("../weights.bin"), r"'../weights.bin', which is not a plain", id="path upwards"),
    pytest.param(renaming("/etc/passwd"), "'/etc/passwd', which is not a plain", id="absolute path"),
    pytest.param(renaming("C:\\weights.bin"), "which is not a plain", id="path of another system"),
    pytest.param(renaming("more.bin"), "lists .*more.bin.*; an artifact is made of", id="other files"),
    pytest.param(linking, "weights.bin is a link", id="link out of the folder"),
    pytest.param(
        weights_from("../../secret"), "wants its weights from '../../secret' instead", id="graph reads elsewhere"
    ),
    pytest.param(
        weights_from("/etc/passwd"), "wants its weights from '/etc/passwd' instead", id="graph reads anywhere"
    ),
    pytest.param(
        weights_from(TOKENIZER), "wants its weights from 'tokenizer.json' instead", id="graph reads another file"
    ),
]


@pytest.mark.parametrize(("damage", "sentence"), DAMAGES)
def test_a_spoilt_artifact_is_refused(folder: Path, damage: Spoil, sentence: str) -> None:
    damage(folder)
    with pytest.raises(ArtifactError, match=sentence) as raised:
        artifact.load(folder)
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)


FOREIGN = {
    "graph cut short": (ENCODE, b"\x08\x09\x3a\x40graph", "is no graph that Lacuna runs: it is cut short"),
    "corrupt graph": (
        ENCODE,
        b"\x08\x09" + bytes(100),
        "is no graph that Lacuna runs: it has, in a part 'model', a field",
    ),
    "text": (ENCODE, b"not a graph at all", "is no graph that Lacuna runs"),
    "weights cut short": (WEIGHTS, b"short", "weights of another size than it says"),
    "no tokenizer": (TOKENIZER, b"{}", "tokenizer.json is not a tokenizer"),
}


@pytest.mark.parametrize(("name", "data", "sentence"), FOREIGN.values(), ids=FOREIGN)
def test_right_hashes_do_not_make_a_model(folder: Path, name: str, data: bytes, sentence: str) -> None:
    replace_file(folder, name, data)
    with pytest.raises(ArtifactError, match=sentence):
        Engine.load(folder, threads=1)


def test_a_foreign_graph_is_refused(folder: Path) -> None:
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])
    graph = helper.make_graph([helper.make_node("Abs", ["x"], ["y"])], "foreign", [value], [out])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    replace_file(folder, DENOISE, model.SerializeToString())
    with pytest.raises(ArtifactError, match="has other inputs or outputs"):
        Engine.load(folder, threads=1)


def test_other_chunk_sizes_are_refused(folder: Path) -> None:
    change_manifest(folder, lambda table: table["reading"].update(longest=99))
    with pytest.raises(ArtifactError, match="other special tokens or chunk sizes"):
        artifact.load(folder)


# Writing


def test_an_artifact_comes_back_as_it_was_written(made) -> None:
    read = artifact.load(made.eight_bits)
    assert read.manifest.name == "tiny eight_bits"
    assert read.manifest.sampling == Sampling()
    assert read.manifest.files == {name: hashlib.sha256(data).hexdigest() for name, data in read.files.items()}


def test_writing_replaces_an_artifact_and_nothing_else(made, tmp_path: Path) -> None:
    good = artifact.load(made.float32)
    destination = tmp_path / "here"
    artifact.write(destination, good.manifest, good.files)
    artifact.write(destination, artifact.load(made.eight_bits).manifest, good.files)
    assert artifact.load(destination).manifest.name == "tiny eight_bits"
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_a_folder_of_other_things_is_left_alone(made, tmp_path: Path) -> None:
    good = artifact.load(made.float32)
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ArtifactError, match="is not an artifact; it is left as it is"):
        artifact.write(tmp_path, good.manifest, good.files)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
