"""Programs run beside whoever answers, in threads: they mostly start and end."""

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from lacuna.benchmarks.evaluation import human_eval
from lacuna.benchmarks.evaluation.filling import Filled
from lacuna.benchmarks.evaluation.human_eval import Scored, Task
from lacuna.benchmarks.evaluation.progress import tracked


def scored(answered: Iterable[tuple[Task, Mapping[str, Filled]]], *, is_confined: bool) -> Generator[Scored]:
    """Score each row while the next ones are answered; rows come in order, each soon after its programs have ended.

    What answering raises is raised after the rows that have ended: an interruption leaves the first of them.
    """
    workers = ThreadPoolExecutor(max_workers=os.cpu_count())
    running: deque[Future[Scored]] = deque()
    try:
        for task, filled in answered:
            running.append(workers.submit(human_eval.score, task, filled, is_confined=is_confined))
            yield from _ended(running)
        for row in tracked(list(running), "Running the rest"):
            row.result()
            yield from _ended(running)
    except (Exception, KeyboardInterrupt):
        workers.shutdown(cancel_futures=True)
        yield from _ended(running)
        raise
    finally:
        workers.shutdown(cancel_futures=True)


def _ended(running: deque[Future[Scored]]) -> Iterator[Scored]:
    """Take rows from the left as far as they have ended."""
    while running and running[0].done() and not running[0].cancelled():
        row = running[0].result()
        running.popleft()
        yield row
