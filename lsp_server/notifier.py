"""Tells the client what changes: when it did, the newest of it, not more often than people read."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Notifier(Generic[T]):
    """Sends what there is when it differs from what was sent last. The event loop alone touches it."""

    def __init__(self, look: Callable[[], T | None], send: Callable[[T], None], rest: float) -> None:
        """`look` says what there is, None for nothing yet; `rest` are seconds between two sendings.

        What changes meanwhile is sent at their end, once.
        """
        self._look = look
        self._send = send
        self._rest = rest
        self._sent: T | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._has_changed = False
        self._is_on = False

    def start(self) -> None:
        """Send the first; changes before that are not told."""
        self._is_on = True
        self.changed()

    def stop(self) -> None:
        self._is_on = False

    def changed(self) -> None:
        """Send what there is if it changed; call this whenever it may have."""
        self._has_changed = True
        if self._is_on and self._resting is None:
            self._tell()

    def _tell(self) -> None:
        self._has_changed = False
        now = self._look()
        if now is not None and now != self._sent:
            self._sent = now
            self._send(now)
            self._resting = asyncio.get_running_loop().call_later(self._rest, self._rested)

    def _rested(self) -> None:
        self._resting = None
        if self._is_on and self._has_changed:
            self._tell()


@contextlib.contextmanager
def newest(send: Callable[[T], None], rest: float) -> Iterator[Callable[[T], None]]:
    """What to call, in any thread, with what comes: the loop's thread sends the newest of it while the block runs."""
    now: T | None = None
    notifier = Notifier(lambda: now, send, rest)
    loop = asyncio.get_running_loop()

    def put(item: T) -> None:
        nonlocal now
        now = item
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
            loop.call_soon_threadsafe(notifier.changed)

    notifier.start()
    try:
        yield put
    finally:
        notifier.stop()
