"""The same work on many things, in one process or in several; results come in the order of the things."""

import functools
import multiprocessing
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar, cast

from lacuna.syntax.errors import ModelError

Thing = TypeVar("Thing")
Result = TypeVar("Result")
Work = Callable[[Thing], Result]


def in_order(prepare: Callable[[], Work[Thing, Result]], things: Sequence[Thing], jobs: int) -> Iterator[Result]:
    """Yield what the work makes of each thing; with several jobs, each process calls `prepare` once for its own work.

    With several jobs, `prepare`, things and results are pickled. What `prepare` or the work raises is raised here.
    Raises ModelError when a process is ended from outside. Closing the iterator ends the processes.
    """
    if jobs == 1:
        yield from map(prepare(), things)
        return
    others = set(multiprocessing.active_children())
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # else a polite kill would leave the processes
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _begin, (pickle.dumps(prepare),))
    try:
        # Not `map`: that cancels what is pending when a process dies, and Python 3.11's executor then hangs.
        for future in [pool.submit(_worked, thing) for thing in things]:
            yield cast(Result, future.result())
    except BrokenProcessPool as error:
        raise ModelError("A process that answered was ended, perhaps for want of memory; try fewer --jobs.") from error
    except BaseException:  # nobody will read what they are still at
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        signal.signal(signal.SIGTERM, before)


# --- in a process of the pool

_work: Callable[[], Work[Any, Any]]


def _begin(prepare: bytes) -> None:
    """Preparing waits for the first thing: what it raises there reaches the caller; here it would only be logged.

    What is pickled waits, too: loading its modules takes long, and until here Ctrl-C would end this process loudly.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the command, and that ends its processes
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    @functools.cache
    def work() -> Work[Any, Any]:
        found: Work[Any, Any] = pickle.loads(prepare)()  # noqa: S301 -- this command has pickled it
        return found

    global _work  # noqa: PLW0603 -- a process of a pool does one work all its life
    _work = work


def _worked(thing: Thing) -> object:
    return _work()(thing)
