"""Run a solution of unknown quality against its tests, each in a process of its own, and say how that ended.

Both processes have no network, see no file but the interpreter's, and no other process. The solution has no way to say
that it passed: the tests do, which see plain values of it.
"""

import contextlib
import enum
import functools
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lacuna.benchmarks.evaluation import confinement
from lacuna.benchmarks.evaluation.guard import SOLUTION, TESTS
from lacuna.syntax.errors import UsageError

MEGABYTE = 1 << 20
_PROBE_SECONDS = 10.0
_PROGRAM = """
import sys
sys.path[:] = {path}
from lacuna.benchmarks.evaluation import confinement
from lacuna.benchmarks.evaluation.guard import main
main()
"""


class Outcome(enum.StrEnum):
    PASSED = "passed"
    SYNTAX = "syntax"
    ASSERTION = "assertion"
    MEMORY = "memory"
    EXCEPTION = "exception"
    TIMEOUT = "timeout"
    DIED = "died"
    """Left before its last line: an early exit, a signal, the limit on CPU time."""


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: float = 3.0
    """Wall clock; CPU time may be a second more, rounded up."""
    memory: int = 1024 * MEGABYTE
    file: int = 1 * MEGABYTE
    files: int = 64
    processes: int = 1


def run(solution: str, tests: str, limits: Limits = Limits(), *, is_confined: bool = True) -> Outcome:
    """Run both to their end or to a limit. The tests call what the solution defines, and see copies of plain values."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="lacuna-eval-", ignore_cleanup_errors=True))
        requests, answers = os.pipe(), os.pipe()
        try:
            ends = {SOLUTION: (requests[0], answers[1]), TESTS: (requests[1], answers[0])}
            solving, testing = (
                stack.enter_context(_started(role, own, Path(folder, role), limits, is_confined=is_confined))
                for role, own in ends.items()
            )
        finally:
            for end in (*requests, *answers):
                os.close(end)
        _give(solving, solution)
        _give(testing, tests)
        try:
            report, _ = testing.communicate(timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            return Outcome.TIMEOUT
    return Outcome(report.decode() or Outcome.DIED)


@contextlib.contextmanager
def _started(
    role: str, ends: tuple[int, int], place: Path, limits: Limits, *, is_confined: bool
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own; ends with all that it left behind when the block ends."""
    place.mkdir()
    inside = str(confinement.FOLDER) if is_confined else str(place)
    program = _PROGRAM.format(path=[entry for entry in sys.path if Path(entry).is_absolute()])
    cpu = int(-(-limits.seconds // 1)) + 1
    numbers = (limits.memory, cpu, limits.file, limits.files, limits.processes)
    process = subprocess.Popen(  # noqa: S603 -- running what a model wrote is the point, within limits
        [
            *(sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", program, role),
            *map(str, (*ends, place if is_confined else "", *numbers)),
        ],
        pass_fds=ends,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=place,
        env={"PATH": "/usr/bin:/bin", "HOME": inside, "TMPDIR": inside, "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"},
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _give(process: subprocess.Popen[bytes], program: str) -> None:
    assert process.stdin, "a pipe"
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(program.encode("utf-8", "surrogatepass"))
    process.stdin = None


@functools.cache
def confines() -> bool:
    """Whether this machine lets this user confine a process."""
    if sys.platform != "linux":
        return False
    return run("", "", Limits(seconds=_PROBE_SECONDS)) is Outcome.PASSED


def require() -> None:
    """Raise UsageError where programs cannot be confined."""
    if not confines():
        raise UsageError(
            "This machine lets you make no namespaces: programs of a model would run with all your rights. "
            "--unsafe runs them so."
        )
