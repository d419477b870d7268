"""Standard output as every command has it: what cannot be written is one sentence and exit code 4."""

import io
import sys
from typing import Any

from lacuna.syntax.errors import FileError


def claim() -> None:
    """Whatever is printed from now on, by us or a library, fails with a FileError if it cannot be written.

    A reader that has gone (`| head`) is no error.
    """
    if sys.stdout is None:  # it was closed before Lacuna began
        raise FileError("There is no standard output to write to.")
    given = sys.stdout
    given_bytes: Any = given.buffer
    raw: io.RawIOBase = getattr(given_bytes, "raw", given_bytes)  # with `python -u` nothing is buffered
    buffer = io.BufferedWriter(_Output(raw))
    sys.stdout = io.TextIOWrapper(buffer, given.encoding, given.errors, line_buffering=given.isatty())


class _Output(io.RawIOBase):
    """Tells a failure once: what is still to be written must not fail again when the interpreter ends."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
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
                raise FileError(f"The standard output cannot be written: {error.strerror}.") from error
        return len(data)
