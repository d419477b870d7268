"""Which tree paths belong to, what is kept of it outside, and that one run at a time is at work there."""

import subprocess
import sys
from pathlib import Path

import pytest

from lacuna.refactor.state import BusyError, state_of
from lacuna.refactor.tree import tree_of
from lacuna.syntax.errors import FileError
from tests.refactor.plans import laid_out
from tests.workspace.rights import open_folder, unprivileged

HOLDING = """
import sys
from pathlib import Path
from lacuna.refactor.state import state_of
with state_of(Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = ("repo/.git/HEAD", "repo/src/a.py", "repo/src/deep/b.py", "repo/sub/.git", "repo/sub/c.py", "plain/in/d.py")
    laid_out(tmp_path, dict.fromkeys(files, b""))
    (tmp_path / "link").symlink_to("repo/src")
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "tree"),
    [
        (["repo/src/deep/b.py"], "repo"),
        (["repo"], "repo"),
        (["repo/src", "repo/src/a.py"], "repo"),
        (["repo/sub/c.py"], "repo/sub"),
        (["repo/sub", "repo/src"], "repo"),
        (["link/a.py"], "repo"),
        (["plain"], "plain"),
        (["plain/in/d.py"], "plain/in"),
        (["plain/in/d.py", "plain"], "plain"),
        (["plain", "repo"], "."),
    ],
    ids=str,
)
def test_the_tree_is_the_repository_or_the_folder_that_holds_all(folder: Path, paths: list[str], tree: str):
    assert tree_of([folder / path for path in paths]) == folder / tree


@pytest.mark.parametrize("path", ["gone.py", "loop"])
def test_a_path_that_is_not_there_is_told(folder: Path, path: str):
    (folder / "loop").symlink_to("loop")
    with pytest.raises(FileError, match=rf"{path} cannot be read: "):
        tree_of([folder / path])


def test_trees_have_states_of_their_own_which_outlive_a_command(folder: Path):
    one, other = state_of(folder / "repo"), state_of(folder / "plain")
    assert one.folder != other.folder
    assert state_of(folder / "repo") == one
    assert (one.folder / "tree").read_text() == f"{folder / 'repo'}\n"


def test_a_state_folder_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch):
    with open_folder() as home:
        home.chmod(0o555)
        monkeypatch.setenv("HOME", str(home))
        with unprivileged(), pytest.raises(FileError, match="cannot be written: Permission denied"):
            state_of(home)


def test_plans_without_a_name_are_numbered(folder: Path):
    state = state_of(folder / "repo")
    assert state.newest_plan() is None
    made = [state.new_plan() for _ in range(12)]
    assert len(set(made)) == 12
    assert state.newest_plan() == made[-1]


def test_one_run_at_a_time_is_at_work_in_a_tree(folder: Path):
    state = state_of(folder / "repo")
    command = [sys.executable, "-c", HOLDING, str(state.tree)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        assert state.is_busy()
        assert not state_of(folder / "plain").is_busy()
        with pytest.raises(BusyError, match=rf"^Another run is at work in {state.tree}\.$"), state.locked():
            pass
        process.kill()
        process.wait()
        assert not state.is_busy()
