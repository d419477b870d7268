"""The walk outwards: folders near to where people work come first, and nobody's but the project's own are entered."""

import os
from itertools import islice
from pathlib import Path

import pytest

from lacuna.workspace import outwards as walking
from lacuna.workspace.outwards import outwards

FILES = (
    *("top.py", "app/main.py", "app/parts/wheel.py", "app/parts/axle.py", "app/parts/deep/spoke.py"),
    *("lib/a.py", "lib/inner/b.py", "tests/test_main.py", "notes.txt"),
)
NEVER = (
    *("build/made.py", "app/skipped_gen.py", ".hidden/x.py", "node_modules/x/y.py", "app/__pycache__/z.py"),
    *("env/lib/python/site-packages/p.py", "env/other.py", "lib/site-packages/q.py", "lib/.ssh/keys.py"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in (*FILES, *NEVER, "env/pyvenv.cfg", "outside/o.py"):
        path = root / name if not name.startswith("outside") else tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (root / ".gitignore").write_text("build/\n*_gen.py\n")
    (root / "linked").symlink_to(tmp_path / "outside")
    (root / "linked.py").symlink_to(tmp_path / "outside/o.py")
    return root


def found(root: Path, *starts: str) -> list[str]:
    folders = outwards(root, [root / start for start in starts])
    return [file.relative_to(root).as_posix() for files in folders for file in files]


def test_every_file_of_the_project_is_found_and_no_other(root: Path):
    assert sorted(found(root)) == sorted(set(FILES) - {"notes.txt"})


@pytest.mark.parametrize(
    ("starts", "first"),
    [
        ((), ["top.py", "app/main.py", "lib/a.py"]),
        (("app/parts",), ["app/parts/axle.py", "app/parts/wheel.py", "app/main.py", "app/parts/deep/spoke.py"]),
        (("lib/inner",), ["lib/inner/b.py", "lib/a.py", "top.py"]),
        (("app/parts/deep", "tests"), ["app/parts/deep/spoke.py", "tests/test_main.py", "app/parts/axle.py"]),
        (("build",), ["top.py", "app/main.py"]),
        (("app/parts/new",), ["app/parts/axle.py"]),
        (("../outside",), ["top.py"]),
        (("linked",), ["top.py"]),
    ],
    ids=["the root", "inside", "another", "two", "ignored", "not there", "outside", "a link"],
)
def test_folders_come_in_the_order_of_their_distance(root: Path, starts: tuple[str, ...], first: list[str]):
    assert found(root, *starts)[: len(first)] == first


def test_each_folder_is_looked_into_when_it_is_its_turn(root: Path, monkeypatch: pytest.MonkeyPatch):
    looked = []
    scan = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: looked.append(Path(folder)) or scan(folder))
    list(islice(outwards(root, [root / "app/parts"]), 2))
    assert looked == [root / "app/parts", root / "app"]


def test_no_more_folders_than_a_limit_are_looked_into(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(walking, "MOST_FOLDERS", 2)
    assert found(root, "app/parts") == ["app/parts/axle.py", "app/parts/wheel.py", "app/main.py"]


def test_what_cannot_be_read_is_passed_by(root: Path):
    folders = outwards(root, [root / "app"])
    next(folders)
    for path in sorted((root / "lib").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (root / "lib").rmdir()
    assert (root / "tests/test_main.py",) in list(folders)
