"""The journal of a run: what it is to write, what it has written, and what stood there before.

All of that is on the disk before the run is there at all, and the run is there before it touches a file. What a file's
bytes are is told by their hash, so that whoever reads the journal of a killed run knows more than its last line says.
"""

import contextlib
import dataclasses
import datetime as dt
import functools
import json
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import cattrs

from lacuna.refactor.plan import Header, PlannedFile
from lacuna.refactor.planfile import Plan, line_of, open_plan
from lacuna.refactor.records import FORMAT, FileState, Record, Run, Stage
from lacuna.refactor.state import State
from lacuna.syntax.errors import FileError, UsageError
from lacuna.workspace import atomic
from lacuna.workspace.changes import sha256

_ORIGINALS = "originals.zip"
"""Each under its hash."""


class RunError(UsageError):
    """A run that is not there, or of which that cannot be asked."""


class Journal:
    """A run that is there. One process at a time has it open to write: the one that holds the tree's lock."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.run = run
        self.records: dict[str, Record] = {}
        """By file, in the order of the plan."""
        self._folder = folder
        self._known: dict[str, set[str]] = {}
        path = folder / "journal.jsonl"
        with _told(path):
            data = path.read_bytes()
            self._end = data.rfind(b"\n") + 1
            for line in data[: self._end].splitlines():
                self._take(cattrs.structure(json.loads(line), Record))

    def plan(self) -> Plan:
        """The sites that were chosen for this run, as a plan."""
        return open_plan(self._folder / "plan.jsonl")

    def knows(self, file: str, found: str) -> bool:
        """Whether the hash is of bytes that the file had before this run, or may have got by it."""
        return found in self._known[file]

    def original(self, record: Record) -> bytes:
        """The bytes that the file had before this run; raise FileError if they have been lost."""
        path = self._folder / _ORIGINALS
        with _told(path):
            data = self._originals.read(record.before)
        if sha256(data) != record.before:
            raise FileError(f"{path} is damaged.")
        return data

    def note(self, *records: Record, is_lasting: bool = False) -> None:
        """Write down what holds for some files; if that is to last, it survives a power cut from here on."""
        path = self._folder / "journal.jsonl"
        with _told(path), path.open("r+b") as stream:
            stream.seek(self._end)
            stream.truncate()  # a line that a killed process has begun
            stream.write(b"".join(_line(record) for record in records))
            if is_lasting:
                atomic.sync(stream)
            self._end = stream.tell()
        for record in records:
            self._take(record)

    def turn(self, stage: Stage) -> None:
        """Write down that the run has come to a stage."""
        self.run = dataclasses.replace(self.run, stage=stage)
        _write_run(self._folder, self.run)

    @functools.cached_property
    def _originals(self) -> ZipFile:
        return ZipFile(self._folder / _ORIGINALS)

    def _take(self, record: Record) -> None:
        self.records[record.file] = record
        self._known.setdefault(record.file, set()).update((record.before, record.after))


class Beginning:
    """A run that is being prepared; nobody sees it yet."""

    def __init__(self, folder: Path, header: Header) -> None:
        self.records: dict[str, Record] = {}
        self._folder = folder
        folder.mkdir()
        with contextlib.ExitStack() as stack:
            self._plan = stack.enter_context((folder / "plan.jsonl").open("x", encoding="utf-8"))
            self._journal = stack.enter_context((folder / "journal.jsonl").open("xb"))
            self._originals = stack.enter_context(ZipFile(folder / _ORIGINALS, "x", ZIP_DEFLATED, compresslevel=1))
            self._plan.write(line_of(header))
            self.close = stack.pop_all().close

    def refuse(self, file: str, reason: str) -> None:
        self._note(Record(file, FileState.REFUSED, reason=reason))

    def add(self, file: PlannedFile, original: bytes, after: str) -> None:
        """Take up a file with the sites that are to be written."""
        if file.hash not in self._originals.NameToInfo:
            self._originals.writestr(file.hash, original)
        self._plan.write(line_of(file))
        self._note(Record(file.path, FileState.PENDING, file.hash, after))

    def finished(self, plan: Path, failing: tuple[str, ...] | None) -> Journal | None:
        """Make the run that has been prepared; None if it has no file to write."""
        if all(record.state is FileState.REFUSED for record in self.records.values()):
            return None
        self.close()
        for path in self._folder.iterdir():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        atomic.sync_folder(self._folder)
        began = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        run = Run(int(self._folder.name), FORMAT, str(plan.absolute()), began, secrets.token_hex(8), failing=failing)
        _write_run(self._folder, run)
        return Journal(self._folder, run)

    def _note(self, record: Record) -> None:
        self._journal.write(_line(record))
        self.records[record.file] = record


@contextlib.contextmanager
def beginning(state: State, header: Header) -> Iterator[Beginning]:
    """Prepare the next run of a tree that is locked; what was not finished when the block ends has left nothing."""
    _clear(state.runs)
    folder = state.runs / str(max(_numbers(state), default=0) + 1)
    with _told(folder):
        try:
            with contextlib.closing(Beginning(folder, header)) as new:
                yield new
        finally:
            _clear(state.runs)


def runs_of(state: State) -> list[Run]:
    """All runs of a tree, the oldest first."""
    return [_read_run(state.runs / f"{number}.json") for number in sorted(_numbers(state))]


def journal_of(state: State, number: int | None) -> Journal:
    """The journal of a run, or of the newest; raise RunError if there is none."""
    numbers = _numbers(state)
    if not numbers:
        raise RunError(f"There is no run in {state.tree}.")
    if number is None:
        number = max(numbers)
    if number not in numbers:
        raise RunError(f"There is no run {number} in {state.tree}; the newest is {max(numbers)}.")
    return Journal(state.runs / str(number), _read_run(state.runs / f"{number}.json"))


def journal_to_undo(state: State) -> Journal:
    """The journal of the newest run that has not been undone; raise RunError if there is none."""
    runs = runs_of(state)
    for run in reversed(runs):
        if run.stage is not Stage.UNDONE:
            return journal_of(state, run.number)
    raise RunError(f"Every run in {state.tree} has been undone." if runs else f"There is no run in {state.tree}.")


def _numbers(state: State) -> set[int]:
    return {int(path.stem) for path in state.runs.glob("*.json") if path.stem.isdecimal()}


def _clear(folder: Path) -> None:
    """Remove what runs have left that were killed, or failed, while they were prepared."""
    for path in folder.iterdir():
        if path.is_dir() and not path.with_suffix(".json").exists():
            shutil.rmtree(path, ignore_errors=True)


def _write_run(folder: Path, run: Run) -> None:
    path = folder.with_suffix(".json")
    with _told(path):
        atomic.write(path, _line(run))


def _read_run(path: Path) -> Run:
    with _told(path):
        found = json.loads(path.read_bytes())
        if found["format"] == FORMAT:
            return cattrs.structure(found, Run)
    raise RunError(f"{path} is a run of format {found['format']!r}; this Lacuna reads format {FORMAT}.")


def _line(value: Record | Run) -> bytes:
    return json.dumps(dataclasses.asdict(value)).encode() + b"\n"


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in a sentence what is wrong with a file of the journal."""
    try:
        yield
    except OSError as error:
        raise FileError(f"{error.filename or path} cannot be read or written: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, BadZipFile, zlib.error, cattrs.BaseValidationError) as error:
        raise FileError(f"{path} is damaged.") from error
