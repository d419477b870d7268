"""Which files of a repository are found: what git would list of its code, without secrets."""

import os
import subprocess
from pathlib import Path

import pytest

from lacuna.syntax.errors import FileError
from lacuna.workspace.gitignore import Rules
from lacuna.workspace.walk import LeftOut, code, code_files, entries

FOUND = ("a.py", "src/build.py", "src/deep/below/y_gen.py", "src/keep.py", "src/private/shown.py", "src/stubs.pyi")
LEFT_OUT = (
    *("notes.txt", "python", "build/made.py", "src/private/secret.py", "src/deep/x_gen.py", "virtual/lib/z.py"),
    *(".git/hooks/hook.py", ".env.py", ".ssh/keys.py", ".ENV.py", "src/Secrets.py", "src/.hidden/a.py"),
    *("node_modules/a.py", "src/site-packages/a.py", "its/lib/a.py", "its/pyvenv.cfg"),
)
RULES = {
    ".gitignore": "build/\n/virtual\n*_gen.py\n",
    "src/private/.gitignore": "*\n!shown.py\n",
    "src/deep/below/.gitignore": "!y_gen.py\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    for name in (*FOUND, *LEFT_OUT):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for name, rules in RULES.items():
        (folder / name).write_text(rules)
    return folder


def names(root: Path) -> tuple[str, ...]:
    return tuple(path.relative_to(root).as_posix() for path in code_files(root))


def test_code_that_git_would_list_is_found_in_order_and_secrets_are_not(root: Path):
    assert names(root) == FOUND
    subprocess.run(["git", "init", "-q", root], check=True)
    command = ["git", "-C", root, "ls-files", "-co", "--exclude-standard", "*.py", "*.pyi"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert {*listed} - {*LEFT_OUT} == {*names(root)}, "git says the same"


def test_links_are_not_followed(root: Path):
    (root / "outside").symlink_to(root.parent)
    (root / "other.py").symlink_to(root / "a.py")
    assert names(root) == FOUND


def test_what_is_passed_by_is_told_with_the_reason(root: Path):
    others, secret = "Others wrote what is in it.", "Files of this name hold secrets."
    told = [(one.path.relative_to(root).as_posix(), one.reason) for one in code(root) if isinstance(one, LeftOut)]
    assert told == [
        (".ENV.py", secret),
        (".env.py", secret),
        (".ssh", others),
        ("build", f"{root}/.gitignore names it."),
        ("its", others),
        ("node_modules", others),
        ("src/.hidden", others),
        ("src/Secrets.py", secret),
        ("src/deep/x_gen.py", f"{root}/.gitignore names it."),
        ("src/private/secret.py", f"{root}/src/private/.gitignore names it."),
        ("src/site-packages", others),
        ("virtual", f"{root}/.gitignore names it."),
    ]


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        pytest.param("src/deep", ("below/y_gen.py",), id="of a part, the rules above it hold"),
        pytest.param("build", ("made.py",), id="a part that is ignored was asked for"),
        pytest.param("virtual/lib", ("z.py",), id="so was what lies in one"),
    ],
)
def test_a_part_of_a_repository(root: Path, folder: str, found: tuple[str, ...]):
    assert names(root / folder) == found


def test_a_repository_in_another_knows_its_own_rules_alone(root: Path):
    (root / "src/deep/.git").touch()
    assert names(root / "src/deep") == ("below/y_gen.py", "x_gen.py")


def test_paths_begin_as_the_folder_was_given(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(root / "src")
    assert next(code_files(Path("private"))) == Path("private/shown.py")
    assert next(code_files(Path())) == Path("build.py")
    assert next(code_files(Path(".."))) == Path("../a.py")


def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path):
    missing = tmp_path / "missing"
    with pytest.raises(FileError, match=f"^{missing} cannot be read: {os.strerror(2)}.$"):
        next(code_files(missing))


def test_what_lies_too_deep_is_said_and_not_entered(tmp_path: Path):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_200):  # the whole path would be too long
        os.mkdir("a", dir_fd=descriptor)
        inner = os.open("a", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)
    found = list(entries(tmp_path, Rules()))
    deep = tmp_path.joinpath(*"a" * 201)
    assert found == [LeftOut(deep, f"{deep} lies more than 200 folders deep.", is_folder=True, is_unreadable=True)]
    with pytest.raises(FileError, match=r"lies more than 200 folders deep\.$"):
        list(code_files(tmp_path))
