"""`lacuna train --on`: from a repository to an artifact that is listed, used and compared with what it began with."""

from pathlib import Path

import platformdirs
import pytest

from lacuna.cli import adapt, main
from lacuna.export import artifact
from lacuna.export import shelf as models
from lacuna.export.convert import restore
from lacuna.model.training.checkpoint import alone

MODULE = "def {name}(items, other):\n" + "".join(f"    {{name}}_{n} = items[{n}] + len(other)\n" for n in range(9))


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for n in range(40):
        (folder / f"module_{n}.py").write_text(MODULE.format(name=f"f{n}"))
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return made(tmp_path / "project")


@pytest.fixture
def on(repository: Path, recipe_file: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(adapt, "HOLES", 12)
    options = {"--on": repository, "--from": shipped, "--recipe": recipe_file, "--threads": 1, "--device": "cpu"}
    return ["train", *(str(part) for pair in options.items() for part in pair)]


def runs() -> list[Path]:
    own = platformdirs.user_cache_path("lacuna") / "own"
    return [path for path in own.glob("project-*/*") if path.name != "corpus"]


def begun(root: Path) -> Path:
    """The run of a training that was interrupted."""
    run = adapt.prepare(root).run
    run.mkdir()
    (run / "checkpoint.pt").touch()
    return run


@pytest.mark.slow
def test_it_gives_an_artifact_and_says_what_was_gained(
    on: list[str], shipped: Path, repository: Path, capsys: pytest.CaptureFixture[str]
):
    assert main.run(on) == 0
    out, err = capsys.readouterr()
    assert "trained to step 6 of 6" in err
    (folder,) = models.shelf().glob("project-*")
    for word in ("12 ends of lines in", "before", "after", "gain", f"model use {folder.name}"):
        assert word in out
    adapted, original = artifact.load(folder), artifact.load(shipped)
    assert adapted.manifest.name == folder.name
    assert adapted.manifest.sampling == original.manifest.sampling
    assert adapted.manifest.calibration == original.manifest.calibration is not None
    assert adapted.files[artifact.TOKENIZER] == original.files[artifact.TOKENIZER]
    before, after = restore.weights(original), restore.weights(adapted)
    assert any((after[name] != before[name]).any() for name in before)
    assert main.run(["model", "use", folder.name]) == 0
    assert models.in_use() == folder
    assert len(list(repository.iterdir())) == 40, "the repository is only read"


@pytest.mark.slow
def test_the_same_text_is_not_trained_on_twice_and_other_text_anew(
    on: list[str], repository: Path, capsys: pytest.CaptureFixture[str]
):
    assert main.run([*on, "--for", "1s"]) == 0
    (first,) = runs()
    assert main.run(on) == 0
    assert "resuming at step" in capsys.readouterr().err
    assert runs() == [first]
    (repository / "module_1.py").write_text(MODULE.format(name="changed"))
    assert main.run([*on, "--for", "1s"]) == 0
    (second,) = runs()
    assert second != first, "the older run is gone"
    assert "resuming at step" not in capsys.readouterr().err


def test_another_folder_of_the_same_name_has_a_corpus_a_run_and_an_artifact_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    first, second = made(tmp_path / "a/project"), made(tmp_path / "b/project")
    (second / "module_1.py").write_text(MODULE.format(name="changed"))
    run = begun(first)
    own, other = adapt.prepare(first), adapt.prepare(second)
    assert own.run == run
    for part in ("name", "corpus", "run", "artifact"):
        assert getattr(own, part) != getattr(other, part)
    assert (run / "checkpoint.pt").exists()
    assert "removes" not in capsys.readouterr().err


def test_a_folder_is_the_same_by_whatever_path_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = made(tmp_path / "project")
    (tmp_path / "link").symlink_to(root)
    monkeypatch.chdir(root)
    assert adapt.prepare(Path()) == adapt.prepare(tmp_path / "link") == adapt.prepare(root)


def test_no_folder_has_the_name_of_the_artifact_that_ships(tmp_path: Path):
    own = adapt.prepare(made(tmp_path / models.EMBEDDED))
    assert own.name != models.EMBEDDED
    assert own.artifact.name == own.name


def test_the_run_of_older_text_is_removed_and_that_is_said(repository: Path, capsys: pytest.CaptureFixture[str]):
    run = begun(repository)
    (repository / "module_1.py").write_text(MODULE.format(name="changed"))
    adapt.prepare(repository)
    assert not run.exists()
    said = f"lacuna: removes {run}, an earlier run: {repository} has other text now.\n"
    assert capsys.readouterr().err.endswith(said)


def test_the_run_of_older_text_is_kept_while_a_training_is_at_work_there(
    repository: Path, capsys: pytest.CaptureFixture[str]
):
    run = begun(repository)
    (repository / "module_1.py").write_text(MODULE.format(name="changed"))
    with alone(run):
        adapt.prepare(repository)
    assert (run / "checkpoint.pt").exists()
    said = f"lacuna: keeps {run}, though {repository} has other text now: a training is at work there.\n"
    assert capsys.readouterr().err.endswith(said)


def test_a_folder_without_code_is_said(on: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "empty").mkdir()
    assert main.run([*on, "--on", str(tmp_path / "empty")]) == 4
    sentence = "has too few Python files of use to train on and to hold out for a test."
    assert capsys.readouterr().err.endswith(f"lacuna: {tmp_path / 'empty'} {sentence}\n")
