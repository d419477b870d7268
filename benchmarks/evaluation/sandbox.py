"""Run a program of unknown quality in a process of its own and say how it ended.

A limit on accidents, not a wall against attackers: file permissions are the caller's.
"""

import contextlib
import enum
import functools
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass

MEGABYTE = 1 << 20
_PROBE_SECONDS = 10


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


# The token and the program arrive on stdin, so that the program finds neither on a command line nor in a file. Only a
# program that ran to its end reports "passed" with the token; whatever else it writes goes nowhere.
_GUARD = r"""
import os, resource, sys
# In a namespace of its own this is process 1, which signals spare and whose end is everybody's: the program runs below.
program_process = os.fork()
if program_process:
    os.waitpid(program_process, 0)
    os._exit(0)
memory, cpu, file, files, processes = map(int, sys.argv[1:])
token, _, program = sys.stdin.buffer.read().decode("utf-8", "surrogatepass").partition("\n")
sys.argv[1:] = []
report = os.dup(1)
null = os.open(os.devnull, os.O_RDWR)
for stream in (0, 1, 2):
    os.dup2(null, stream)
for name, soft, hard in (
    ("AS", memory, memory), ("CPU", cpu, cpu + 1), ("FSIZE", file, file), ("CORE", 0, 0),
    ("NOFILE", files, files), ("NPROC", processes, processes),
):
    try:
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (soft, hard))
    except (ValueError, OSError, AttributeError):
        pass
def end(outcome):
    os.write(report, outcome.encode())
    os._exit(0)
try:
    code = compile(program, "<task>", "exec", dont_inherit=True)
except (SyntaxError, ValueError):
    end("syntax")
except (MemoryError, RecursionError):
    end("memory")
try:
    exec(code, {})
except AssertionError:
    end("assertion")
except MemoryError:
    end("memory")
except Exception:
    end("exception")
except BaseException:
    end("died")
end("passed " + token)
"""


def run(program: str, limits: Limits = Limits()) -> Outcome:
    """Run the program to its end or to a limit, in a session and a temporary folder of its own, off the network."""
    token = secrets.token_hex(16)
    cpu = int(-(-limits.seconds // 1)) + 1
    numbers = (limits.memory, cpu, limits.file, limits.files, limits.processes)
    guard = (sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _GUARD, *map(str, numbers))
    with tempfile.TemporaryDirectory(prefix="lacuna-eval-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(  # noqa: S603 -- running what a model wrote is the point, within limits
            [*isolation(), *guard],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder, "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"},
        )
        try:
            given = f"{token}\n{program}".encode("utf-8", "surrogatepass")
            report, _ = process.communicate(given, timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            return Outcome.TIMEOUT
        finally:
            _end_session(process)
    return _outcome(report.decode("utf-8", "replace"), token)


def _outcome(report: str, token: str) -> Outcome:
    if report == f"passed {token}":
        return Outcome.PASSED
    claims = {Outcome.SYNTAX, Outcome.ASSERTION, Outcome.MEMORY, Outcome.EXCEPTION}
    return Outcome(report) if report in claims else Outcome.DIED


def _end_session(process: subprocess.Popen[bytes]) -> None:
    """Kill the session: children that the program left behind end, too."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@functools.cache
def isolation() -> tuple[str, ...]:
    """The command that takes network and other processes out of sight, as far as this machine allows; else nothing."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    for flags in (
        ("--net", "--pid", "--fork", "--kill-child"),
        ("--map-root-user", "--net", "--pid", "--fork", "--kill-child"),
        ("--net",),
    ):
        command = (unshare, *flags, "--")
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            tried = subprocess.run(  # noqa: S603 -- a fixed command
                [*command, sys.executable, "-I", "-S", "-c", ""],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PROBE_SECONDS,
                check=False,
            )
            if tried.returncode == 0:
                return command
    return ()
