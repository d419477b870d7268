"""The one thread that infills: what runs, what waits, what is dropped. It knows requests, not editors."""

import enum
import logging
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from lacuna.lsp_server.request import Answer, Infill, Request
from lacuna.syntax.errors import LacunaError

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Kind(enum.IntEnum):
    """Why an infill is asked for; the smaller goes first."""

    EXPLICIT = 0
    """The user asked and waits for it."""
    AUTOMATIC = 1
    """The editor asked while the user types."""
    BACKGROUND = 2
    """Nobody waits."""


class DroppedError(LacunaError):
    """An infill ended before its answer; which subclass says why."""


class SupersededError(DroppedError):
    """A newer request of the same document and kind took its place."""


class PreemptedError(DroppedError):
    """A request of a more urgent kind took the worker."""


class OutdatedError(DroppedError):
    """The document changed or was closed."""


class StoppedError(DroppedError):
    """The server is shutting down."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    document: str
    kind: Kind
    request: Request
    future: Future[Answer]
    """The only flag: a job is over as soon as its future is done, whoever did it."""

    def drop(self, reason: DroppedError) -> None:
        _settle(self.future, reason)


class Worker:
    """Runs one infill at a time, the most urgent first.

    Newest wins for each document and kind: at most one request of each runs or waits. A request that is
    over (answered otherwise, cancelled through its future, dropped) starts no step after the one that runs.
    """

    def __init__(self, load: Callable[[], Infill]) -> None:
        self._load = load
        self._changed = threading.Condition()
        self._waiting: dict[tuple[str, Kind], _Job] = {}
        self._running: _Job | None = None
        self._is_stopped = False
        # A daemon, so that a step that hangs cannot keep the process alive.
        self._thread = threading.Thread(target=self._work, name="infill", daemon=True)
        self.loaded: Future[None] = Future()
        """Done when the model is loaded; carries the error if that failed."""

    def start(self) -> None:
        """Begin to load the model and then to work. Requests may be submitted before."""
        self._thread.start()

    def submit(self, document: str, kind: Kind, request: Request) -> Future[Answer]:
        """Ask for an infill. Cancelling the future cancels the infill.

        The future fails with a `DroppedError` when something else took its place, or as the infill failed.
        """
        job = _Job(document, kind, request, Future())
        with self._changed:
            if self._is_stopped:
                job.drop(StoppedError("The server is shutting down."))
                return job.future
            older = self._waiting.pop((document, kind), None)
            if older is not None:
                older.drop(SupersededError("A newer request took its place."))
            running = self._running
            if running is not None and running.kind > kind:
                running.drop(PreemptedError("A more urgent request took the worker."))
            elif running is not None and (running.document, running.kind) == (document, kind):
                running.drop(SupersededError("A newer request took its place."))
            self._waiting[document, kind] = job
            self._changed.notify()
        return job.future

    def withdraw(self, document: str) -> None:
        """Drop all that was asked for a document, because it changed."""
        with self._changed:
            for key in [key for key in self._waiting if key[0] == document]:
                self._waiting.pop(key).drop(OutdatedError("The document changed."))
            if self._running is not None and self._running.document == document:
                self._running.drop(OutdatedError("The document changed."))

    def stop(self) -> None:
        """Drop everything and end the thread after the step that runs. Does not wait."""
        with self._changed:
            self._is_stopped = True
            for job in [*self._waiting.values(), *([self._running] if self._running else [])]:
                job.drop(StoppedError("The server is shutting down."))
            self._waiting.clear()
            self._changed.notify()

    def join(self, timeout: float) -> bool:
        """Wait, at most `timeout` seconds, for the thread to end; says whether it has."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            infill = self._load()
        except Exception as error:  # noqa: BLE001 (whatever it is, those who ask must hear it)
            infill = _failing(error)
            _settle(self.loaded, error)
        else:
            _settle(self.loaded, None)
        while (job := self._next()) is not None:
            try:
                self._run(infill, job)
            except Exception as error:  # noqa: BLE001 (it belongs to the asker; the thread lives on)
                if not _settle(job.future, error) and not isinstance(error, LacunaError):
                    _log.exception("An infill failed after it was dropped")
            finally:
                with self._changed:
                    self._running = None

    def _next(self) -> _Job | None:
        with self._changed:
            while not self._is_stopped:
                if self._waiting:
                    # Oldest first within a kind: dictionaries keep their order.
                    key = min(self._waiting, key=lambda key: key[1])
                    self._running = self._waiting.pop(key)
                    return self._running
                self._changed.wait()
            return None

    @staticmethod
    def _run(infill: Infill, job: _Job) -> None:
        if job.future.done():
            return
        drafts = infill(job.request)
        try:
            for item in drafts:
                if isinstance(item, Answer):
                    _settle(job.future, item)
                if job.future.done():
                    return
            raise AssertionError("an infill ends with its answer")
        finally:
            if isinstance(drafts, Generator):
                drafts.close()


def _settle(future: Future[T], outcome: T | Exception) -> bool:
    """Resolve a future unless someone else did; says whether it did."""
    try:
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
    except InvalidStateError:
        return False
    return True


def _failing(error: Exception) -> Infill:
    def infill(_: Request) -> NoReturn:
        raise error

    return infill
