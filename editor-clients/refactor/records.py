"""A run as values: what became of each file, and how far the run is."""

import enum
from dataclasses import dataclass

FORMAT = 1


class FileState(enum.StrEnum):
    """What became of a file."""

    PENDING = "pending"
    WRITTEN = "written"
    REVERTED = "reverted"
    """It has its original bytes again."""
    UNCHANGED = "unchanged"
    """It had its original bytes before the run was undone: it was not written, or somebody else has put them back."""
    REFUSED = "refused"
    """It does not fit the plan, or is none that Lacuna may touch."""
    LEFT = "left"
    """It is not as this run knows it, so this run leaves it."""
    FAILED = "failed"
    """It could not be written."""


SPOILT = frozenset({FileState.REFUSED, FileState.LEFT, FileState.FAILED})
UNDONE = frozenset({FileState.REFUSED, FileState.REVERTED, FileState.UNCHANGED})
"""There is nothing of the run in the file."""


class Stage(enum.StrEnum):
    """How far a run is."""

    WRITING = "interrupted"
    """Unless it is still at work."""
    TESTING = "interrupted while testing"
    DONE = "done"
    UNDOING = "partly undone"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class SiteName:
    """A site of a file of a run."""

    number: int
    """Its place among the file's sites in the run's plan."""
    rule: str
    line: int


@dataclass(frozen=True, slots=True)
class Record:
    """A line of the journal: what holds for a file from then on."""

    file: str
    state: FileState
    before: str = ""
    """SHA-256 of its original bytes; empty if it was refused."""
    after: str = ""
    """SHA-256 of the bytes that it has, or is to have while it is pending."""
    dropped: tuple[SiteName, ...] = ()
    """Sites that were taken out again because they break the tests."""
    reason: str = ""
    """A sentence for people."""


@dataclass(frozen=True, slots=True)
class Run:
    """What holds for a whole run. It names no command."""

    number: int
    format: int
    plan: str
    """Where the plan was."""
    began: str
    token: str
    """By which it knows its temporary files."""
    stage: Stage = Stage.WRITING
    failing: tuple[str, ...] | None = None
    """Tests that failed before the first file was written; None if none were asked for."""
