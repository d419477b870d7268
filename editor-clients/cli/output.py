"""What commands write, to standard output or where they are told; what cannot be written is a sentence and code 4."""

import contextlib
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TextIO

from lacuna.syntax.errors import FileError

STDOUT = Path("-")
_STDERR = 2
"""The descriptor."""


def claim() -> None:
    """Whatever is printed from now on, by us or a library, fails with a FileError if it cannot be written.

    A reader that has gone (`| head`) is no error. What standard error does not take is lost: the exit code says it.
    """
    sys.stderr = _nowhere() if sys.stderr is None else _claimed(sys.stderr, "", line_buffering=True)
    if sys.stdout is None:  # it was closed before Lacuna began
        raise FileError("There is no standard output to write to.")
    sys.stdout = _claimed(sys.stdout, "The standard output", line_buffering=sys.stdout.isatty())


def is_stream(path: Path) -> bool:
    """Whether what is written to a path goes on to somebody: `-` is standard output, others are pipes and terminals."""
    return path == STDOUT or _is_any(path, stat.S_ISFIFO, stat.S_ISCHR)


@contextlib.contextmanager
def opened(path: Path, mode: Literal["w", "a"] = "w") -> Iterator[TextIO]:
    """Open what the user has named to be written; whole lines are there as soon as they are written."""
    if path == STDOUT:
        yield sys.stdout
        return
    if _is_any(path, stat.S_ISBLK, stat.S_ISSOCK):
        raise FileError(f"{path} cannot be written: it is neither a file nor a pipe.")
    try:
        file = io.FileIO(path, mode)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from error
    buffer = io.BufferedWriter(_Output(file, str(path)))
    with file, io.TextIOWrapper(buffer, "utf-8", newline="\n", line_buffering=True) as stream:
        yield stream


def _is_any(path: Path, *kinds: Callable[[int], bool]) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False  # who opens it says what is wrong
    return any(is_kind(mode) for is_kind in kinds)


def _nowhere() -> TextIO:
    """Open the standard error that was closed before Lacuna began, lest a file that is opened later takes its place."""
    opened = os.open(os.devnull, os.O_WRONLY)
    if opened != _STDERR:
        os.dup2(opened, _STDERR)
        os.close(opened)
    os.set_inheritable(_STDERR, True)  # noqa: FBT003 -- Python's, which takes no keyword
    return open(_STDERR, "w", encoding="utf-8", errors="backslashreplace", closefd=False)


def _claimed(given: TextIO, name: str, *, line_buffering: bool) -> TextIO:
    given_bytes: Any = given.buffer
    raw: io.RawIOBase = getattr(given_bytes, "raw", given_bytes)  # with `python -u` nothing is buffered
    buffer = io.BufferedWriter(_Output(raw, name))
    return io.TextIOWrapper(buffer, given.encoding, given.errors, line_buffering=line_buffering)


class _Output(io.RawIOBase):
    """Tells a failure once, if at all: what is still to be written must not fail again when it is closed."""

    def __init__(self, raw: io.RawIOBase, name: str) -> None:
        """Without a name nothing is told."""
        self._raw, self._name = raw, name
        self._is_open = True

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._raw.isatty()

    def fileno(self) -> int:
        return self._raw.fileno()

    def write(self, data: Any, /) -> int | None:  # noqa: ANN401 -- bytes, in whatever form
        if self._is_open:
            try:
                return self._raw.write(data)
            except BrokenPipeError:
                self._is_open = False
            except OSError as error:
                self._is_open = False
                if self._name:
                    raise FileError(f"{self._name} cannot be written: {error.strerror}.") from error
        return len(data)
