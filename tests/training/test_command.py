"""`lacuna train`: begins, goes on, stops when asked, and says in a sentence what it cannot do."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from lacuna.cli import main
from lacuna.export.artifact import load
from lacuna.export.convert import restore
from lacuna.model.training import checkpoint, curves

# Steps slow enough to be interrupted.
LONG = """
import signal, sys, time
from lacuna.cli import main
from lacuna.model.training import curves

append = curves.append
curves.append = lambda run, row: (append(run, row), time.sleep(0.2))
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
sys.exit(main.run(sys.argv[1:]))
"""


@pytest.fixture
def arguments(recipe_file: Path, corpus_folder: Path, tmp_path: Path) -> dict[str, object]:
    return {
        "--recipe": recipe_file,
        "--run": tmp_path / "run",
        "--corpus": corpus_folder,
        "--device": "cpu",
        "--threads": 1,
    }


def flat(arguments: dict[str, object]) -> list[str]:
    return ["train", *(str(part) for pair in arguments.items() for part in pair)]


def logged(run: Path) -> int:
    return len(curves.rows(run))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_run_is_begun_stopped_and_finished(
    arguments: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    run = tmp_path / "run"
    command = [sys.executable, "-I", "-c", LONG, *flat(arguments)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        while logged(run) < 2:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=200)
    assert process.returncode == 130
    assert out == ""
    reached = logged(run)
    assert f"lacuna: interrupted at step {reached} of 6; {run} holds the checkpoint" in err
    assert "Traceback" not in err
    assert torch.load(run / checkpoint.NAME, weights_only=True)["step"] == reached

    assert main.run(flat(arguments)) == 0
    said = capsys.readouterr().err
    assert f"resuming at step {reached} of 6" in said
    assert f"trained to step 6 of 6; {run}" in said
    assert "loss tokens/s" in said
    assert "GFLOP/s" in said
    assert logged(run) == 6
    names = {path.name for path in run.iterdir()}
    assert names == {
        "checkpoint.pt",
        "corpus.json",
        "lock",
        "losses.csv",
        "losses.png",
        "starts.npy",
        "tokenizer.json",
        "tokens.npy",
    }


@pytest.mark.slow
def test_unasked_the_small_recipe_is_trained(
    corpus_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    words = ["--corpus", str(corpus_folder), "--device", "cpu", "--threads", "1", "--until", "1"]
    assert main.run(["train", *words]) == 0
    assert "small in runs/small on cpu" in capsys.readouterr().err
    assert logged(tmp_path / "runs" / "small") == 1


def test_a_finished_run_stays_as_it_is(arguments: dict[str, object], tmp_path: Path):
    arguments["--for"] = "1s"
    assert main.run(flat(arguments)) == 0
    assert main.run(flat(arguments | {"--for": "1h"})) == 0
    before = (tmp_path / "run" / curves.CSV).read_bytes()
    assert main.run(flat(arguments | {"--for": "1h"})) == 0
    assert (tmp_path / "run" / curves.CSV).read_bytes() == before


@pytest.mark.parametrize(
    ("changed", "code", "sentence"),
    [
        ({"--recipe": "nonsense"}, 2, "there is no recipe 'nonsense' (ours are: "),
        ({"--for": "6x"}, 2, "'6x' is no duration such as 90s, 60m or 1h30m."),
        ({"--for": ""}, 2, "is no duration"),
        ({"--threads": 0}, 2, "--threads"),
        ({"--probes": "/nowhere/probes.jsonl"}, 2, "probes"),
        ({"--run": "FILE/run"}, 4, "cannot be read or written: Not a directory."),
        ({"--corpus": "FILE/corpus"}, 4, "cannot be read or written: Not a directory."),
    ],
    ids=["recipe", "duration", "no duration", "threads", "probes", "run within a file", "corpus within a file"],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: dict[str, object],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, object],
    code: int,
    sentence: str,
):
    file = tmp_path / "file"
    file.write_text("x")
    changed = {name: str(value).replace("FILE", str(file)) for name, value in changed.items()}
    assert main.run(flat(arguments | changed)) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.splitlines()[-1].startswith("lacuna: ")
    assert file.read_text() == "x"


def test_a_run_of_another_recipe_is_refused(
    arguments: dict[str, object], recipe_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main.run(flat(arguments | {"--for": "1s"})) == 0
    other = tmp_path / "other.toml"
    other.write_text(recipe_file.read_text().replace("seed = 5", "seed = 6"))
    assert main.run(flat(arguments | {"--recipe": other})) == 2
    assert capsys.readouterr().err.endswith("was made with another recipe (seed): train in another folder\n")


def test_training_goes_on_from_an_artifact(arguments: dict[str, object], shipped: Path, tmp_path: Path):
    arguments |= {"--from": shipped, "--for": "1s"}
    assert main.run(flat(arguments)) == 0
    run = tmp_path / "run"
    assert (run / "tokenizer.json").read_bytes() == (shipped / "tokenizer.json").read_bytes()
    begun, trained = restore.weights(load(shipped)), torch.load(run / checkpoint.NAME, weights_only=True)
    assert trained["step"] > 0
    assert trained["recipe"]["seed"] == 6, "the rows of the training before would be learned by heart"
    for name, tensor in trained["network"].items():
        # A few steps lead nowhere else: fresh weights would be farther off than what they hold.
        assert (tensor - begun[name]).norm() < 0.5 * tensor.norm(), name


@pytest.mark.parametrize(
    ("source", "code", "sentence"),
    [
        ("/nowhere", 3, "lacuna: There is no artifact at /nowhere."),
        ("embedded", 2, "has other dimensions than the recipe"),
    ],
)
def test_an_artifact_that_does_not_fit_is_refused(
    arguments: dict[str, object], capsys: pytest.CaptureFixture[str], source: str, code: int, sentence: str
):
    assert main.run(flat(arguments | {"--from": source})) == code
    assert sentence in capsys.readouterr().err


def test_a_run_keeps_the_tokenizer_it_was_begun_with(
    arguments: dict[str, object], shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "tokenizer.json").write_text("another")
    assert main.run(flat(arguments | {"--from": shipped})) == 2
    assert "was begun with another tokenizer: train in another folder" in capsys.readouterr().err
    assert (tmp_path / "run" / "tokenizer.json").read_text() == "another"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
def test_cuda_that_is_not_there_is_said(arguments: dict[str, object], capsys: pytest.CaptureFixture[str]):
    assert main.run(flat(arguments | {"--device": "cuda"})) == 3
    assert capsys.readouterr().err == "lacuna: torch finds no CUDA device here: train with --device cpu.\n"
