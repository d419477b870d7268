"""How the process ends: in time, whatever its threads are at, and when its client is gone."""

import asyncio
import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

LAST_STEP = 2.0
"""Seconds that a step of the worker's may take to end after the client has left."""
PATIENCE = 5.0
"""Seconds that everything together may take to end after the client has left."""
LAST_PATIENCE = 20.0
"""Seconds after which not even Python is waited for, and the code is 1: a native call may hold its lock."""
_INTERRUPTED = 130
"""The exit code after Ctrl-C, as a shell has it."""
INTERVAL = 3.0
"""Seconds between looks at the client's process."""


def at_last(code: int) -> None:
    """From now on the process ends in time, with `code` if Python gets to it."""
    timer = threading.Timer(PATIENCE, at_once, (code,))
    timer.daemon = True
    timer.start()
    faulthandler.dump_traceback_later(LAST_PATIENCE, exit=True, file=os.open(os.devnull, os.O_WRONLY))


def interrupted() -> int:
    """Take note of Ctrl-C, so that another one comes not between; says the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return _INTERRUPTED


def at_once(code: int) -> NoReturn:
    """End without clearing up: while a thread is in a native call, that would abort the process."""
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)


async def with_client(process: Callable[[], int | None]) -> None:
    """End by SystemExit when the client's process, once it is known, has ended."""
    while (number := process()) is None or is_alive(number):  # noqa: ASYNC110 -- no event tells of it
        await asyncio.sleep(INTERVAL)
    at_last(1)
    asyncio.get_running_loop().call_soon(
        sys.exit, 1
    )  # raised here, it would be logged as what nobody asked the task for


def code_of(left: SystemExit) -> int:
    return left.code if isinstance(left.code, int) else 1


def is_alive(process: int) -> bool:
    """Whether such a process runs, as far as this system tells without harm: on Windows, asking would end it."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return not Path(f"/proc/{process}/stat").read_bytes().rpartition(b") ")[2].startswith(b"Z")
    except OSError:  # this system does not tell whether it is but to be waited for
        return True
