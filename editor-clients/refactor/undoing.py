"""Take a run back, or bring one that was interrupted to its end."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from lacuna.refactor import trials
from lacuna.refactor.carrying import Task, bring, carry_out, hash_found, named, within
from lacuna.refactor.journal import Journal, RunError
from lacuna.refactor.plan import PlannedFile, Site
from lacuna.refactor.records import UNDONE, FileState, Record, Stage
from lacuna.refactor.testruns import Tests
from lacuna.syntax.errors import FileError


def undo(tree: Path, journal: Journal) -> list[Record]:
    """Bring back what stood in the files of a run; one that is not as the run left it is left.

    Return what became of the files in which there was something of the run. Raise RunError if it has been undone.
    """
    if journal.run.stage is Stage.UNDONE:
        raise RunError(f"Run {journal.run.number} has been undone already.")
    files = [record.file for record in journal.records.values() if record.state not in UNDONE]
    with named(journal):
        journal.turn(Stage.UNDOING)
        bring(tree, journal, _originals(tree, journal, files))
        if all(record.state in UNDONE for record in journal.records.values()):
            journal.turn(Stage.UNDONE)
    return [journal.records[file] for file in files]


def resume(tree: Path, journal: Journal, tests: Tests | None) -> None:
    """Write what a run has not written, also what it could not; take out what breaks the tests, if there are any.

    Raise RunError if the run has been undone, or began without tests.
    """
    number = journal.run.number
    if journal.run.stage is Stage.UNDONE:
        raise RunError(f"Run {number} has been undone; `apply` begins anew.")
    if journal.run.stage is Stage.UNDOING:
        raise RunError(f"Run {number} is partly undone: `undo {number}` goes on with that; `apply` begins anew.")
    if tests and journal.run.failing is None:
        raise RunError(f"Run {number} began without tests, so which failed before it is not known.")
    with named(journal):
        for record in list(journal.records.values()):
            if record.state in (FileState.LEFT, FileState.FAILED):
                journal.note(replace(record, state=FileState.PENDING, reason=""))
        carry_out(tree, journal, lambda file: _not_dropped(journal, file))
        if tests:
            journal.turn(Stage.TESTING)
            trials.settle(tree, journal, tests)
        journal.turn(Stage.DONE)


def _originals(tree: Path, journal: Journal, files: Iterable[str]) -> Iterator[Task]:
    """What files held before the run, and are to hold again; note those that do so, and those of which that is lost."""
    for record in [journal.records[file] for file in files]:
        if _is_unchanged(tree, journal, record):
            journal.note(replace(record, state=FileState.UNCHANGED, after=record.before, reason=""))
            continue
        try:
            data = journal.original(record)
        except FileError as error:
            lost = f"{record.file}: {within(tree, error)}"
            journal.note(replace(record, state=FileState.FAILED, reason=lost))
            continue
        yield Task(replace(record, state=FileState.PENDING, after=record.before), data)


def _is_unchanged(tree: Path, journal: Journal, record: Record) -> bool:
    """Whether a file has its original bytes, and no undo that was killed has brought them back."""
    if record.state is FileState.PENDING and record.after == record.before:
        return False
    try:
        return hash_found(tree, journal, record.file) == record.before
    except FileError:
        return False  # it is told when the original is to be written


def _not_dropped(journal: Journal, file: PlannedFile) -> list[Site]:
    dropped = {name.number for name in journal.records[file.path].dropped}
    return [site for number, site in enumerate(file.sites) if number not in dropped]
