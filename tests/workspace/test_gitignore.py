"""What .gitignore files name; git itself is the judge."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lacuna.workspace.gitignore import Named, Rules


@pytest.fixture
def project(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def write(project: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(content)


def is_ignored(project: Path, name: str) -> bool:
    """Whether a file is, or a folder on the way to it."""
    rules, path = Rules(), project
    parts = Path(name).parts
    for n, part in enumerate(parts, start=1):
        rules, path = rules.within(path), path / part
        if rules.naming(path, is_folder=n < len(parts)):
            return True
    return False


def git_ignores(project: Path, name: str) -> bool:
    return not subprocess.run(["git", "-C", project, "check-ignore", "-q", name], check=False).returncode


PATTERNS = (
    *("a.py", "/a.py", "in/a.py", "in/", "in", "/in/*", "*.py", "!a.py", "*\n!a.py", "in/*\n!in/a.py", "in/\n!in/a.py"),
    *("**/a.py", "in/**", "in/**/a.py", "i?/a.py", "[a-c].py", "[!b].py", "\\!a.py", "\\#a.py", "#a.py", "a.py "),
    *("a.py\\ ", " a.py", "a.py\r", "\ufeffa.py", "[z-a].py\na.py", "\\", "!", "/", "", "\f\na.py", "b.py\x85a.py"),
)


@pytest.mark.parametrize("patterns", PATTERNS, ids=ascii)
def test_a_file_names_what_git_says_it_does(project: Path, patterns: str):
    write(project, {".gitignore": f"{patterns}\n".encode(), "in/deep/a.py": b"", "in/a.py": b"", "b.py": b""})
    for name in ("a.py", "b.py", "in/a.py", "in/deep/a.py", "!a.py", "#a.py", "a.py "):
        assert is_ignored(project, name) == git_ignores(project, name), name


@pytest.mark.parametrize(
    ("outer", "inner"),
    [("*.py", "!a.py"), ("in/", "!a.py"), ("!a.py", "a.py"), ("deep/", "!deep/"), ("*", "!*"), ("/in/a.py", "!b.py")],
)
def test_of_several_files_the_innermost_decides_unless_a_folder_is_ignored(project: Path, outer: str, inner: str):
    write(project, {".gitignore": outer.encode(), "in/.gitignore": inner.encode(), "in/deep/a.py": b"", "in/a.py": b""})
    for name in ("a.py", "in/a.py", "in/b.py", "in/deep/a.py"):
        assert is_ignored(project, name) == git_ignores(project, name), name


@pytest.mark.parametrize(
    ("excluded", "patterns"), [("a.py", "!b.py"), ("in/", "!in/"), ("/in/a.py", "*.md"), ("*", "!a.py"), ("!a.py", "*")]
)
def test_rules_of_the_repository_that_are_not_part_of_it_have_the_first_word(
    project: Path, excluded: str, patterns: str
):
    texts = {".git/info/exclude": excluded.encode(), ".gitignore": patterns.encode()}
    write(project, {**texts, "in/deep/a.py": b"", "in/a.py": b""})
    for name in ("a.py", "in/a.py", "in/b.py", "in/deep/a.py"):
        assert is_ignored(project, name) == git_ignores(project, name), name


def test_it_is_said_which_file_names_it(tmp_path: Path):
    write(tmp_path, {".gitignore": b"*.log\n", "in/.gitignore": b"*.tmp\n"})
    rules = Rules().within(tmp_path).within(tmp_path / "in")
    assert rules.naming(tmp_path / "in/a.log", is_folder=False) == Named(tmp_path / ".gitignore")
    assert rules.naming(tmp_path / "in/a.tmp", is_folder=False) == Named(tmp_path / "in/.gitignore")
    assert rules.naming(tmp_path / "in/a.py", is_folder=False) is None


def test_a_changed_file_holds_at_once(tmp_path: Path):
    write(tmp_path, {".gitignore": b"b.py\n"})
    assert not is_ignored(tmp_path, "a.py")
    write(tmp_path, {".gitignore": b"a.py\nb.py\n"})
    assert is_ignored(tmp_path, "a.py")
    (tmp_path / ".gitignore").unlink()
    assert not is_ignored(tmp_path, "a.py")


def test_split_and_composed_letters_are_the_same(tmp_path: Path):
    write(tmp_path, {".gitignore": "caf\u00e9.py\nna\u0308h.py\n".encode()})
    assert is_ignored(tmp_path, "cafe\u0301.py")
    assert is_ignored(tmp_path, "n\u00e4h.py")


@pytest.mark.parametrize("content", [b"\xff\xfe*.py\n", b"[z-a]\n", b"a" * 50_000], ids=["no UTF-8", "range", "long"])
def test_what_cannot_be_read_names_nothing(tmp_path: Path, content: bytes):
    write(tmp_path, {".gitignore": content})
    assert not is_ignored(tmp_path, "a.py")


def test_a_folder_of_the_name_and_a_path_that_cannot_be_one_name_nothing(tmp_path: Path):
    (tmp_path / ".gitignore").mkdir()
    assert not is_ignored(tmp_path, "a.py")
    assert Rules().within(Path("/nowhere\0")) == Rules()


def test_lacunaignore_files_are_read_alike_and_have_the_last_word(project: Path):
    write(project, {".gitignore": b"made/\nshown.py\n", ".lacunaignore": b"kept_out.py\n!shown.py\n"})
    assert [is_ignored(project, name) for name in ("made/a.py", "kept_out.py", "shown.py")] == [True, True, False]
    assert Rules().within(project).naming(project / "kept_out.py", is_folder=False) == Named(project / ".lacunaignore")


NO_FILES = {
    "a link to a file": lambda file: file.symlink_to(file.with_name("other")),
    "a link to a terminal": lambda file: file.symlink_to("/dev/stdin"),
    "a link without end": lambda file: file.symlink_to("/dev/zero"),
    "a link to itself": lambda file: file.symlink_to(file),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
}


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_regular_file_is_not_read(project: Path, make: Callable[[Path], None]):
    (project / "other").write_text("a.py\n")
    make(project / ".gitignore")
    assert not is_ignored(project, "a.py")


TOO_LONG = {
    "without end": lambda file: os.truncate(file, 4 << 40),
    "large": lambda file: file.write_bytes(b"# a comment\n" * 30_000),
    "of many patterns": lambda file: file.write_bytes(b"".join(b"other%d\n" % n for n in range(1_001))),
}


@pytest.mark.parametrize("make", TOO_LONG.values(), ids=TOO_LONG)
def test_below_a_file_that_is_too_long_all_counts_as_ignored_and_the_reason_says_so(
    project: Path, make: Callable[[Path], None]
):
    write(project, {"in/.gitignore": b"", "in/deep/.gitignore": b"!a.py\n"})
    file = project / "in/.gitignore"
    make(file)
    began = time.process_time()
    assert not is_ignored(project, "a.py")
    assert is_ignored(project, "in/deep/a.py")
    assert time.process_time() - began < 5
    named = Rules().within(project / "in").naming(project / "in/a.py", is_folder=False)
    assert named == Named(file, is_too_long=True)
    assert named.sentence("it") == (
        f"{file} has more than 64 KiB or 1,000 patterns; all that lies in its folder counts as ignored."
    )
