"""The files of one's own repository: those to train on, and those that are held out."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from lacuna.model.corpus.files import CorpusError, RawFile
from lacuna.model.corpus.selection import LARGEST_BYTES
from lacuna.workspace import written
from lacuna.workspace.visible import is_text
from lacuna.workspace.walk import LeftOut, code

HELD_OUT = 10
"""One file is held out of so many."""


def python_files(root: Path, *, is_held_out: bool) -> Iterator[RawFile]:
    """Yield the files that are held out, or the others; which they are depends on their paths alone."""
    if not root.is_dir():
        raise CorpusError(f"There is no folder {root}.")
    for path in code(root):
        if isinstance(path, LeftOut) or not is_text(str(path)):
            continue
        relative = path.relative_to(root).as_posix()
        if (zlib.crc32(relative.encode("utf-8", "surrogateescape")) % HELD_OUT == 0) is is_held_out:
            yield _read(path, relative)


def left_out(root: Path) -> Iterator[LeftOut]:
    """Yield what is not read, each with the reason."""
    for one in code(root):
        if isinstance(one, LeftOut):
            yield one
        elif not is_text(str(one)):
            yield LeftOut(one, "Its name is no text.", is_folder=False)
        elif _is_too_large(one):
            yield LeftOut(one, f"It is larger than {LARGEST_BYTES:,} bytes.", is_folder=False)


def _is_too_large(path: Path) -> bool:
    try:
        return path.lstat().st_size > LARGEST_BYTES
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror or error}.") from error


def _read(path: Path, relative: str) -> RawFile:
    if _is_too_large(path):
        return RawFile(relative, b"", is_too_large=True)
    try:
        return RawFile(relative, written.data_of(path, LARGEST_BYTES + 1) or b"")  # it may have grown
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror or error}.") from error
