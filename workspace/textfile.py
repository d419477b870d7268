"""A text file as bytes and as text, and edits back to bytes; nothing outside an edit ever changes."""

import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lacuna.syntax.errors import FileError
from lacuna.syntax.lines import line_ends
from lacuna.workspace.changes import Change, Edit, sha256

BOM = b"\xef\xbb\xbf"
MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file as it was read; `text` is without byte order mark, its line ends are as in the file."""

    path: Path
    data: bytes
    text: str
    has_bom: bool

    def change(self, edits: Iterable[Edit]) -> Change:
        """Bind edits of `text` to the bytes that were read."""
        return Change(self.path, sha256(self.data), tuple(edits))


def read(path: Path) -> TextFile:
    """Raise FileError unless `path` is a regular file of UTF-8 text of a sane size."""
    return decode(path, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise FileError(f"{path} is a folder, not a file.")
        # A pipe or a device could block for ever, or never end.
        if not stat.S_ISREG(status.st_mode):
            raise FileError(f"{path} is not a regular file.")
        if status.st_size > MAX_BYTES:
            raise FileError(f"{path} is larger than {MAX_BYTES // 1024**2} MiB.")
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}.") from error


def decode(path: Path, data: bytes) -> TextFile:
    if b"\0" in data:
        raise FileError(f"{path} is a binary file.")
    has_bom = data.startswith(BOM)
    try:
        text = data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start + len(BOM) * has_bom
        raise FileError(f"{path} is not UTF-8: byte {at} cannot be decoded.") from error
    return TextFile(path, data, text, has_bom)


def with_change(data: bytes, change: Change) -> bytes:
    """Apply a change to the bytes that it was computed for; raise FileError if these are others."""
    change.check(data)
    return with_edits(decode(change.path, data), change.edits)


def with_edits(file: TextFile, edits: Sequence[Edit]) -> bytes:
    """The file's bytes with disjoint edits applied, in the file's own line ends."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.span.start):
        assert done <= edit.span.start <= edit.span.end, "edits must be disjoint"
        pieces.append(file.text[done : edit.span.start])
        pieces.append(edit.new_text.replace("\n", line_end_at(file.text, edit.span.start)))
        done = edit.span.end
    pieces.append(file.text[done:])
    return BOM * file.has_bom + "".join(pieces).encode("utf-8")


def line_end_at(text: str, position: int) -> str:
    """The end of the line at `position`; for the last line, of the one before."""
    # A lone CR counts only where there is no LF at all: elsewhere it is a stray, not a style.
    strays = {"\r"} if "\n" in text else set()
    if found := next((end for end in line_ends(text, position) if end not in strays), None):
        return found
    before = max(text.rfind("\n"), -1 if strays else text.rfind("\r"))
    if before < 0:
        return "\n"
    return "\r\n" if text[max(before - 1, 0) : before + 1] == "\r\n" else text[before]
