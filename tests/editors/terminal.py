"""A terminal for editors that draw on one: keys go in, the screen is what a user would see. Waits are for states."""

import contextlib
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from fcntl import ioctl
from pathlib import Path

import pyte
import pytest

ROWS, COLUMNS = 40, 120
AGAIN = 3.0
PATIENCE = float(os.environ.get("LACUNA_TEST_PATIENCE", "60"))


class _Screen(pyte.Screen):
    """Answers what a program asks of its terminal, such as which kind it is."""

    def __init__(self, answer: Callable[[bytes], object]) -> None:
        super().__init__(COLUMNS, ROWS)
        self._answer = answer

    def write_process_input(self, data: str) -> None:
        self._answer(data.encode())


class Terminal:
    """One program on a terminal of its own, which it controls."""

    def __init__(self, command: Sequence[object], environment: Mapping[str, str], folder: Path) -> None:
        self._master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._screen = _Screen(self._write)
        self._stream = pyte.ByteStream(self._screen)
        self._process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env={**environment, "TERM": "xterm-256color"},
            preexec_fn=lambda: os.login_tty(slave),  # noqa: PLW1509 -- Emacs wants a terminal that it controls
        )
        os.close(slave)

    @property
    def screen(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def press(self, keys: str) -> None:
        self._write(keys.encode())

    def wait(self, what: str, is_so: Callable[[], object], asking: str = "") -> None:
        """Press what asks for it, if anything does, again and again: no editor shows when its server is ready."""
        began = asked = time.monotonic()
        self.press(asking)
        while not is_so():
            now = time.monotonic()
            if now > began + PATIENCE:
                pytest.fail(f"waited for {what}, on the screen is\n{self.screen}")
            if now > asked + AGAIN:
                self.press(asking)
                asked = now
            self._read()

    def shows(self, text: str) -> None:
        self.wait(repr(text), lambda: text in self.screen)

    def close(self) -> None:
        """Whatever it does."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._master)

    def _read(self) -> None:
        if select.select([self._master], [], [], 0.05)[0]:
            with contextlib.suppress(OSError):  # the program ended
                self._stream.feed(os.read(self._master, 1 << 16))

    def _write(self, data: bytes) -> None:
        os.write(self._master, data)
