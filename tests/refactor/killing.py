"""Runs command lines of `lacuna`, each in a process that is killed at a moment: a driver that tests start.

For each line of its input, a JSON list of a moment and arguments, it prints how many moments there were before the
process was killed, or in all. A moment is a call or a return of any function, Python's own among them. Where the moment
is null, they are not counted: counting takes its time.
"""

import gc
import json
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

from lacuna.cli import main
from lacuna.cli.refactor import apply, group, resume, undo  # noqa: F401 -- imported once, not in each process
from lacuna.refactor import applying, repository, undoing  # noqa: F401 -- the same


def run(moment: int | None, arguments: list[str], count: int) -> None:
    """Run a command line, and be killed at a moment; write how many there were to a pipe."""
    passed = 0

    def note(_frame: FrameType, _event: str, _argument: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    if moment is not None:
        threading.setprofile(note)
        sys.setprofile(note)
    main.run(arguments)
    sys.setprofile(None)
    os.write(count, str(passed).encode())


gc.freeze()  # no copies of what processes share
os.fsync = lambda _handle: None  # what is synced is for power cuts; a kill loses nothing that was written
for line in sys.stdin:
    moment, arguments = json.loads(line)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        run(moment, arguments, writing)
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    sys.stdout.write(f"{os.read(reading, 20).decode() or moment}\n")
    sys.stdout.flush()
    os.close(reading)
