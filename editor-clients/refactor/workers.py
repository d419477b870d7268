"""Processes of this machine that look through files, each with an engine of its own.

Whatever a file does to its process, others go on: the process is ended at its limit, and replaced.
"""

import contextlib
import multiprocessing
import pickle
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Self

from lacuna.refactor.crew import Crew, Item, Limits, Result, Work, in_turn, looked_through
from lacuna.refactor.plan import Skipped
from lacuna.refactor.preparing import Preparation
from lacuna.refactor.proposing import Task
from lacuna.syntax.errors import ModelError
from lacuna.syntax.limited import deaf_to_ctrl_c

_IN_HAND = 8
"""Files a process that are looked through, or done and not their turn yet."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A process is prepared."""


@dataclass(frozen=True, slots=True)
class _Blanks:
    """A file has so many, and they are about to be filled."""

    count: int


@dataclass(frozen=True, slots=True)
class _Unprepared:
    """A process cannot be prepared."""

    error: Exception


@dataclass(frozen=True, slots=True)
class _Done:
    result: Result


class Processes(Crew):
    """Some processes; enter it, and they are ended with the block."""

    def __init__(self, preparation: Preparation, jobs: int, limits: Limits | None = None) -> None:
        self._prepared = pickle.dumps(preparation)
        self._limits = limits or Limits()
        self._jobs = jobs
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def results(self, work: Work, items: Iterable[Item]) -> Iterator[Result]:
        def give(number: int, task: Task) -> bool:
            worker = self._idle()
            if worker:
                worker.take(number, work, task)
            return worker is not None

        return in_turn(items, _IN_HAND * self._jobs, give, self._hear)

    def _idle(self) -> "_Worker | None":
        """A process that has nothing to do; one more is started while there are too few."""
        worker = next((worker for worker in self._workers if not worker.is_busy), None)
        if worker is None and len(self._workers) < self._jobs:
            worker = _Worker(self._prepared, self._limits)
            self._workers.append(worker)
        return worker

    def _hear(self) -> Iterator[tuple[int, Result]]:
        """Wait until some process has said something, or has had its time."""
        busy = [worker for worker in self._workers if worker.is_busy]
        deadline = min(worker.deadline for worker in busy)
        patience = None if deadline == float("inf") else max(0.0, deadline - time.monotonic())
        said = wait([worker.pipe for worker in busy], patience)
        for worker in busy:
            if worker.pipe in said:
                found = worker.hear()
            elif time.monotonic() >= worker.deadline:
                found = worker.give_up()
            else:
                continue
            if worker.is_ended:
                self._workers.remove(worker)
            if found:
                yield found


class _Worker:
    """One process, as its driver sees it."""

    def __init__(self, prepared: bytes, limits: Limits) -> None:
        self.pipe, other = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_work, args=(other, prepared, limits))
        with deaf_to_ctrl_c():
            self._process.start()
        other.close()  # what ends the process ends the pipe
        self._limits = limits
        self._is_ready = False
        self._task: tuple[int, Task] | None = None
        self._work = Work.PROPOSE
        self._limit = limits.file
        self.deadline = float("inf")
        """When a file has taken too long, by the clock."""
        self.is_ended = False

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def take(self, number: int, work: Work, task: Task) -> None:
        self._task, self._work, self._limit = (number, task), work, self._limits.file
        if self._is_ready:  # before, nobody would read it
            self._send()

    def hear(self) -> tuple[int, Result] | None:
        """Take in what the process says, or that it has come to its end; give what a file has become by that."""
        try:
            said = self.pipe.recv()
        except (EOFError, ConnectionError):
            return self._buried()
        match said:
            case _Ready():
                self._is_ready = True
                self._send()
            case _Blanks(count):
                self._limit = self._limits.file + self._limits.blank * count
                self._begin()
            case _Unprepared(error):
                raise error
            case _Done(result):
                return self._done(result)
        return None

    def give_up(self) -> tuple[int, Result]:
        """End a process whose file has taken too long, though not by computing."""
        self.end()
        return self._failed(f"It took more than {self._limit * self._limits.patience:g} seconds.")

    def end(self) -> None:
        if self.is_ended:
            return
        self._process.kill()
        self._process.join()
        self._process.close()
        self.pipe.close()
        self.is_ended = True

    def _send(self) -> None:
        assert self._task, "only who is busy has something to do"
        with contextlib.suppress(ConnectionError):  # it has come to its end, which is heard next
            self.pipe.send((self._work, self._task[1]))
        self._begin()

    def _begin(self) -> None:
        self.deadline = time.monotonic() + self._limit * self._limits.patience

    def _buried(self) -> tuple[int, Result]:
        self._process.join()
        code = self._process.exitcode
        self.end()
        if not self._is_ready:
            raise ModelError("A process that was to plan was ended, perhaps for want of memory; try fewer --jobs.")
        return self._failed(
            f"It took more than {self._limit:g} seconds of computing."
            if code == -signal.SIGPROF
            else "The process that looked through it was ended, perhaps for want of memory."
        )

    def _failed(self, reason: str) -> tuple[int, Result]:
        assert self._task, "only who is busy is listened to"
        return self._done(Skipped(self._task[1].path, reason, is_failure=True))

    def _done(self, result: Result) -> tuple[int, Result]:
        assert self._task, "only who is busy is listened to"
        number, _ = self._task
        self._task, self.deadline = None, float("inf")
        return number, result


# --- in the process


def _work(pipe: Connection, prepared: bytes, limits: Limits) -> None:
    """Look through one file after another until the driver has gone. The system ends who computes for too long."""

    def allow(blanks: int) -> None:
        pipe.send(_Blanks(blanks))
        signal.setitimer(signal.ITIMER_PROF, limits.file + limits.blank * blanks)

    try:
        preparation: Preparation = pickle.loads(prepared)  # noqa: S301 -- the driver has pickled it
        proposer = preparation.proposer(allow)
    except Exception as error:  # noqa: BLE001 -- the driver raises it
        pipe.send(_Unprepared(error))
        return
    with contextlib.suppress(EOFError, ConnectionError):  # the driver has gone
        pipe.send(_Ready())
        while True:
            work, task = pipe.recv()
            signal.setitimer(signal.ITIMER_PROF, limits.file)
            result = looked_through(proposer, work, task)
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send(_Done(result))
