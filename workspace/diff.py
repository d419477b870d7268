"""A unified diff of bytes that `git apply` takes, for any line ends, file names and last lines."""

import difflib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

CONTEXT = 3
NO_NEWLINE = b"\\ No newline at end of file\n"

Opcode = tuple[str, int, int, int, int]


def unified(path: Path, old: bytes, new: bytes) -> bytes:
    """Show what changed in one file, named as from the current folder; empty when nothing did."""
    return unified_as(_name(path), old, new)


def unified_as(name: bytes, old: bytes, new: bytes) -> bytes:
    """The same for a file of any name, relative to where the diff will be applied."""
    if old == new:
        return b""
    old_lines, new_lines = _lines(old), _lines(new)
    pieces = [b"--- ", _header(b"a/" + name), b"\n+++ ", _header(b"b/" + name), b"\n"]
    for hunk in _hunks(changes(old_lines, new_lines), len(old_lines)):
        pieces += _hunk(hunk, old_lines, new_lines)
    return b"".join(pieces)


def _lines(data: bytes) -> list[bytes]:
    """Split at LF alone, as git does; bytes.splitlines would split at CR too."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def changes(old: list[bytes], new: list[bytes]) -> Iterator[Opcode]:
    """How differing lines differ: what was done, lines of the old text from and to, lines of the new."""
    # Everything up to the first and from the last change on is equal: leave it out of the matching.
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    matcher = difflib.SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield tag, i1 + head, i2 + head, j1 + head, j2 + head


def _hunks(changes: Iterable[Opcode], old_length: int) -> Iterator[list[Opcode]]:
    """Changes whose context would touch belong to one hunk."""
    hunk: list[Opcode] = []
    for change in changes:
        if hunk and change[1] - hunk[-1][2] > 2 * CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        assert hunk[-1][2] <= old_length, "a change must lie within the old lines"
        yield hunk


def _hunk(changes: list[Opcode], old: list[bytes], new: list[bytes]) -> Iterator[bytes]:
    start, end = max(changes[0][1] - CONTEXT, 0), min(changes[-1][2] + CONTEXT, len(old))
    shift = changes[0][3] - changes[0][1]
    growth = sum((j2 - j1) - (i2 - i1) for _, i1, i2, j1, j2 in changes)
    yield b"@@ -%s +%s @@\n" % (
        _range(start, end - start),
        _range(start + shift, end - start + growth),
    )
    at = start
    for _, i1, i2, j1, j2 in changes:
        yield from (_line(b" ", line) for line in old[at:i1])
        yield from (_line(b"-", line) for line in old[i1:i2])
        yield from (_line(b"+", line) for line in new[j1:j2])
        at = i2
    yield from (_line(b" ", line) for line in old[at:end])


def _range(start: int, length: int) -> bytes:
    # An empty range is named by the line before it.
    return b"%d,%d" % (start + 1 if length else start, length)


def _line(sign: bytes, line: bytes) -> bytes:
    return sign + (line if line.endswith(b"\n") else line + b"\n" + NO_NEWLINE)


def _name(path: Path) -> bytes:
    """Relative to the current folder, where `git apply` is run; else absolute without its root."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 -- Path.absolute keeps "..", resolve follows links
    here = Path.cwd()
    shown = absolute.relative_to(here if absolute.is_relative_to(here) else absolute.anchor)
    return os.fsencode(shown.as_posix())


def _header(name: bytes) -> bytes:
    if any(byte < 0x20 or byte in b'"\\\x7f' for byte in name):
        return b'"' + b"".join(_quoted(byte) for byte in name) + b'"'
    # Without git's own header line a name ends at a tab, and may hold spaces only before one.
    return name + b"\t" * (b" " in name)


def _quoted(byte: int) -> bytes:
    if byte in b'"\\':
        return b"\\%c" % byte
    return b"%c" % byte if 0x20 <= byte < 0x7F else b"\\%03o" % byte
