"""Carry out a change of a user's file, atomically and only on the bytes that the change was computed for."""

import os
import shutil
from pathlib import Path

from lacuna.syntax.errors import FileError
from lacuna.workspace import atomic
from lacuna.workspace.changes import Change
from lacuna.workspace.textfile import read_bytes, with_change


def apply(change: Change) -> None:
    """Write the changed text to the change's file, which keeps its owner and mode; a link stays a link.

    Raise FileError, the file untouched, if it has changed since it was read or cannot be written.
    """
    overwrite(change.path, change.hash, with_change(read_bytes(change.path), change))


def overwrite(path: Path, old: str, new: bytes, token: str | None = None) -> None:
    """Replace the bytes that have the SHA-256 hash `old` by new ones, under the conditions of `apply`.

    A token names the temporary file, as `atomic.replacing` says. What another program writes between the last look and
    the rename is lost: no system compares and renames in one. These are a few system calls, none of them slow.
    """
    expected = Change(path, old, ())
    data = read_bytes(path)
    expected.check(data)
    if new == data:
        return
    try:
        target = Path(os.path.realpath(path, strict=True))
        # Replacing asks only for a writable folder; a file made read-only means it.
        if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise FileError(f"{path} is read-only.")
        refuse_other_names(path)
        atomic.sweep(target.parent)
        with atomic.replacing(target, token) as stream:
            _liken(Path(stream.name), target)  # while it is empty: nobody who may not read the file reads the new text
            stream.write(new)
            atomic.sync(stream)  # takes a while, so it comes before the last look
            expected.check(read_bytes(target))
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from error


def refuse_other_names(path: Path) -> None:
    """Raise FileError if a file has hard links: replacing it would change it under one name alone."""
    if path.stat().st_nlink > 1:
        raise FileError(f"{path} has other names (hard links), which would keep the old text; it stays as it is.")


def _liken(temporary: Path, target: Path) -> None:
    """Give a new file the owner and mode of the one that it is to replace; its time stays that of now."""
    _keep_owner(temporary, target)
    shutil.copystat(target, temporary)
    os.utime(temporary)


def _keep_owner(temporary: Path, target: Path) -> None:
    if not hasattr(os, "chown"):
        return
    old, new = target.stat(), temporary.stat()
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        try:
            os.chown(temporary, old.st_uid, old.st_gid)
        except PermissionError as error:
            raise FileError(f"{target} would change its owner if it were replaced.") from error
