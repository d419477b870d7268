"""Replace a file's content atomically: it holds the old bytes or the new ones, never a mixture."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from lacuna.syntax.errors import FileError
from lacuna.workspace.textfile import TextFile, read_bytes


def replace(file: TextFile, data: bytes) -> None:
    """Write `data` to where `file` was read from; raise FileError, file untouched, if that fails."""
    try:
        # A link stays a link: what it points to is replaced.
        target = Path(os.path.realpath(file.path, strict=True))
        # os.replace asks only for a writable folder; a file made read-only means it.
        if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise FileError(f"{file.path} is read-only.")
        temporary = _written_beside(target, data)
        try:
            if read_bytes(target) != file.data:
                raise FileError(f"{file.path} has changed since it was read.")
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        raise FileError(f"{file.path} cannot be written: {error.strerror or error}.") from error


def _written_beside(target: Path, data: bytes) -> Path:
    """A synced temporary file in the same folder, thus on the same disk, with the same rights."""
    handle, name = tempfile.mkstemp(prefix=".lacuna-", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            _keep_owner(target, temporary)
            shutil.copystat(target, temporary)
            os.utime(temporary)
            os.fsync(stream.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _keep_owner(target: Path, temporary: Path) -> None:
    if not hasattr(os, "chown"):
        return
    old, new = target.stat(), temporary.stat()
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        try:
            os.chown(temporary, old.st_uid, old.st_gid)
        except PermissionError as error:
            raise FileError(f"{target} would change its owner if it were replaced.") from error


def _sync_folder(folder: Path) -> None:
    # The new name must survive a power cut; Windows cannot open folders and needs no sync.
    if not hasattr(os, "O_DIRECTORY"):
        return
    # The file is replaced by now: a folder that cannot be synced is no reason to report failure.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
