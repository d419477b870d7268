"""A file has its old bytes or the new ones, and nothing lies beside it, whatever ends the write."""

import contextlib
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from io import BufferedWriter
from pathlib import Path

import pytest

from lacuna.workspace import atomic
from tests.workspace.disks import files_no_larger_than

KILLED = """
import os, signal, sys
from pathlib import Path
from lacuna.workspace import atomic
with atomic.replacing(Path(sys.argv[1]), "token") as stream:
    stream.write(b"new")
    stream.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(params=[None, b"", b"old"], ids=["no file", "an empty file", "a file"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    if request.param is not None:
        path.write_bytes(request.param)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("data", [b"", b"new", bytes(100_000)], ids=["nothing", "a word", "more than a buffer"])
def test_the_new_bytes_replace_the_old_ones(path: Path, data: bytes):
    atomic.write(path, data)
    assert contents(path.parent) == {"a.txt": data}


def test_a_stream_is_written_bit_by_bit_and_seen_only_when_it_has_ended(path: Path):
    before = path.read_bytes() if path.exists() else None
    with atomic.replacing(path) as stream:
        for row in (b"one\n", b"two\n"):
            stream.write(row)
        stream.flush()
        assert (path.read_bytes() if path.exists() else None) == before
        stream.seek(0)  # as what writes archives does
        stream.write(b"1")
    assert contents(path.parent) == {"a.txt": b"1ne\ntwo\n"}


def interrupted(stream: BufferedWriter) -> None:
    stream.write(b"new")
    raise KeyboardInterrupt


def failed(stream: BufferedWriter) -> None:
    stream.write(b"new")
    raise ValueError


def too_large(stream: BufferedWriter) -> None:
    stream.write(bytes(5000))


def closed_and_failed(stream: BufferedWriter) -> None:
    stream.write(b"new")
    stream.close()
    raise ValueError


@pytest.mark.parametrize(
    ("going_wrong", "raised"),
    [
        pytest.param(interrupted, KeyboardInterrupt, id="Ctrl-C"),
        pytest.param(failed, ValueError, id="a defect of what writes"),
        pytest.param(closed_and_failed, ValueError, id="a defect after the stream was closed"),
        pytest.param(too_large, OSError, id="a full disk"),
    ],
)
def test_what_goes_wrong_leaves_everything_as_it_was(
    path: Path, going_wrong: Callable[[BufferedWriter], None], raised: type[BaseException]
):
    before = contents(path.parent)
    with files_no_larger_than(1000), pytest.raises(raised), atomic.replacing(path) as stream:
        going_wrong(stream)
    assert contents(path.parent) == before


def test_a_killed_process_leaves_the_file_as_it_was(path: Path):
    before = contents(path.parent)
    assert subprocess.run([sys.executable, "-c", KILLED, path], check=False).returncode < 0
    after = contents(path.parent)
    assert before.items() <= after.items()
    [(left_behind, data)] = after.items() - before.items()
    assert left_behind == atomic.left_behind(path, "token").name
    assert data == b"new"


def test_the_content_is_on_the_disk_before_it_has_the_name(path: Path, monkeypatch: pytest.MonkeyPatch):
    happened = []
    fsync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        happened.append("folder synced" if is_folder else f"{os.fstat(handle).st_size} bytes synced")
        fsync(handle)

    def replaced(self: Path, target: Path) -> Path:
        happened.append("replaced")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    atomic.write(path, b"new")
    assert happened == ["3 bytes synced", "replaced", "folder synced"]


@pytest.mark.parametrize("umask", [0o022, 0o077], ids=oct)
def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path, umask: int):
    with contextlib.ExitStack() as stack:
        stack.callback(os.umask, os.umask(umask))
        atomic.write(tmp_path / "a.txt", b"new")
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o666 & ~umask


def test_a_link_is_replaced_and_its_target_left_alone(tmp_path: Path):
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "link").symlink_to("target")
    atomic.write(tmp_path / "link", b"new")
    assert contents(tmp_path) == {"target": b"old", "link": b"new"}


def test_a_folder_is_not_replaced(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        atomic.write(tmp_path / "folder", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("what", ["pipe", "socket"])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, what: str):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))
        os.mkfifo(tmp_path / "pipe")
        before = {path.name: path.lstat().st_mode for path in tmp_path.iterdir()}
        with pytest.raises(OSError, match="It is not a regular file"):
            atomic.write(tmp_path / what, b"new")
    assert {path.name: path.lstat().st_mode for path in tmp_path.iterdir()} == before


def test_no_folder_is_made(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        atomic.write(tmp_path / "gone" / "a.txt", b"new")
    assert contents(tmp_path) == {}


def test_only_names_that_a_write_makes_are_swept(tmp_path: Path):
    digits = "0123456789abcdef"
    left = {f".lacuna-{digits}.tmp", f".lacuna-{digits}-01234567.tmp"}
    own = {".lacuna-notes.tmp", f".lacuna-{digits}0.tmp", f".lacuna-{digits.upper()}.tmp", f".lacuna-{digits}.tmp\n"}
    own |= {f".lacuna-{digits}.tmp.tmp", f".lacuna-{digits}-notes.tmp", f"a.lacuna-{digits}.tmp"}
    for name in left | own:
        (tmp_path / name).touch()
    atomic.sweep(tmp_path)
    assert contents(tmp_path).keys() == own
