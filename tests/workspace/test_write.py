"""A file holds the old bytes or the new ones, never a mixture, and nothing else is left behind."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lacuna.syntax.errors import FileError
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import Change, Edit, sha256
from lacuna.workspace.textfile import read
from lacuna.workspace.write import apply, overwrite
from tests.workspace.disks import files_no_larger_than
from tests.workspace.rights import NOBODY, open_folder, unprivileged


def rewritten(path: Path, text: str = "new") -> Change:
    """Another text for all of a file, as it is now."""
    file = read(path)
    return file.change([Edit(Span(0, len(file.text)), text)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is alone in its folder."""
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    return path


@pytest.fixture(name="open_folder")
def folder_for_all() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


def test_it_replaces_the_content_and_keeps_the_mode(path: Path):
    path.chmod(0o751)
    apply(rewritten(path))
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    assert list(path.parent.iterdir()) == [path]


def test_a_link_stays_a_link_and_its_target_changes(tmp_path: Path):
    (tmp_path / "far").mkdir()
    target = tmp_path / "far" / "a.py"
    target.write_bytes(b"old")
    link = tmp_path / "link.py"
    link.symlink_to("far/a.py")
    apply(rewritten(link))
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_bytes_of_any_kind_replace_those_of_a_hash(path: Path):
    path.chmod(0o751)
    overwrite(path, sha256(b"old"), b"\xff\0\r\n\n")
    assert path.read_bytes() == b"\xff\0\r\n\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    with pytest.raises(FileError, match=r"a\.py has changed since it was read\.$"):
        overwrite(path, sha256(b"old"), b"new")
    assert path.read_bytes() == b"\xff\0\r\n\n"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_stays_the_owner(path: Path):
    os.chown(path, NOBODY, NOBODY)
    apply(rewritten(path))
    assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY)


def test_a_file_that_changed_since_it_was_read_is_left_alone(path: Path):
    change = rewritten(path)
    path.write_bytes(b"somebody else's")
    with pytest.raises(FileError, match=r"a\.py has changed since it was read\.$"):
        apply(change)
    assert path.read_bytes() == b"somebody else's"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_changes_while_the_new_text_is_synced_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "fsync", lambda _handle: path.write_bytes(b"somebody else's"))
    with pytest.raises(FileError, match=r"a\.py has changed since it was read\.$"):
        apply(rewritten(path))
    assert path.read_bytes() == b"somebody else's"
    assert list(path.parent.iterdir()) == [path]


def test_a_change_to_the_same_text_touches_nothing(path: Path):
    before = path.stat()
    apply(rewritten(path, "old"))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_time_of_a_changed_file_is_that_of_its_change(path: Path):
    os.utime(path, (0, 0))
    apply(rewritten(path, ""))
    assert path.stat().st_mtime > 0


def test_a_file_that_is_gone_stays_gone(path: Path):
    change = rewritten(path)
    path.unlink()
    with pytest.raises(FileError, match=r"a\.py cannot be read: No such file or directory\.$"):
        apply(change)
    assert list(path.parent.iterdir()) == []


def test_a_full_disk_leaves_the_file_as_it_was(path: Path):
    change = rewritten(path, "x" * 5000)
    with files_no_larger_than(1000), pytest.raises(FileError, match="cannot be written: File too large"):
        apply(change)
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def test_a_read_only_folder_is_refused(open_folder: Path):
    path = open_folder / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o666)
    open_folder.chmod(0o555)
    with unprivileged(), pytest.raises(FileError, match="cannot be written: Permission denied"):
        apply(rewritten(path))
    assert path.read_bytes() == b"old"
    assert list(open_folder.iterdir()) == [path]


def test_a_read_only_file_is_refused(open_folder: Path):
    path = open_folder / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with unprivileged(), pytest.raises(FileError, match="is read-only"):
        apply(rewritten(path))
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file of another owner")
def test_a_file_of_somebody_else_is_refused(open_folder: Path):
    path = open_folder / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o666)
    with unprivileged(), pytest.raises(FileError, match="would change its owner"):
        apply(rewritten(path))
    assert path.read_bytes() == b"old"
    assert list(open_folder.iterdir()) == [path]


def test_a_hard_link_is_refused(path: Path):
    os.link(path, path.with_name("b.py"))
    with pytest.raises(FileError, match=r"a\.py has other names \(hard links\), which would keep the old text"):
        apply(rewritten(path))
    assert path.read_bytes() == b"old"
    assert path.samefile(path.with_name("b.py"))


KILLED = """
import os, pathlib, signal, sys
from lacuna.workspace import atomic
with atomic.replacing(pathlib.Path(sys.argv[1])) as stream:
    stream.write(b"half")
    stream.flush()
    print("written", flush=True)
    signal.pause()
"""


def test_what_a_killed_process_left_is_removed_by_the_next_and_a_living_ones_is_not(path: Path):
    command = [sys.executable, "-c", KILLED, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        (theirs,) = set(path.parent.iterdir()) - {path}
        apply(rewritten(path))
        assert set(path.parent.iterdir()) == {path, theirs}
        process.kill()
    apply(rewritten(path, "newer"))
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == b"newer"
