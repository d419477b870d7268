"""Work of an unknown price, in a process of its own that the system ends when it takes too much."""

import contextlib
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

from lacuna.syntax.errors import LacunaError

Result = TypeVar("Result")

_MEMORY = 4 * 1024**3
"""Bytes of address space."""


class LimitError(Exception):
    """The work took more than it may; the caller knows how to say so."""


def limited(seconds: int, work: Callable[..., Result], *arguments: object) -> Result:
    """What the work makes of the arguments, all three pickled; it has so many seconds of CPU.

    For work in C that never comes back to Python, where neither a signal nor a clock of ours is looked at. A
    LacunaError that the work raises is raised here. Ctrl-C ends both processes.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, seconds, work, arguments), daemon=True)
    with deaf_to_ctrl_c():
        process.start()
    sender.close()  # what ends the process ends the pipe
    try:
        found = receiver.recv()
    except EOFError as error:
        raise LimitError from error
    finally:
        process.kill()
        process.join()
        receiver.close()
    if isinstance(found, LacunaError):
        raise found
    return cast(Result, found)


@contextlib.contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Ctrl-C waits until the block has ended; what is started in it never hears of it, and is ended by us."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(sender: Connection, seconds: int, work: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 -- Windows has none

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    try:
        sender.send(work(*arguments))
    except LacunaError as error:
        sender.send(error)
