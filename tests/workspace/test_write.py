"""A file holds the old bytes or the new ones, never a mixture, and nothing else is left behind."""

import contextlib
import os
import resource
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lacuna.syntax.errors import FileError
from lacuna.workspace.textfile import read
from lacuna.workspace.write import replace

NOBODY = 65534


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Rights on files mean nothing to root, and checks may run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@contextlib.contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """What a full disk looks like to one process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_it_replaces_the_content_and_keeps_the_mode(tmp_path: Path):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o751)
    replace(read(path), b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link_and_its_target_changes(tmp_path: Path):
    (tmp_path / "far").mkdir()
    target = tmp_path / "far" / "a.py"
    target.write_bytes(b"old")
    link = tmp_path / "link.py"
    link.symlink_to("far/a.py")
    replace(read(link), b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_stays_the_owner(tmp_path: Path):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    os.chown(path, NOBODY, NOBODY)
    replace(read(path), b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY)


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path: Path):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    file = read(path)
    path.write_bytes(b"somebody else's")
    with pytest.raises(FileError, match=r"a\.py has changed since it was read\.$"):
        replace(file, b"new")
    assert path.read_bytes() == b"somebody else's"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_gone_stays_gone(tmp_path: Path):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    file = read(path)
    path.unlink()
    with pytest.raises(FileError, match="cannot be written"):
        replace(file, b"new")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    file = read(path)
    with files_no_larger_than(1000), pytest.raises(FileError, match="cannot be written: File too large"):
        replace(file, b"x" * 5000)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_read_only_folder_is_refused(open_folder: Path):
    path = open_folder / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o666)
    open_folder.chmod(0o555)
    with unprivileged(), pytest.raises(FileError, match="cannot be written: Permission denied"):
        replace(read(path), b"new")
    assert path.read_bytes() == b"old"
    assert list(open_folder.iterdir()) == [path]


def test_a_read_only_file_is_refused(open_folder: Path):
    path = open_folder / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with unprivileged(), pytest.raises(FileError, match="is read-only"):
        replace(read(path), b"new")
    assert path.read_bytes() == b"old"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file of another owner")
def test_a_file_of_somebody_else_is_refused(open_folder: Path):
    path = open_folder / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o666)
    with unprivileged(), pytest.raises(FileError, match="would change its owner"):
        replace(read(path), b"new")
    assert path.read_bytes() == b"old"
    assert list(open_folder.iterdir()) == [path]
