"""`lacuna train --on`: from a repository to an artifact that is listed, used and compared with what it began with."""

from pathlib import Path

import platformdirs
import pytest

from lacuna.cli import adapt, main
from lacuna.export import artifact
from lacuna.export import shelf as models
from lacuna.export.convert import restore

MODULE = "def {name}(items, other):\n" + "".join(f"    {{name}}_{n} = items[{n}] + len(other)\n" for n in range(9))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for n in range(40):
        (folder / f"module_{n}.py").write_text(MODULE.format(name=f"f{n}"))
    return folder


@pytest.fixture
def on(repository: Path, recipe_file: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(adapt, "HOLES", 12)
    options = {"--on": repository, "--from": shipped, "--recipe": recipe_file, "--threads": 1, "--device": "cpu"}
    return ["train", *(str(part) for pair in options.items() for part in pair)]


def runs() -> list[Path]:
    return [
        path for path in (platformdirs.user_cache_path("lacuna") / "own" / "project").iterdir() if path.name != "corpus"
    ]


@pytest.mark.slow
def test_it_gives_an_artifact_and_says_what_was_gained(
    on: list[str], shipped: Path, repository: Path, capsys: pytest.CaptureFixture[str]
):
    assert main.run(on) == 0
    out, err = capsys.readouterr()
    assert "trained to step 6 of 6" in err
    for word in ("12 ends of lines in", "before", "after", "gain", "model use project"):
        assert word in out
    made, begun = artifact.load(models.shelf() / "project"), artifact.load(shipped)
    assert made.manifest.name == "project"
    assert made.manifest.sampling == begun.manifest.sampling
    assert made.manifest.calibration == begun.manifest.calibration is not None
    assert made.files[artifact.TOKENIZER] == begun.files[artifact.TOKENIZER]
    before, after = restore.weights(begun), restore.weights(made)
    assert any((after[name] != before[name]).any() for name in before)
    assert main.run(["model", "use", "project"]) == 0
    assert models.in_use() == models.shelf() / "project"
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


def test_a_folder_without_code_is_said(on: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "empty").mkdir()
    assert main.run([*on, "--on", str(tmp_path / "empty")]) == 4
    sentence = "has too few Python files of use to train on and to hold out for a test."
    assert capsys.readouterr().err.endswith(f"lacuna: {tmp_path / 'empty'} {sentence}\n")
