"""A file's project: the nearest folder that is marked as one, and never somebody's home."""

from pathlib import Path

import pytest

from lacuna.syntax.languages.registry import PYTHON
from lacuna.workspace.projects import holds_everything, project_of


@pytest.mark.parametrize(
    ("marks", "project"),
    [
        (("pyproject.toml",), ""),
        (("setup.py", "sub/setup.cfg"), "sub"),
        ((".git/HEAD",), ""),
        ((".git/HEAD", "sub/inner/pyproject.toml"), "sub/inner"),
        (("other/pyproject.toml",), None),
    ],
    ids=["a project", "the nearest", "a repository", "a part of one", "another's"],
)
def test_the_nearest_mark_above_a_file_says_its_project(tmp_path: Path, marks: tuple[str, ...], project: str | None):
    for mark in marks:
        (tmp_path / mark).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / mark).touch()
    found = project_of(tmp_path / "sub/inner/a.py", PYTHON)
    assert found == (None if project is None else tmp_path / project)


def test_a_home_is_no_project_nor_is_what_is_above_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = tmp_path / "home" / "me"
    monkeypatch.setenv("HOME", str(home))
    (home / ".git").mkdir(parents=True)
    assert project_of(home / "scripts/a.py", PYTHON) is None
    assert [holds_everything(folder) for folder in (Path("/"), home.parent, home, home / "code")] == [
        *(True, True, True),
        False,
    ]
