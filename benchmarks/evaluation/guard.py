"""The process that `sandbox` starts for a solution or for its tests: it confines itself, then runs either."""

import contextlib
import os
import resource
import sys
from pathlib import Path

from lacuna.benchmarks.evaluation import confinement, exchange

SOLUTION, TESTS = "solution", "tests"


def main() -> None:
    """Arguments: the role, the descriptors for requests and answers, an empty folder or nothing, the limits."""
    role, requests, answers, place, *limits = sys.argv[1:]
    program = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
    report = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
    if place:
        confinement.enter(Path(place))
    _limit(*map(int, limits))
    del sys.argv[1:]
    sys.path[:] = [entry for entry in sys.path if entry.startswith(sys.base_prefix) and "-packages" not in entry]
    if role == SOLUTION:
        os.close(report)
        with open(int(requests), "rb") as asked, open(int(answers), "wb") as answered:  # noqa: PTH123 -- descriptors
            exchange.serve(program, asked, answered)
        os._exit(0)
    with open(int(requests), "wb") as asking, open(int(answers), "rb") as told:  # noqa: PTH123 -- the same
        os.write(report, exchange.tested(program, asking, told).encode())
        os._exit(0)


def _limit(memory: int, cpu: int, file: int, files: int, processes: int) -> None:
    for name, soft, hard in (
        ("AS", memory, memory),
        ("CPU", cpu, cpu + 1),
        ("FSIZE", file, file),
        ("CORE", 0, 0),
        ("NOFILE", files, files),
        ("NPROC", processes, processes),
        ("MSGQUEUE", 0, 0),
    ):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (soft, hard))
