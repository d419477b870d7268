"""One's own repository as training text: one file in ten is held out, secrets are left out."""

import os
from pathlib import Path

import pytest

from lacuna.cli import adapt
from lacuna.model.corpus import building, repository
from lacuna.model.corpus.files import CorpusError, Role, load
from lacuna.model.corpus.selection import Dropped
from lacuna.workspace import written

CODE = "def {name}(items):\n" + "".join(f"    {{name}}_{n} = items[{n}] + len(items)\n" for n in range(12))


def test_a_file_is_either_trained_on_or_held_out(tmp_path: Path):
    for n in range(200):
        (tmp_path / f"module_{n}.py").write_text(CODE.format(name=f"f{n}"))
    trained, held_out = (
        {file.path for file in repository.python_files(tmp_path, is_held_out=value)} for value in (False, True)
    )
    assert not trained & held_out
    assert len(trained | held_out) == 200
    assert 10 <= len(held_out) <= 35


def test_the_corpus_of_a_repository_is_read_like_any_other(tmp_path: Path):
    root = tmp_path / "repository"
    root.mkdir()
    licence = "# Published under the GNU General Public License.\n"
    for n in range(60):
        (root / f"module_{n}.py").write_text(licence + CODE.format(name=f"f{n}"))
    (root / ".env.py").write_text("".join(f"KEY_{n} = 'secret'\n" for n in range(20)))
    report = building.build_own(tmp_path / "built", root)
    train, validation = (list(load(tmp_path / "built", role)) for role in (Role.TRAIN, Role.VALIDATION))
    assert len(train) + len(validation) == 60, "whatever the licence"
    assert report.roles[Role.VALIDATION].files == len(validation) > 0
    assert list(load(tmp_path / "built", Role.TEST)) == []


@pytest.mark.parametrize("size", [600_000, 4 << 40], ids=["large", "without end"])
def test_what_is_too_large_is_counted_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int):
    root = tmp_path / "repository"
    root.mkdir()
    for n in range(60):
        (root / f"module_{n}.py").write_text(CODE.format(name=f"f{n}"))
    (root / "large.py").touch()
    os.truncate(root / "large.py", size)
    opened, read = [], written.data_of
    monkeypatch.setattr(written, "data_of", lambda path, most: opened.append(path.name) or read(path, most))
    report = building.build_own(tmp_path / "built", root)
    assert report.dropped == {Dropped.LARGE: 1}
    assert len(opened) == 60
    assert "large.py" not in opened


def test_what_is_left_out_is_told_with_the_reasons_and_the_rest_is_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "repository"
    root.joinpath(*"a" * 202).mkdir(parents=True)
    for n in range(60):
        (root / f"module_{n}.py").write_text(CODE.format(name=f"f{n}"))
    for n in range(7):
        (root / f"id_rsa_{n}.py").write_text("KEY = 'secret'\n")
    (root / "large\x1b[2J.py").touch()
    os.truncate(root / "large\x1b[2J.py", 4 << 40)
    (root / "no\udcfftext.py").write_text(CODE.format(name="f"))
    (root / "made.py").touch()
    (root / ".gitignore").write_text("made.py\n")
    own = adapt.prepare(root)
    deep, secret = "/".join("a" * 201), ", ".join(f"id_rsa_{n}.py" for n in range(5))
    assert capsys.readouterr().err.splitlines()[:5] == [
        f"lacuna: left out {deep}/: {root}/{deep} lies more than 200 folders deep.",
        f"lacuna: left out {secret} and 2 more: Files of this name hold secrets.",
        "lacuna: left out large^[[2J.py: It is larger than 200,000 bytes.",
        f"lacuna: left out made.py: {root}/.gitignore names it.",
        "lacuna: left out no?text.py: Its name is no text.",
    ]
    assert sum(1 for role in (Role.TRAIN, Role.VALIDATION) for _ in load(own.corpus, role)) == 60


@pytest.mark.parametrize("content", [None, ""], ids=["no folder", "an empty one"])
def test_what_cannot_be_trained_on_is_said(tmp_path: Path, content: str | None):
    root = tmp_path / "repository"
    if content is not None:
        root.mkdir()
    with pytest.raises(CorpusError, match=r"There is no folder|too few Python files"):
        building.build_own(tmp_path / "built", root)
