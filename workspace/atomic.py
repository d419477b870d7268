"""The atomic write: after a crash, a full disk or Ctrl-C a file has its old bytes or all of the new ones."""

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from io import BufferedRandom, BufferedWriter
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_LEFT_BEHIND = re.compile(r"\.lacuna-[0-9a-f]{16}(-[0-9a-f]{8})?\.tmp")


def write(path: Path, data: bytes) -> None:
    """Replace the content of the file at `path`, or make the file. Raise OSError, the old content intact."""
    with replacing(path) as stream:
        stream.write(data)


@contextlib.contextmanager
def replacing(path: Path, token: str | None = None) -> Iterator[BufferedWriter]:
    """Yield a stream to a temporary file in the same folder, which replaces `path` when the block has ended.

    An exception in the block leaves `path` as it was. Nothing else is left behind, unless the process is killed: who
    gave a token (16 hex digits, or 16, a dash and 8) can tell by it which file that is. A link is replaced, not
    followed; a device, a pipe or a socket is not replaced. The new file has the owner and mode of any new file.
    """
    with contextlib.suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode)):  # no system replaces a folder
            raise FileExistsError(errno.EEXIST, "It is not a regular file", str(path))
    temporary = left_behind(path, token or secrets.token_hex(8))
    try:
        with contextlib.ExitStack() as held:
            with _opened(temporary, held) as stream:
                yield stream
                sync(stream)
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def left_behind(path: Path, token: str) -> Path:
    """What a killed process leaves beside the file that it was about to replace."""
    return path.with_name(f".lacuna-{token}.tmp")


def sweep(folder: Path) -> None:
    """Remove what killed processes have left behind in a folder; what a living one is writing is locked."""
    if fcntl is None:
        return
    for temporary in folder.glob(left_behind(Path("_"), "*").name):
        if not _LEFT_BEHIND.fullmatch(temporary.name):  # somebody's own
            continue
        with contextlib.suppress(OSError):  # another run was faster, or it is not ours to remove
            handle = os.open(temporary, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                temporary.unlink()
            finally:
                os.close(handle)


def _opened(temporary: Path, held: contextlib.ExitStack) -> BufferedWriter:
    """Make a file that is locked as long as `held` is; another run may have swept it before it was."""
    while True:
        stream = temporary.open("xb")
        held.enter_context(_locked(stream))
        if os.fstat(stream.fileno()).st_nlink or fcntl is None:
            return stream
        stream.close()


@contextlib.contextmanager
def _locked(stream: BufferedWriter) -> Iterator[None]:
    """Keep `sweep` away from a file until the end of the block, beyond the end of the stream."""
    if fcntl is None:
        yield
        return
    handle = os.dup(stream.fileno())
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def sync(stream: BufferedWriter | BufferedRandom) -> None:
    """Wait until what was written is on the disk."""
    stream.flush()
    os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where that can be had."""
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
