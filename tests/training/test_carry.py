"""What goes to a GPU machine and comes back is what it was: the kit's own commands."""

import json
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
import torch

from lacuna.benchmarks.device.carry import main
from lacuna.export.convert import convert
from lacuna.model.corpus.files import Role, load
from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training import loop, text
from lacuna.model.training.checkpoint import RunError

ROOT = Path(__file__).parents[2]


def carry(*words: str | Path) -> None:
    """In this process: each of their own would import torch once more."""
    main.main([*map(str, words)], standalone_mode=False)


@pytest.fixture
def run(tokenizer: Tokenizer, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    tokenizer.save(folder / "tokenizer.json")
    return folder


@pytest.mark.slow
def test_the_training_text_arrives_as_tokens(corpus_folder: Path, run: Path, tmp_path: Path) -> None:
    carry("tokens", corpus_folder, run, tmp_path / "packed")
    carry("corpus", tmp_path / "packed", tmp_path / "corpus", tmp_path / "there")
    texts, arrived = (
        [file.text for file in load(folder, Role.TRAIN)] for folder in (corpus_folder, tmp_path / "corpus")
    )
    assert arrived == texts
    text.keep_report(tmp_path / "there", tmp_path / "corpus")
    documents = text.documents_of(tmp_path / "there", tmp_path / "corpus", Tokenizer.load(run / "tokenizer.json"))
    np.testing.assert_array_equal(documents.tokens, np.load(run / "tokens.npy"))


@pytest.mark.slow
def test_weights_come_back_as_a_checkpoint_to_export(
    corpus_folder: Path, run: Path, recipe, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    documents = text.documents_of(run, corpus_folder, tokenizer)
    state = loop.train(recipe, documents, tokenizer, run, device=torch.device("cpu"), seconds=600)
    carry("weights", run, tmp_path / "packed")
    trained = convert.read(run, "tiny")
    (run / "checkpoint.pt").unlink()
    carry("checkpoint", tmp_path / "packed", run)
    with pytest.raises(RunError, match="holds weights alone: export them"):
        loop.train(recipe, documents, tokenizer, run, device=torch.device("cpu"), seconds=600)
    with pytest.raises(click.ClickException, match=f"{run} has a checkpoint already"):
        carry("checkpoint", tmp_path / "packed", run)
    again = convert.read(run, "tiny")
    assert again.training == trained.training
    assert again.training.steps == state.step
    for name, tensor in trained.state.items():
        torch.testing.assert_close(again.state[name], tensor, rtol=1e-3, atol=1e-6)


def test_a_folder_without_parts_is_named(run: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus.json").write_text(json.dumps({}))
    (tmp_path / "lines.npy").touch()
    words = ("corpus", tmp_path, tmp_path / "corpus", run)
    command = [sys.executable, "-m", "lacuna.benchmarks.device.carry", *map(str, words)]
    ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert f"{tmp_path} holds no packed tokens." in ended.stderr
