"""`lacuna model`: what there is, what is used, and what is damaged."""

import json
import shutil
from pathlib import Path

import platformdirs
import pytest

from lacuna.cli import main
from lacuna.export import shelf as models
from lacuna.export.artifact import WEIGHTS, embedded
from lacuna.export.providers import Provider
from lacuna.infill.opening import ModelOptions
from lacuna.syntax.errors import ModelError


@pytest.fixture
def own() -> Path:
    """An artifact on the shelf: a copy of the embedded one."""
    folder = models.shelf() / "own"
    shutil.copytree(embedded(), folder)
    return folder


def lacuna(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main.run([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def options(folder: Path | None = None) -> ModelOptions:
    return ModelOptions(folder, Provider.CPU, None)


def test_the_embedded_artifact_is_used_until_another_is_chosen(capsys, own: Path):
    assert options().artifact == embedded()
    assert lacuna(capsys, "model", "use", "own")[0] == 0
    assert options().artifact == own
    assert options(embedded()).artifact == embedded(), "an artifact that is named comes first"
    assert lacuna(capsys, "model", "use", "embedded")[0] == 0
    assert options().artifact == embedded()


def test_an_artifact_anywhere_can_be_used(capsys, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(own, tmp_path / "there")
    monkeypatch.chdir(tmp_path)
    assert lacuna(capsys, "model", "use", "there")[0] == 0
    monkeypatch.chdir("/")
    assert options().artifact == tmp_path / "there"
    lines = [line for line in lacuna(capsys, "model", "list")[1].splitlines() if "MB" in line]
    assert ["in use" in line for line in lines] == [False, False, True]


def test_list_shows_all_and_marks_the_one_in_use(capsys, own: Path):
    lacuna(capsys, "model", "use", own)
    code, out, _ = lacuna(capsys, "model", "list")
    assert code == 0
    lines = [line for line in out.splitlines() if "MB" in line]
    assert len(lines) == 2
    assert ["in use" in line for line in lines] == [False, True]


def test_verify_finds_what_is_damaged(capsys, own: Path):
    assert lacuna(capsys, "model", "verify", "own")[0] == 0
    with (own / WEIGHTS).open("r+b") as file:
        file.write(b"\0\1\2\3")
    code, out, err = lacuna(capsys, "model", "verify", "own")
    assert (code, out) == (3, "")
    assert err == f"lacuna: {own / WEIGHTS} is damaged or was changed: its SHA-256 is not the manifest's.\n"
    assert "damaged" in lacuna(capsys, "model", "list")[1].replace("\n", " ")
    assert lacuna(capsys, "model", "use", "own")[0] == 3
    assert options().artifact == embedded(), "what does not open is not chosen"
    assert lacuna(capsys, "model", "verify")[0] == 0


def test_a_model_in_use_that_vanished_is_said(capsys, own: Path):
    lacuna(capsys, "model", "use", own)
    shutil.rmtree(own)
    assert lacuna(capsys, "model", "verify")[::2] == (3, f"lacuna: There is no artifact at {own}.\n")
    assert lacuna(capsys, "model", "use", "embedded")[0] == 0


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"folder": 3}'])
def test_a_choice_that_cannot_be_read_is_said(content: str):
    choice = platformdirs.user_config_path("lacuna") / "model.json"
    choice.parent.mkdir(parents=True)
    choice.write_text(content)
    with pytest.raises(ModelError, match="`lacuna model use embedded` mends it"):
        models.in_use()
    models.use(embedded())
    assert models.in_use() == embedded()


def test_a_choice_that_cannot_be_written_is_said(capsys, own: Path):
    config = platformdirs.user_config_path("lacuna")
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("a file where the folder should be")
    code, _, err = lacuna(capsys, "model", "use", own)
    assert (code, err.endswith("cannot be written: File exists.\n")) == (4, True)


def test_the_choice_names_a_folder_and_nothing_else(capsys, own: Path):
    lacuna(capsys, "model", "use", "own")
    choice = platformdirs.user_config_path("lacuna") / "model.json"
    assert json.loads(choice.read_text()) == {"folder": str(own)}
    assert list(choice.parent.iterdir()) == [choice]
