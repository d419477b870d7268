"""The one thread that reads other files of the workspace, in small steps and while nobody waits for the model.

What it has read goes when the model does: it is made for this one.
"""

import logging
import threading
import time
from collections.abc import Callable

from lacuna.lsp_server.configuration import Configuration
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.neighbours import PACE, Neighbours, Pace
from lacuna.lsp_server.tracebacks import traceback_of
from lacuna.lsp_server.worker import Worker
from lacuna.model.denoiser import Beside, Librarian

_log = logging.getLogger(__name__)

_STRETCH = 0.005
"""Seconds of work between two pauses, each of which is as long as the work was."""


class _OvertakenError(Exception):
    """What is being done is no longer wanted."""


class Indexing:
    """Keeps what is seen beside documents up to date. The event loop alone calls it, but for `wake`."""

    def __init__(self, worker: Worker, pace: Pace = PACE) -> None:
        self._worker = worker
        self._neighbours = Neighbours(pace)
        self._changed = threading.Condition()
        self._is_stopped = False
        self._tell: Callable[[], None] = lambda: None
        # A daemon, so that a file system that hangs cannot keep the process alive.
        self._thread = threading.Thread(target=self._work, name="index", daemon=True)
        self._librarian: Librarian | None = None
        """Whose work the neighbours are; the thread's."""
        self._told = 0
        self._since = 0.0
        """When the last pause ended; the thread's."""

    def start(self, tell: Callable[[], None] = lambda: None) -> None:
        """Begin to work. `tell` is called, in the thread, whenever `files` changed."""
        self._tell = tell
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the small step that it is at. Does not wait."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def join(self, timeout: float) -> bool:
        """Wait, at most `timeout` seconds, for the thread to end; says whether it has."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def wake(self) -> None:
        """Look whether something is to be done: the worker has begun or ended something."""
        with self._changed:
            self._changed.notify_all()

    @property
    def files(self) -> int:
        """How many files are known beside open documents."""
        return self._neighbours.files

    def beside(self, document: Document) -> Beside | None:
        """Other files as they are known by now, seen from a document."""
        return self._neighbours.beside(document)

    # --- what the client tells

    def configure(self, configuration: Configuration) -> None:
        self._neighbours.configure(configuration)
        self.wake()

    def watched(self) -> None:
        """The client will say which files change."""
        self._neighbours.is_watched = True

    def put(self, document: Document) -> None:
        self._neighbours.put(document)
        self.wake()

    def close(self, uri: str) -> None:
        self._neighbours.close(uri)
        self.wake()

    def changed_on_disk(self, uri: str, *, is_new: bool) -> None:
        self._neighbours.changed_on_disk(uri, is_new=is_new)
        self.wake()

    # --- the thread

    def _work(self) -> None:
        try:
            while self._next():
                self._bring_up_to_date()
        except Exception as error:  # noqa: BLE001 (answers come without, then)
            _log.error("Other files are not looked at any more:\n%s", traceback_of(error))
            self._neighbours.forget()

    def _next(self) -> bool:
        """Wait until something is to be done and nobody waits for the worker; False: no more."""
        with self._changed:
            while not self._is_stopped:
                left = self._due_in()
                if left is not None and left <= 0:
                    return True
                self._changed.wait(left)
            return False

    def _due_in(self) -> float | None:
        if self._present() is not self._librarian:
            return 0
        return None if self._librarian is None or self._worker.busy is not None else self._neighbours.due_in()

    def _bring_up_to_date(self) -> None:
        librarian = self._present()
        if librarian is not self._librarian:
            self._neighbours.forget()
            self._librarian = librarian
        self._tell_files()
        if librarian is None:
            return
        self._since = time.monotonic()
        steps = self._neighbours.brought_up_to_date(librarian, self._breathe)
        try:
            for _ in steps:
                self._breathe()
                self._tell_files()
        except _OvertakenError:
            pass
        finally:
            steps.close()

    def _tell_files(self) -> None:
        if self.files != self._told:
            self._told = self.files
            self._tell()

    def _breathe(self) -> None:
        """Pause after a stretch of work, and while the worker is busy."""
        worked = time.monotonic() - self._since
        with self._changed:
            if worked >= _STRETCH:
                self._changed.wait_for(self._is_overtaken, worked)
            self._changed.wait_for(lambda: self._is_overtaken() or self._worker.busy is None)
            if self._is_overtaken():
                raise _OvertakenError
        if worked >= _STRETCH:
            self._since = time.monotonic()

    def _is_overtaken(self) -> bool:
        return self._is_stopped or self._present() is not self._librarian

    def _present(self) -> Librarian | None:
        """Of the model in memory, if that makes use of other files."""
        model = self._worker.model
        return model.librarian if model else None
