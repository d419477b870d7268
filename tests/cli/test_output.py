"""Where a command writes what it was told to: what is no file is written to or refused, never replaced."""

import os
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lacuna.cli import output
from lacuna.syntax.errors import FileError
from tests.command_line import Ended, Run
from tests.refactor.plans import laid_out, plan_for, planned, replacing
from tests.workspace.disks import files_no_larger_than

RENAME = ("--query", '((identifier) @hole (#eq? @hole "old"))', "--template", "new")
Writing = Callable[[object], Ended]


@pytest.fixture(params=["plan -o", "show --html"])
def writing(request: pytest.FixtureRequest, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writing:
    """A command that writes where it is told to."""
    data = b"x = old\n"
    tree = laid_out(tmp_path / "tree", {"a.py": data})
    monkeypatch.chdir(tree)
    if request.param == "plan -o":
        return lambda given: run("refactor", "plan", *RENAME, "--jobs", 1, "-o", given)
    plan = plan_for(tree, tmp_path / "plan", [planned("a.py", data, replacing(data.decode(), "old", "new"))])
    return lambda given: run("refactor", "show", plan.path, "--html", given)


@pytest.fixture
def expected(writing: Writing, tmp_path: Path) -> bytes:
    """What the command writes."""
    assert writing(tmp_path / "expected").code == 0
    return (tmp_path / "expected").read_bytes()


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """An empty folder."""
    there = tmp_path / "there"
    there.mkdir()
    return there


def test_a_dash_is_standard_output(writing: Writing, expected: bytes):
    ended = writing("-")
    assert (ended.code, ended.out) == (0, expected)
    assert [path.name for path in Path().iterdir()] == ["a.py"]


def test_a_link_stays_a_link(writing: Writing, expected: bytes, there: Path):
    (there / "link").symlink_to("target")
    for _ in range(2):
        assert writing(there / "link").code == 0
        assert (there / "link").is_symlink()
        assert (there / "target").read_bytes() == expected


def test_a_pipe_is_written_to(writing: Writing, expected: bytes, there: Path):
    os.mkfifo(there / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((there / "pipe").read_bytes()), daemon=True)
    reader.start()
    ended = writing(there / "pipe")
    reader.join(10)
    assert (ended.code, ended.out, read) == (0, b"", [expected])
    assert stat.S_ISFIFO((there / "pipe").stat().st_mode)


def test_a_terminal_is_written_to(writing: Writing, expected: bytes):
    master, slave = os.openpty()
    read: list[bytes] = []

    def reading() -> None:
        while len(b"".join(read).replace(b"\r\n", b"\n")) < len(expected):
            read.append(os.read(master, 4096))

    reader = threading.Thread(target=reading, daemon=True)
    reader.start()
    ended = writing(os.ttyname(slave))
    reader.join(10)
    assert (ended.code, ended.out, b"".join(read).replace(b"\r\n", b"\n")) == (0, b"", expected)


def test_a_socket_is_refused_and_stays(writing: Writing, there: Path):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(there / "socket"))
        ended = writing(there / "socket")
    assert (ended.code, ended.out) == (4, b"")
    assert ended.err.splitlines()[-1].startswith(f"lacuna: {there / 'socket'} cannot be written: ")
    assert stat.S_ISSOCK((there / "socket").stat().st_mode)
    assert [path.name for path in there.iterdir()] == ["socket"]


def test_a_folder_is_refused(writing: Writing, there: Path):
    (there / "folder").mkdir()
    assert writing(there / "folder").code in (2, 4)
    assert [path.name for path in there.rglob("*")] == ["folder"]


def test_a_full_disk_is_told(writing: Writing, there: Path):
    with files_no_larger_than(100):
        ended = writing(there / "file")
    assert (ended.code, ended.out) == (4, b"")
    assert ended.err.splitlines()[-1] == f"lacuna: {there / 'file'} cannot be written: File too large."


# --- what is opened before the work begins


def test_whole_lines_are_there_at_once(tmp_path: Path):
    (tmp_path / "a").write_text("old")
    with output.opened(tmp_path / "a") as stream:
        stream.write("one\ntw")
        assert (tmp_path / "a").read_bytes() == b"one\ntw"
    with output.opened(tmp_path / "a", "a") as stream:
        stream.write("o\n")
    assert (tmp_path / "a").read_bytes() == b"one\ntwo\n"


def test_what_cannot_be_opened_is_told(tmp_path: Path):
    with pytest.raises(FileError, match=r"there/a cannot be written: No such file or directory\.$"):
        output.opened(tmp_path / "there" / "a").__enter__()


def test_a_failure_is_told_when_the_file_is_closed(tmp_path: Path):
    with files_no_larger_than(100), pytest.raises(FileError, match=r"a cannot be written: File too large\.$"):
        written(tmp_path / "a", "x" * 200)


def test_a_failure_is_told_once(tmp_path: Path):
    with files_no_larger_than(100), output.opened(tmp_path / "a") as stream, pytest.raises(FileError):
        stream.write("x" * 200 + "\n")


def written(path: Path, text: str) -> None:
    with output.opened(path) as stream:
        stream.write(text)
