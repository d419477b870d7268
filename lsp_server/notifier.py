"""lacuna/status tells the client what the server is doing: when that changed, not more often than people read."""

import asyncio
from collections.abc import Callable

from lacuna.lsp_server.status import Status

METHOD = "lacuna/status"
_REST = 0.1
"""Seconds between two notifications; what changes meanwhile is sent at their end, once."""


class Notifier:
    """Sends the status when it differs from the one sent last. The event loop alone touches it."""

    def __init__(self, look: Callable[[], Status], send: Callable[[Status], None]) -> None:
        self._look = look
        self._send = send
        self._sent: Status | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._has_changed = False
        self._is_on = False

    def start(self) -> None:
        """Send the first status; changes before that are not told."""
        self._is_on = True
        self.changed()

    def stop(self) -> None:
        self._is_on = False

    def changed(self) -> None:
        """Send the status if it changed; call this whenever it may have."""
        self._has_changed = True
        if self._is_on and self._rest is None:
            self._tell()

    def _tell(self) -> None:
        self._has_changed = False
        status = self._look()
        if status != self._sent:
            self._sent = status
            self._send(status)
            self._rest = asyncio.get_running_loop().call_later(_REST, self._rested)

    def _rested(self) -> None:
        self._rest = None
        if self._is_on and self._has_changed:
            self._tell()
