"""A command line of the user's, run in the tree, with a time limit for it and for all that it starts."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

_GRACE = 1.0
"""Seconds between asking a command to end and ending it."""


def ran(command: str, folder: Path, limit: float, output: int) -> int | None:
    """The exit code of a command; None if it took too long. Nothing that it has started goes on."""
    # A run's states follow each other within a second, and the time of a file's change is all that tells Python's
    # compiled files of one from those of another: none are to be written.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    with _group(
        subprocess.Popen(  # noqa: S602 -- the user's own command line
            command,
            shell=True,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    ) as process:
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            return None


@contextlib.contextmanager
def _group(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """End the process and all of its group when the block ends, however it ends."""
    try:
        yield process
    finally:
        for ending in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, ending)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
