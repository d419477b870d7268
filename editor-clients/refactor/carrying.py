"""Files brought from bytes that a run knows to others that it knows, in the order of its plan."""

import contextlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from lacuna.refactor.journal import Journal
from lacuna.refactor.plan import PlannedFile, Site
from lacuna.refactor.records import SPOILT, FileState, Record, Run, Stage
from lacuna.refactor.rewriting import rewritten
from lacuna.refactor.tree import RefusedError, located
from lacuna.syntax.errors import FileError
from lacuna.workspace import atomic, write
from lacuna.workspace.changes import sha256
from lacuna.workspace.textfile import decode, read_bytes

Wanted = Callable[[PlannedFile], Sequence[Site]]
"""Which of a file's sites are to be written."""

_BATCH = 128
"""Files that share a sync of the journal."""
_WRITERS = 8
"""Files that are written at a time: a disk syncs several as fast as one."""


@dataclass(frozen=True, slots=True)
class Task:
    """A file, and what it is to hold."""

    record: Record
    data: bytes


class LeftError(FileError):
    """A file that is not as the run knows it."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in a run; `ways_on` says what can be done then."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run


class StoppedError(FileError):
    """A run whose journal cannot be written any more."""


@contextlib.contextmanager
def named(journal: Journal) -> Iterator[None]:
    """Tell of whatever ends a run in the middle which run that was."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted(journal.run) from error
    except FileError as error:
        run = journal.run
        raise StoppedError(f"{error} Run {run.number} stopped there; {ways_on(run)}.") from error


def ways_on(run: Run) -> str:
    """What can be done with a run that ended in the middle, as a clause for people."""
    number = run.number
    if run.stage in (Stage.UNDOING, Stage.UNDONE):
        return f"`undo {number}` goes on"
    return f"`resume {number}` goes on, `undo {number}` takes it back"


def carry_out(tree: Path, journal: Journal, wanted: Wanted) -> None:
    """Make every file of the run hold the sites that are wanted of it, and no others; leave those that went wrong."""
    bring(tree, journal, _tasks(journal, wanted))


def bring(tree: Path, journal: Journal, tasks: Iterable[Task]) -> None:
    """Make files hold bytes, first noting which; one whose own bytes the journal does not know is left."""
    tasks = iter(tasks)
    with ThreadPoolExecutor(_WRITERS) as pool:
        while batch := list(itertools.islice(tasks, _BATCH)):
            if news := [task.record for task in batch if task.record != journal.records[task.record.file]]:
                journal.note(*news, is_lasting=True)
            journal.note(*pool.map(lambda task: _brought(tree, journal, task), batch))


def _brought(tree: Path, journal: Journal, task: Task) -> Record:
    """What became of a file."""
    record = task.record
    try:
        _bring(tree, journal, record.file, task.data)
    except (LeftError, RefusedError) as error:
        return replace(record, state=FileState.LEFT, reason=str(error))
    except FileError as error:
        return replace(record, state=FileState.FAILED, reason=within(tree, error))
    return _done(record)


def as_found(tree: Path, journal: Journal) -> tuple[Record, ...]:
    """What became of each file; one that an interruption left pending in the journal may have its bytes already."""
    return tuple(_as_found(tree, record) for record in journal.records.values())


def _as_found(tree: Path, record: Record) -> Record:
    if record.state is not FileState.PENDING:
        return record
    try:
        is_done = sha256(read_bytes(located(tree, record.file))) == record.after
    except FileError:
        return record  # it is told when the file is to be written
    return _done(record) if is_done else record


def _done(record: Record) -> Record:
    is_original = record.before == record.after
    return replace(record, state=FileState.REVERTED if is_original else FileState.WRITTEN, reason="")


def token_of(journal: Journal, file: str) -> str:
    """By which what a killed process leaves beside a file is known, and removed."""
    return f"{journal.run.token}-{sha256(os.fsencode(file))[:8]}"


def hash_found(tree: Path, journal: Journal, file: str) -> str:
    """The hash of the bytes that a file has now; what a killed process has left beside it is removed."""
    place = located(tree, file)
    atomic.left_behind(place, token_of(journal, file)).unlink(missing_ok=True)
    return sha256(read_bytes(place))


def within(tree: Path, error: FileError) -> str:
    """What is wrong with a file, which is named as plans name it."""
    return str(error).removeprefix(f"{tree}{os.sep}")


def _tasks(journal: Journal, wanted: Wanted) -> Iterator[Task]:
    for file in journal.plan().entries():
        assert isinstance(file, PlannedFile), "a run's plan has nothing but files"
        record = journal.records[file.path]
        if record.state in SPOILT:
            continue
        data = with_sites(journal, file, wanted(file))
        after = sha256(data)
        if after != record.after or record.state is FileState.PENDING:
            yield Task(replace(record, state=FileState.PENDING, after=after), data)


def with_sites(journal: Journal, file: PlannedFile, sites: Sequence[Site]) -> bytes:
    """The bytes of a file of the run with some of its sites."""
    original = journal.original(journal.records[file.path])
    return rewritten(file, decode(Path(file.path), original), sites)


def _bring(tree: Path, journal: Journal, file: str, data: bytes) -> None:
    found = hash_found(tree, journal, file)
    if found == sha256(data):
        return
    if not journal.knows(file, found):
        raise LeftError(f"{file} has been changed by somebody else.")
    write.overwrite(tree / file, found, data, token_of(journal, file))
