"""Standard output and error as every command has them: output that cannot be written is a sentence and exit code 4."""

import io
import sys
from typing import Any, TextIO

from lacuna.syntax.errors import FileError


def claim() -> None:
    """Whatever is printed from now on, by us or a library, fails with a FileError if it cannot be written.

    A reader that has gone (`| head`) is no error. What standard error does not take is lost: the exit code says it.
    """
    if sys.stderr is not None:
        sys.stderr = _claimed(sys.stderr, is_needed=False, line_buffering=True)
    if sys.stdout is None:  # it was closed before Lacuna began
        raise FileError("There is no standard output to write to.")
    sys.stdout = _claimed(sys.stdout, is_needed=True, line_buffering=sys.stdout.isatty())


def _claimed(given: TextIO, *, is_needed: bool, line_buffering: bool) -> TextIO:
    given_bytes: Any = given.buffer
    raw: io.RawIOBase = getattr(given_bytes, "raw", given_bytes)  # with `python -u` nothing is buffered
    buffer = io.BufferedWriter(_Output(raw, is_needed=is_needed))
    return io.TextIOWrapper(buffer, given.encoding, given.errors, line_buffering=line_buffering)


class _Output(io.RawIOBase):
    """Tells a failure once, if at all: what is still to be written must not fail again when the interpreter ends."""

    def __init__(self, raw: io.RawIOBase, *, is_needed: bool) -> None:
        self._raw, self._is_needed = raw, is_needed
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
                if self._is_needed:
                    raise FileError(f"The standard output cannot be written: {error.strerror}.") from error
        return len(data)
