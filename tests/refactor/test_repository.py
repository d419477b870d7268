"""What git has of a file, told without git."""

import os
import subprocess
from pathlib import Path

import pytest
from dulwich.repo import Repo

from lacuna.refactor.repository import Repository, RevisionError, repository
from lacuna.syntax.errors import FileError
from tests.refactor.plans import laid_out


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two commits, the second of which changes a.py and adds src/new.py."""
    laid_out(tmp_path, {"a.py": b"1\n", "src/b.py": b"b\n", "src/\u00e9.py": b"e\n"})
    repo = Repo.init(tmp_path)
    committed(repo, "a.py", "src/b.py", "src/\u00e9.py")
    laid_out(tmp_path, {"a.py": b"2\n", "src/new.py": b"new\n"})
    committed(repo, "a.py", "src/new.py")
    repo.close()
    return tmp_path


def committed(repo: Repo, *paths: str) -> None:
    worktree = repo.get_worktree()
    worktree.stage([os.fsencode(path) for path in paths])
    worktree.commit(message=b"m", author=b"a <a@b>", committer=b"a <a@b>")


def opened(tree: Path) -> Repository:
    found = repository(tree)
    assert found
    return found


@pytest.mark.parametrize(
    ("tree", "revision", "path", "data"),
    [
        (".", "HEAD", "a.py", b"2\n"),
        (".", "HEAD~1", "a.py", b"1\n"),
        (".", "HEAD^", "src/new.py", None),
        (".", "refs/heads/master", "src/\u00e9.py", b"e\n"),
        (".", "HEAD", "src", None),
        (".", "HEAD", "a.py/b", None),
        (".", "HEAD", "gone/b.py", None),
        ("src", "HEAD", "b.py", b"b\n"),
        ("src", "HEAD", "a.py", None),
    ],
)
def test_files_of_a_revision_are_read(root: Path, tree: str, revision: str, path: str, data: bytes | None):
    snapshot = opened(root / tree).at(revision)
    assert snapshot.read(path) == data
    assert snapshot.holds(path, data or b"") == (data is not None)


@pytest.mark.parametrize(
    "revision", ["", "nope", "HEAD~9", "HEAD:a.py", "HEAD^{tree}", "HEAD~1..HEAD", "a\0b", "\ud800"]
)
def test_what_names_no_commit_is_told(root: Path, revision: str):
    with pytest.raises(RevisionError, match="names no commit of this repository"):
        opened(root).at(revision)


@pytest.mark.parametrize(
    ("path", "data", "is_uncommitted"),
    [
        pytest.param("a.py", b"2\n", False, id="as committed"),
        pytest.param("a.py", b"2\r\n", False, id="other line ends"),
        pytest.param("a.py", b"3\n", True, id="changed"),
        pytest.param("a.py", b"1\n", True, id="as in a commit before"),
        pytest.param("src/b.py", b"b\n", True, id="staged"),
        pytest.param("untracked.py", b"", True, id="untracked"),
    ],
)
def test_changes_that_are_not_committed_are_told(root: Path, path: str, data: bytes, is_uncommitted: bool):  # noqa: FBT001 -- a column
    (root / "src" / "b.py").write_bytes(b"staged\n")
    with Repo(root) as repo:
        repo.get_worktree().stage([b"src/b.py"])
    assert opened(root).uncommitted()(path, data) is is_uncommitted


def test_without_a_commit_all_is_uncommitted(tmp_path: Path):
    Repo.init(tmp_path).close()
    assert opened(tmp_path).uncommitted()("a.py", b"")


def test_without_a_repository_there_is_none(tmp_path: Path):
    assert repository(tmp_path) is None


def test_a_repository_that_cannot_be_read_is_told(root: Path):
    (root / ".git" / "config").write_text("[core]\nrepositoryformatversion = 99\n")
    with pytest.raises(FileError, match=r"^The git repository of .* cannot be read: "):
        repository(root)


def test_no_command_of_a_configuration_is_run(root: Path):
    mark = root / "ran"
    (root / ".git" / "config").write_text(
        f'[core]\nfsmonitor = touch {mark}\n[filter "x"]\nclean = touch {mark}\nprocess = touch {mark}\n'
    )
    (root / ".gitattributes").write_text("*.py filter=x\n")
    found = opened(root)
    assert found.uncommitted()("a.py", b"3\n")
    assert found.at("HEAD").read("a.py") == b"2\n"
    assert not mark.exists()


@pytest.mark.parametrize("kind", ["worktree", "packed", "sha256"])
def test_repositories_of_all_kinds_are_read(root: Path, tmp_path_factory: pytest.TempPathFactory, kind: str):
    other = tmp_path_factory.mktemp("other") / "tree"
    commands = {
        "worktree": f"git worktree add -q {other} HEAD",
        "packed": f"git clone -q . {other} && git -C {other} gc -q",
        "sha256": f"git init -q --object-format=sha256 {other} && cp a.py {other} && cd {other} && git add . && "
        "git -c user.name=a -c user.email=a@b commit -qm m",
    }
    subprocess.run(["sh", "-c", commands[kind]], cwd=root, check=True)
    found = opened(other)
    assert found.at("HEAD").read("a.py") == b"2\n"
    assert not found.uncommitted()("a.py", b"2\n")
