"""The one thread that infills: what runs, what waits, what is dropped, when the model is in memory.

It knows requests, not editors.
"""

import enum
import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from typing import Any, TypeVar

from lacuna.infill.request import Answer, Draft, Model, Request
from lacuna.lsp_server import memory
from lacuna.lsp_server.tracebacks import traceback_of
from lacuna.syntax.errors import LacunaError

_log = logging.getLogger(__name__)

T = TypeVar("T")
Show = Callable[[Draft], None]


class Kind(enum.IntEnum):
    """Why an infill is asked for; the smaller goes first."""

    EXPLICIT = 0
    """The user asked and waits for it."""
    AUTOMATIC = 1
    """The editor asked while the user types."""
    BACKGROUND = 2
    """Warming: what later requests will need."""
    FILLING = 3
    """The user has holes filled, which may take long: all else goes between two steps of it."""

    @property
    def told(self) -> str:
        """As the status has it."""
        return (Kind.EXPLICIT if self is Kind.FILLING else self).name.lower()


class State(enum.StrEnum):
    """Whether the model is in memory."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    UNLOADED = "unloaded"
    """After idleness; the next request loads it again."""


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
    future: Future[Any]
    """The only flag: a job is over as soon as its future is done, whoever did it."""
    show: Callable[[Any], None] = lambda _: None
    """Told what a step yields."""

    def drop(self, reason: DroppedError) -> None:
        _settle(self.future, reason)


class Worker:
    """Runs one infill at a time, the most urgent first; a filling lets the others go first at each of its steps.

    Newest wins for each document and kind: at most one request of each runs or waits. A request that is
    over (answered otherwise, cancelled through its future, dropped) starts no step after the one that runs.
    """

    def __init__(self, load: Callable[[], Model]) -> None:
        self._load = load
        self._changed = threading.Condition()
        self._waiting: dict[tuple[str, Kind], _Job] = {}
        self._under_way: list[_Job] = []  # more than one while a filling gives way
        self._model: Model | None = None
        self._failure: Exception | None = None
        self._idle_limit = float("inf")
        self._is_stopped = False
        self._tell: Callable[[], None] = lambda: None
        # A daemon, so that a step that hangs cannot keep the process alive.
        self._thread = threading.Thread(target=self._work, name="infill", daemon=True)
        self.loaded: Future[None] = Future()
        """Done when the model is loaded for the first time; carries the error if that failed."""
        self.state = State.LOADING

    @property
    def busy(self) -> Kind | None:
        """The kind of what runs now."""
        under_way = self._under_way[-1:]
        return under_way[0].kind if under_way else None

    @property
    def model(self) -> Model | None:
        """The model in memory, or None."""
        return self._model

    def start(self, tell: Callable[[], None] = lambda: None) -> None:
        """Begin to load the model and then to work. Requests may be submitted before.

        `tell` is called, in the worker's thread, whenever `state` or `busy` changed.
        """
        self._tell = tell
        memory.keep_apart()
        self._thread.start()

    def unload_after(self, seconds: float) -> None:
        """Let the model go when so many seconds passed without a request; the next one loads it again."""
        with self._changed:
            self._idle_limit = seconds
            self._changed.notify()

    def submit(self, document: str, kind: Kind, request: Request, show: Show = lambda _: None) -> Future[Answer]:
        """Ask for an infill, whose drafts `show` is told in the worker's thread. Cancelling the future cancels it.

        The future fails with a `DroppedError` when something else took its place, or as the infill failed.
        """
        assert kind is not Kind.BACKGROUND, "what is asked for in the background is to warm"
        return self._enqueue(_Job(document, kind, request, Future(), show))

    def warm(self, document: str, request: Request) -> Future[None]:
        """Encode in the background what the request will need; else as `submit`."""
        return self._enqueue(_Job(document, Kind.BACKGROUND, request, Future()))

    def _enqueue(self, job: _Job) -> Future[Any]:
        key = job.document, job.kind
        with self._changed:
            if self._is_stopped:
                job.drop(StoppedError("The server is shutting down."))
                return job.future
            older = self._waiting.pop(key, None)
            if older is not None:
                older.drop(SupersededError("A newer request took its place."))
            for running in self._under_way:
                if Kind.FILLING > running.kind > job.kind:
                    running.drop(PreemptedError("A more urgent request took the worker."))
                elif (running.document, running.kind) == key:
                    running.drop(SupersededError("A newer request took its place."))
            self._waiting[key] = job
            self._changed.notify()
        return job.future

    def withdraw(self, document: str) -> None:
        """Drop all that was asked for a document, because it changed."""
        with self._changed:
            for key in [key for key in self._waiting if key[0] == document]:
                self._waiting.pop(key).drop(OutdatedError("The document changed."))
            for running in self._under_way:
                if running.document == document:
                    running.drop(OutdatedError("The document changed."))

    def forget(self) -> None:
        """Let go of what the model keeps of texts, as no document is open any more."""
        model = self._model
        if model is not None:
            model.forget()
        memory.give_back()

    def stop(self) -> None:
        """Drop everything and end the thread after the step that runs. Does not wait."""
        with self._changed:
            self._is_stopped = True
            for job in [*self._waiting.values(), *self._under_way]:
                job.drop(StoppedError("The server is shutting down."))
            self._waiting.clear()
            self._changed.notify()

    def join(self, timeout: float) -> bool:
        """Wait, at most `timeout` seconds, for the thread to end; says whether it has."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        self._open()
        while (job := self._next()) is not None:
            self._tell()
            if self.state is State.UNLOADED or (
                self.state is State.FAILED and job.kind in (Kind.EXPLICIT, Kind.FILLING)
            ):
                self._open()
            self._serve(job)
            del job  # it holds its text, and idleness may last

    def _serve(self, job: _Job) -> None:
        """Run a job that is under way; afterwards it is over, whatever came."""
        try:
            self._run(job)
        except BaseException as error:  # noqa: BLE001 (it belongs to the asker; the thread lives on)
            if not _settle(job.future, _told(error)) and not isinstance(error, LacunaError):
                _log.error("An infill failed after it was dropped:\n%s", traceback_of(error))
        finally:
            with self._changed:
                self._under_way.remove(job)
            self._tell()

    def _open(self) -> None:
        self._turn(State.LOADING)
        try:
            self._model = self._load()
        except BaseException as error:  # noqa: BLE001 (whatever it is, those who ask must hear it)
            if not isinstance(error, LacunaError):
                _log.error("The model cannot be loaded:\n%s", traceback_of(error))
            self._failure = _told(error)
            self._turn(State.FAILED)
            _settle(self.loaded, self._failure)
        else:
            self._turn(State.READY)
            _settle(self.loaded, None)

    def _unload(self) -> None:
        self._model = None
        memory.give_back()
        self._turn(State.UNLOADED)

    def _turn(self, state: State) -> None:
        self.state = state
        self._tell()

    def _next(self) -> _Job | None:
        """The next job; while there is none, nothing runs but the clock of idleness."""
        idle_since = time.monotonic()
        while True:
            with self._changed:
                if self._is_stopped:
                    return None
                if self._waiting:
                    return self._first(self._waiting)
                left = idle_since + self._idle_limit - time.monotonic()
                if self._model is None or left == float("inf"):
                    self._changed.wait()
                elif left > 0:
                    self._changed.wait(min(left, threading.TIMEOUT_MAX))
            if self._model is not None and left <= 0:
                self._unload()  # outside the lock: whoever submits must not wait for it

    def _first(self, keys: Iterable[tuple[str, Kind]]) -> _Job:
        """Begin with the most urgent of some that wait; the lock is held."""
        key = min(keys, key=lambda key: key[1])  # oldest first within a kind: dictionaries keep their order
        self._under_way.append(self._waiting.pop(key))
        return self._under_way[-1]

    def _give_way(self) -> None:
        """Serve whatever waits but fillings."""
        while True:
            with self._changed:
                others = [key for key in self._waiting if key[1] is not Kind.FILLING]
                if not others:
                    return
                job = self._first(others)
            self._tell()
            self._serve(job)

    def _run(self, job: _Job) -> None:
        if job.future.done():
            return
        if self._model is None:
            assert self._failure is not None, "a model that could not be loaded has left its error"
            _settle(job.future, self._failure.with_traceback(None))  # raised often, it would collect frames
            return
        begin = self._model.warm if job.kind is Kind.BACKGROUND else self._model.infill
        work = begin(job.request)
        try:
            while not job.future.done():
                job.show(next(work))
                if job.kind is Kind.FILLING:
                    self._give_way()
        except StopIteration as ended:
            _settle(job.future, ended.value)
        finally:
            work.close()


def _told(error: BaseException) -> Exception:
    """What the event loop can be told: a panic of a library in Rust is no `Exception`, and would end it."""
    return error if isinstance(error, Exception) else RuntimeError(type(error).__name__)


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
