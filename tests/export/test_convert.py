"""From a training run to an artifact, through the command."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from lacuna.cli import main
from lacuna.export import artifact
from lacuna.export.artifact import TOKENIZER, WEIGHTS
from lacuna.export.convert import convert
from lacuna.export.convert.restore import ORIGIN
from lacuna.export.manifest import Corpus, Training
from lacuna.model.denoiser import Sampling

PACKAGES = [
    {"name": "a", "licence": "MIT", "role": "train"},
    {"name": "b", "licence": "Apache-2.0", "role": "train"},
    {"name": "c", "licence": "BSD-3-Clause", "role": "test"},
]


@pytest.fixture
def run(made, tmp_path: Path) -> Path:
    """The folder of a training run, as far as exporting reads it."""
    folder = tmp_path / "run"
    folder.mkdir()
    recipe = {"network": asdict(made.run.dims), "infill": {"kinds": {"lines": 0.5, "rest-of-line": 0.5}}}
    stored = {"recipe": recipe, "step": 12, "tokens": 3456, "average": made.run.state}
    torch.save(stored, folder / "checkpoint.pt")
    (folder / TOKENIZER).write_bytes(made.run.tokenizer)
    (folder / ORIGIN).write_text(json.dumps(asdict(made.run.training)))
    (folder / "corpus.json").write_text(json.dumps({"packages": PACKAGES, "outputs": {"train.jsonl": "abc"}}))
    return folder


def test_a_run_becomes_an_artifact_with_figures(run: Path, tmp_path: Path, text: str, capsys) -> None:
    file, out, figures = tmp_path / "file.py", tmp_path / "out", tmp_path / "figures.json"
    file.write_text(text)
    given = [
        "--name",
        "mine",
        "--default",
        "threshold=0.5",
        "--default",
        "canvas=16",
        "--score",
        "exact match=0.25",
    ]
    code = main.run(["export", str(run), str(out), *given, "--parity", str(file), "--json", str(figures)])
    printed = capsys.readouterr()
    report = json.loads(figures.read_text())
    assert code == (0 if report["parity"]["holds"] else 3), printed.err
    assert report["parity"]["float32_logits"] <= 1e-3
    assert report["total_bytes"] == sum(report["bytes"].values())
    assert "largest difference of a logit" in printed.out
    manifest = artifact.load(out).manifest
    assert (manifest.name, manifest.precision) == ("mine", "8 bits")
    assert (manifest.training.steps, manifest.training.tokens) == (12, 3456)
    assert re.fullmatch(r"[0-9a-f]{40}|unknown", manifest.training.commit)
    assert manifest.training.holes == {"lines": 0.5, "rest-of-line": 0.5}
    assert manifest.training.after == Training("tiny", 0, 0, "none", {"rest-of-line": 1.0})
    assert manifest.corpus == Corpus("2 Python packages, SHA-256 abc", "Apache-2.0, MIT")
    assert manifest.sampling == Sampling(threshold=0.5, canvas=16)
    assert manifest.scores == {"exact match": 0.25}


def test_no_weight_is_stored_twice(made) -> None:
    """Both graphs use all layers, and the embedding is the head, too."""
    trained = sum(tensor.numel() for name, tensor in made.run.state.items())
    float32, eight_bits = (artifact.load(folder).files for folder in (made.float32, made.eight_bits))
    assert 0.95 * 4 * trained <= len(float32[WEIGHTS]) <= 1.05 * 4 * trained
    assert len(eight_bits[WEIGHTS]) <= 0.31 * len(float32[WEIGHTS])


def test_converting_twice_gives_the_same_bytes(made, tmp_path: Path) -> None:
    again = convert.convert(made.run, tmp_path / "again", convert.EIGHT_BITS, "again", Sampling())
    assert again.files == artifact.load(made.eight_bits).files


@pytest.mark.parametrize(
    "setting", ["threshold", "threshold=high", "=1", "surprise=1", "threshold=nan", "canvas=1.5", "policy=in-order"]
)
def test_a_default_that_makes_no_sense_is_refused(run: Path, tmp_path: Path, setting: str) -> None:
    assert main.run(["export", str(run), str(tmp_path / "out"), "--default", setting]) == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["checkpoint.pt", TOKENIZER])
def test_a_folder_that_is_no_run_is_refused(run: Path, tmp_path: Path, name: str, capsys) -> None:
    (run / name).unlink()
    assert main.run(["export", str(run), str(tmp_path / "out")]) == 4
    assert f"is not a training run: it has no {name}." in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_checkpoint_that_is_none_is_refused(run: Path, tmp_path: Path, capsys) -> None:
    (run / "checkpoint.pt").write_bytes(b"\x80\x04 not a checkpoint")
    assert main.run(["export", str(run), str(tmp_path / "out")]) == 4
    assert "cannot be read as a checkpoint" in capsys.readouterr().err
