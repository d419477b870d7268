"""Several processes that work: in order, each prepared once, and gone when nobody reads on."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from lacuna.infill import many
from lacuna.syntax.errors import ModelError

THINGS = range(5000)


def doubling() -> Callable[[int], int]:
    return lambda number: 2 * number


def counting() -> Callable[[int], tuple[int, int]]:
    """The work tells its process and how many things that has seen, this one included."""
    seen: list[int] = []
    return lambda number: (seen.append(number), (os.getpid(), len(seen)))[1]


def hesitating() -> Callable[[int], int]:
    raise ModelError("There is no artifact.")


def failing() -> Callable[[int], int]:
    return lambda number: 1 // (3 - number)


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_things(jobs: int):
    assert list(many.in_order(doubling, range(9), jobs)) == [0, 2, 4, 6, 8, 10, 12, 14, 16]


def test_one_job_is_done_by_this_process():
    assert list(many.in_order(counting, range(3), 1)) == [(os.getpid(), 1), (os.getpid(), 2), (os.getpid(), 3)]


def test_a_process_prepares_once():
    found = list(many.in_order(counting, range(40), 2))
    workers = {process for process, _ in found}
    assert os.getpid() not in workers
    for worker in workers:
        counts = [count for process, count in found if process == worker]
        assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_preparing_raises_is_raised_here(jobs: int):
    with pytest.raises(ModelError, match=r"There is no artifact\."):
        list(many.in_order(hesitating, range(3), jobs))


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_the_work_raises_is_raised_after_the_results_before_it(jobs: int):
    results = many.in_order(failing, range(9), jobs)
    assert [next(results), next(results), next(results)] == [0, 0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert not multiprocessing.active_children()


def test_processes_end_when_nobody_reads_on():
    results = many.in_order(doubling, THINGS, 2)
    next(results)
    assert multiprocessing.active_children()
    results.close()
    assert not multiprocessing.active_children()


def test_processes_of_others_are_left_alone():
    other = multiprocessing.get_context("spawn").Process(target=signal.pause)
    other.start()
    try:
        results = many.in_order(doubling, THINGS, 2)
        next(results)
        results.close()
        assert multiprocessing.active_children() == [other]
    finally:
        other.kill()
        other.join()


def test_a_process_that_was_killed_is_one_sentence():
    results = many.in_order(doubling, THINGS, 2)
    next(results)
    os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
    with pytest.raises(ModelError, match="try fewer --jobs"):
        list(results)


def test_an_interrupt_is_the_command_s_to_handle():
    results = many.in_order(counting, THINGS, 2)
    process, _ = next(results)
    os.kill(process, signal.SIGINT)
    assert len(list(results)) == len(THINGS) - 1


POLITE_KILL = """
import os, sys
from lacuna.infill import many

def waiting():
    # At once: both write to one pipe.
    return lambda seconds: (os.write(1, b"%d\\n" % os.getpid()), __import__("time").sleep(seconds))

if __name__ == "__main__":
    list(many.in_order(waiting, [60, 60], 2))
"""


def test_a_polite_kill_ends_the_processes(tmp_path):
    (tmp_path / "asking.py").write_text(POLITE_KILL)
    command = subprocess.Popen([sys.executable, tmp_path / "asking.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    workers = [int(command.stdout.readline()) for _ in range(2)]
    command.send_signal(signal.SIGTERM)
    command.communicate(timeout=60)
    assert command.returncode != 0
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)
