"""The loop: a killed run goes on to the last digit, refuses another recipe, and never harms the checkpoint it has."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training import checkpoint, curves, loop, text
from lacuna.model.training.checkpoint import RunError
from lacuna.model.training.recipe import Recipe, RecipeError
from lacuna.model.training.text import Documents

CPU = torch.device("cpu")
KILLED = """
import itertools, os, signal, sys
from pathlib import Path
import torch
from lacuna.model.training import loop, recipe, text

recipe_file, run, folder, saved, seen = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:])
torch.set_num_threads(1)
read = recipe.read(str(recipe_file))
tokenizer = text.tokenizer_of(run, folder, read.vocabulary)
documents = text.documents_of(run, folder, tokenizer)

def train(**stop):
    loop.train(read, documents, tokenizer, run, device=torch.device("cpu"), seconds=1e9, **stop)

train(until=saved)
asked = itertools.count()
train(is_interrupted=lambda: next(asked) == seen - saved and os.kill(os.getpid(), signal.SIGKILL))
"""
FULL = """
import resource, sys
from pathlib import Path
import torch
from lacuna.model.training import checkpoint, loop, recipe, text

recipe_file, run, folder = map(Path, sys.argv[1:])
torch.set_num_threads(1)
read = recipe.read(str(recipe_file))
tokenizer = text.tokenizer_of(run, folder, read.vocabulary)
documents = text.documents_of(run, folder, tokenizer)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    loop.train(read, documents, tokenizer, run, device=torch.device("cpu"), seconds=1e9, save_every=-1.0)
except checkpoint.RunError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory, corpus_folder: Path, tokenizer: Tokenizer) -> Documents:
    return text.documents_of(tmp_path_factory.mktemp("tokens"), corpus_folder, tokenizer)


@pytest.fixture(scope="module")
def straight(
    tmp_path_factory: pytest.TempPathFactory, recipe: Recipe, documents: Documents, tokenizer: Tokenizer
) -> tuple[Path, checkpoint.State]:
    """All six steps without a stop."""
    run = tmp_path_factory.mktemp("straight")
    return run, loop.train(recipe, documents, tokenizer, run, device=CPU, seconds=1e9)


def begun(run: Path, straight: Path) -> Path:
    """A run with the checkpoint of another."""
    run.mkdir()
    (run / checkpoint.NAME).write_bytes((straight / checkpoint.NAME).read_bytes())
    return run


def told(run: Path) -> list[tuple[str, ...]]:
    """What of the curves does not depend on the clock."""
    names = ("step", "phase", "rate", "norm", "tokens", "loss_tokens", *curves.LOSSES)
    return [tuple(row[name] for name in names) for row in curves.rows(run)]


def test_in_bfloat16_it_learns_the_same_but_for_rounding(
    tmp_path: Path, straight: tuple[Path, checkpoint.State], recipe: Recipe, documents: Documents, tokenizer: Tokenizer
):
    options = {"device": CPU, "seconds": 1e9, "precision": torch.bfloat16}
    state = loop.train(recipe, documents, tokenizer, tmp_path, **options)
    assert all(p.dtype is torch.float32 for p in state.network.parameters()), "the weights themselves stay exact"
    for exact, rounded in zip(curves.rows(straight[0]), curves.rows(tmp_path), strict=True):
        for name in ("causal", "ordered", "ends", "tokens_nll", "existence"):
            if exact[name]:
                assert float(rounded[name]) == pytest.approx(float(exact[name]), rel=0.15), name
                assert rounded[name] != exact[name], "it was not multiplied in bfloat16"


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("saved", "seen"), [(2, 5), (4, 5)], ids=["stopped in the causal phase", "stopped in the infilling phase"]
)
def test_a_killed_run_goes_on_as_if_it_had_not_been(  # noqa: PLR0917 -- fixtures and a table's columns
    tmp_path: Path,
    straight: tuple[Path, checkpoint.State],
    recipe_file: Path,
    corpus_folder: Path,
    recipe: Recipe,
    documents: Documents,
    tokenizer: Tokenizer,
    capsys: pytest.CaptureFixture[str],
    saved: int,
    seen: int,
):
    run = tmp_path / "run"
    arguments = [str(argument) for argument in (recipe_file, run, corpus_folder, saved, seen)]
    killed = subprocess.run([sys.executable, "-I", "-c", KILLED, *arguments], check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr.decode()
    assert len(told(run)) == seen, "steps after the checkpoint are in the table, but lost"

    state = loop.train(recipe, documents, tokenizer, run, device=CPU, seconds=1e9)

    assert f"resuming at step {saved} of 6" in capsys.readouterr().err
    assert told(run) == told(straight[0])
    expected = straight[1]
    assert (state.step, state.tokens) == (expected.step, expected.tokens)
    for found, wanted in ((state.network, expected.network), (state.average, expected.average)):
        for (name, a), b in zip(found.state_dict().items(), wanted.state_dict().values(), strict=True):
            assert torch.equal(a, b), name


def test_the_table_has_a_row_a_step_with_the_losses_of_its_phase(straight: tuple[Path, checkpoint.State]):
    rows = curves.rows(straight[0])
    assert [row["step"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert [row["phase"] for row in rows] == ["causal"] * 3 + ["infill"] * 3
    for row in rows:
        filled = {name for name in curves.LOSSES if row[name]}
        assert filled == {"causal"} if row["phase"] == "causal" else {*curves.LOSSES} - {"causal"}
        assert min(float(row[name]) for name in ("tokens_per_second", "loss_tokens_per_second", "flops_per_second")) > 0
    assert float(rows[0]["causal"]) == pytest.approx(6.0, abs=0.3), "ln 400: nothing is known at first"


def test_the_picture_is_one(straight: tuple[Path, checkpoint.State]):
    assert (straight[0] / curves.PNG).read_bytes().startswith(b"\x89PNG\r\n")
    assert {path.name for path in straight[0].iterdir()} == {checkpoint.NAME, curves.CSV, curves.PNG}


def test_the_average_trails_the_weights(straight: tuple[Path, checkpoint.State]):
    network, average = (dict(part.named_parameters()) for part in (straight[1].network, straight[1].average))
    assert any(not torch.equal(network[name], average[name]) for name in network)


def test_every_weight_that_can_learn_has_moved(
    straight: tuple[Path, checkpoint.State],
    tmp_path: Path,
    recipe: Recipe,
    documents: Documents,
    tokenizer: Tokenizer,
):
    before = loop.train(recipe, documents, tokenizer, tmp_path, device=CPU, seconds=0.0).network.state_dict()
    after = straight[1].network.state_dict()
    assert not [name for name in before if torch.equal(before[name], after[name])]


def test_time_ends_a_run_with_a_checkpoint(tmp_path: Path, recipe: Recipe, documents: Documents, tokenizer: Tokenizer):
    state = loop.train(recipe, documents, tokenizer, tmp_path, device=CPU, seconds=0.0)
    assert state.step == 0
    assert (tmp_path / checkpoint.NAME).exists()


@pytest.mark.parametrize("part", ["seed", "network"])
def test_a_checkpoint_of_another_recipe_is_refused(
    tmp_path: Path,
    straight: tuple[Path, checkpoint.State],
    recipe: Recipe,
    documents: Documents,
    tokenizer: Tokenizer,
    part: str,
):
    run = begun(tmp_path / "run", straight[0])
    other = {"seed": 6, "network": replace(recipe.network, hidden=128)}[part]
    with pytest.raises(RecipeError, match=rf"another recipe \({part}\)"):
        loop.train(replace(recipe, **{part: other}), documents, tokenizer, run, device=CPU, seconds=1e9)
    assert (run / checkpoint.NAME).read_bytes() == (straight[0] / checkpoint.NAME).read_bytes()


@pytest.mark.parametrize("data", [b"", b"no checkpoint", b"PK\x03\x04 torn"], ids=["empty", "text", "torn"])
def test_a_spoilt_checkpoint_is_one_sentence(
    tmp_path: Path, recipe: Recipe, documents: Documents, tokenizer: Tokenizer, data: bytes
):
    (tmp_path / checkpoint.NAME).write_bytes(data)
    with pytest.raises(RunError, match="is not a checkpoint that can be read"):
        loop.train(recipe, documents, tokenizer, tmp_path, device=CPU, seconds=1e9)
    assert (tmp_path / checkpoint.NAME).read_bytes() == data


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_full_disk_leaves_the_checkpoint_as_it_was(
    tmp_path: Path, straight: tuple[Path, checkpoint.State], recipe_file: Path, corpus_folder: Path, recipe: Recipe
):
    run = tmp_path / "run"
    longer = tmp_path / "longer.toml"
    longer.write_text(recipe_file.read_text().replace("causal = { steps = 3", "causal = { steps = 30"))
    begun(run, straight[0])
    before = (run / checkpoint.NAME).read_bytes()
    command = [sys.executable, "-I", "-c", FULL, str(longer), str(run), str(corpus_folder)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == f"no checkpoint could be written to {run} (File too large); the one before is as it was\n"
    assert (run / checkpoint.NAME).read_bytes() == before
    assert not list(run.glob(".lacuna-*")), "nothing is left behind"


def test_a_corpus_smaller_than_a_row_is_refused(
    tmp_path: Path, recipe: Recipe, documents: Documents, tokenizer: Tokenizer
):
    few = replace(documents, tokens=documents.tokens[:40])
    with pytest.raises(RecipeError, match="fewer tokens than one row"):
        loop.train(recipe, few, tokenizer, tmp_path, device=CPU, seconds=1e9)


# --- the table


@pytest.mark.parametrize(
    ("torn", "step", "left"),
    [("", 2, ["1", "2"]), ("3,caus", 3, ["1", "2", "3"]), ("1", 3, ["1", "2", "3"]), ("", 0, [])],
    ids=["rows after the checkpoint go", "a torn row goes", "though it looks like another", "no checkpoint, no rows"],
)
def test_the_table_is_cut_back_to_the_checkpoint(tmp_path: Path, torn: str, step: int, left: list[str]):
    curves.begin(tmp_path, 0)
    for n in (1, 2, 3):
        curves.append(tmp_path, {"step": n, "phase": "causal", "causal": 1 / n})
    with (tmp_path / curves.CSV).open("a") as file:
        file.write(torn)
    curves.begin(tmp_path, step)
    assert [row["step"] for row in curves.rows(tmp_path)] == left


# --- what the run keeps of its corpus


def test_a_run_does_not_go_on_with_another_corpus(tmp_path: Path, corpus_folder: Path):
    run, other = tmp_path / "run", tmp_path / "other"
    text.keep_report(run, corpus_folder)
    text.keep_report(run, corpus_folder)
    other.mkdir()
    (other / "corpus.json").write_text('{"outputs": {"train.jsonl": "0"}}')
    with pytest.raises(text.CorpusError, match="begun with another corpus"):
        text.keep_report(run, other)
    assert (run / "corpus.json").read_bytes() == (corpus_folder / "corpus.json").read_bytes()


def test_the_documents_tokens_are_those_of_their_texts(documents: Documents, tokenizer: Tokenizer):
    assert tokenizer.decode(documents.tokens.tolist()).decode() == "".join(text + "\n" for text in documents.texts)


def test_one_training_at_a_time_works_in_a_folder(tmp_path: Path):
    with checkpoint.alone(tmp_path), pytest.raises(RunError, match="another training is at work in"):
        checkpoint.alone(tmp_path).__enter__()
    with checkpoint.alone(tmp_path):
        pass
