"""Plan files: JSON Lines, a header, a line for each file, a footer. Read and written a line at a time.

docs/refactor.md describes the format; `lacuna.refactor.plan` has the values.
"""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import cattrs

from lacuna.refactor.fields import FieldError, reader_of
from lacuna.refactor.plan import FORMAT, Entry, Footer, Header, PlannedFile, Skipped
from lacuna.refactor.tree import is_path
from lacuna.syntax.errors import FileError, UsageError

_LINES: dict[str, type] = {"plan": Header, "file": PlannedFile, "skipped": Skipped, "end": Footer}
_NAMES = {kind: name for name, kind in _LINES.items()}
_LONGEST = 64 * 1024 * 1024
"""Bytes of a line: the sites of one file."""


class PlanError(UsageError):
    """A file that is no plan, or a plan that this version does not read."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that is being read."""

    path: Path
    header: Header

    def entries(self) -> Iterator[Entry]:
        """Read the file anew, a line at a time; raise PlanError at a line that is none, or that stands elsewhere."""
        is_ended = False
        for number, line in _read(self.path):
            if is_ended or isinstance(line, Header) != (number == 1):
                raise PlanError(f"{self.path}, line {number}: a plan begins with `plan`, once, and ends with `end`.")
            is_ended = isinstance(line, Footer)
            if isinstance(line, PlannedFile | Skipped):
                yield line

    def footer(self) -> Footer | None:
        """None: planning was ended before it could say how far it came."""
        for number, line in deque(_lines(self.path), maxlen=1):  # of a million lines only the last is taken apart
            last = _structured(self.path, number, line)
            if isinstance(last, Footer):
                return last
        return None


def open_plan(path: Path) -> Plan:
    """Read a plan's header; raise PlanError if it is none, FileError if it cannot be read."""
    if path.exists() and not path.is_file():
        raise FileError(f"{path} is not a regular file; a plan is read more than once.")
    _, first = next(_read(path), (0, None))
    if not isinstance(first, Header):
        raise PlanError(f"{path} is no plan: it does not begin with a header.")
    if not (is_path(first.tree) and Path(first.tree).is_absolute()):
        raise PlanError(f"{path}, line 1: plan.tree is {first.tree!r:.40}, not an absolute path.")
    return Plan(path, first)


def line_of(value: Header | Entry | Footer) -> str:
    """One line of a plan, with its end."""
    return json.dumps({_NAMES[type(value)]: cattrs.unstructure(value)}, allow_nan=False) + "\n"


def write_line(stream: IO[str], value: Header | Entry | Footer) -> None:
    """Write a line and hand it to the system: whoever is killed then leaves whole lines."""
    stream.write(line_of(value))
    stream.flush()


def _read(path: Path) -> Iterator[tuple[int, Header | Entry | Footer]]:
    for number, line in _lines(path):
        yield number, _structured(path, number, line)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as stream:
            number = 0
            while line := stream.readline(_LONGEST):
                number += 1
                if not line.endswith(b"\n"):
                    if len(line) == _LONGEST:
                        raise PlanError(f"{path}, line {number}: it is longer than {_LONGEST // 1024**2} MiB.")
                    return  # planning was killed while it wrote this line
                yield number, line
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}.") from error


def _structured(path: Path, number: int, line: bytes) -> Header | Entry | Footer:
    where = f"{path}, line {number}"
    try:
        ((name, value),) = json.loads(line).items()
        kind = _LINES[name]
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise PlanError(f"{where}: this is no line of a plan.") from error
    if kind is Header and isinstance(value, dict) and value.get("format") != FORMAT:
        raise PlanError(f"{path} is a plan of format {value.get('format')!r:.40}; this Lacuna reads format {FORMAT}.")
    try:
        found: Header | Entry | Footer = reader_of(kind)(value, name)
    except FieldError as error:
        raise PlanError(f"{where}: {error}.") from error
    return found
