"""What Lacuna keeps of a tree outside of it: plans, runs and the lock, in the user's state folder."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock
import platformdirs

from lacuna.syntax.errors import FileError
from lacuna.workspace import atomic
from lacuna.workspace.changes import sha256

_PLAN = ".jsonl"


class BusyError(FileError):
    """Another run is at work in the tree."""


@dataclass(frozen=True, slots=True)
class State:
    """The folder of one tree; other users may not look into it, since it holds copies of files."""

    tree: Path
    folder: Path

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    def new_plan(self) -> Path:
        """Make an empty file for a plan, newer than all others."""
        while True:
            newest = self.newest_plan()
            path = self._plans / f"{int(newest.stem) + 1 if newest else 1}{_PLAN}"
            try:
                path.open("x").close()
            except FileExistsError:
                continue  # somebody else plans, too
            except OSError as error:
                raise FileError(f"{path} cannot be written: {error.strerror or error}.") from error
            return path

    def newest_plan(self) -> Path | None:
        """The last plan that was made without a name."""
        return max(
            (path for path in self._plans.glob(f"*{_PLAN}") if path.stem.isdecimal()),
            key=lambda path: int(path.stem),
            default=None,
        )

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out of the tree; raise BusyError if one is at work. Whoever dies lets go of it."""
        lock = filelock.FileLock(self.folder / "lock", timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise BusyError(f"Another run is at work in {self.tree}.") from error
        except OSError as error:
            raise FileError(f"{self.folder} cannot be written: {error.strerror or error}.") from error
        try:
            yield
        finally:
            lock.release()

    def is_busy(self) -> bool:
        """Whether a run is at work in the tree."""
        try:
            with self.locked():
                return False
        except BusyError:
            return True

    @property
    def _plans(self) -> Path:
        return self.folder / "plans"


def state_at(tree: Path) -> State:
    """The state of a tree, whose path is absolute and without links; its folder may not be there yet."""
    name = sha256(os.fsencode(tree))[:32]
    return State(tree, platformdirs.user_state_path("lacuna") / "refactor" / name)


def state_of(tree: Path) -> State:
    """Make the folder of a tree if there is none yet."""
    state = state_at(tree)
    try:
        state.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (state.runs, state.folder / "plans"):
            folder.mkdir(exist_ok=True)
        note = state.folder / "tree"
        if not note.exists():
            atomic.write(note, os.fsencode(tree) + b"\n")  # for people who look around there
    except OSError as error:
        raise FileError(f"{state.folder} cannot be written: {error.strerror or error}.") from error
    return state
