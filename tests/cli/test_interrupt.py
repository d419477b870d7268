"""Ctrl-C, whenever it comes: at most one more step starts, no file changes, nothing but a sentence is said."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.refactor.plans import laid_out, plan_for, planned, replacing

ROOT = Path(__file__).parents[2]

# An infill of slow steps that notes when each begins, in a process of its own that can be interrupted.
SLOW = """
import pathlib, signal, sys, time
from lacuna.cli import main
from lacuna.infill.opening import OpenModel
from lacuna.infill.request import Draft

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
started = open("started", "a", buffering=1)

def infill(request):
    try:
        for step in range(1, 200):
            print(time.monotonic(), file=started)
            time.sleep(0.05)
            yield Draft(step, (("x", None),))
    finally:
        pathlib.Path("closed").touch()

sys.exit(main.run(sys.argv[1:], lambda options: OpenModel(infill)))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text("x = <fill>\n")
    return tmp_path


@pytest.fixture
def filling(folder: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-I", "-c", SLOW, "fill", "a.py", "--write", *request.param]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def steps_started(folder: Path) -> list[float]:
    """When each step began, by the clock that all processes share."""
    path = folder / "started"
    return (
        [float(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
        if path.exists()
        else []
    )


@pytest.mark.parametrize("filling", [[], ["--watch"], ["--json"]], ids=["plain", "watched", "json"], indirect=True)
def test_ctrl_c_stops_before_another_step(folder: Path, filling: subprocess.Popen[str]):
    while len(steps_started(folder)) < 3:
        assert filling.poll() is None
        time.sleep(0.01)
    filling.send_signal(signal.SIGINT)
    signalled = time.monotonic()
    out, err = filling.communicate(timeout=10)

    assert filling.returncode == 130
    assert sum(began > signalled for began in steps_started(folder)) <= 1
    assert (folder / "closed").exists()
    assert (folder / "a.py").read_text() == "x = <fill>\n"
    assert {path.name for path in folder.iterdir()} == {"a.py", "started", "closed"}
    assert out == ""
    assert err.endswith("lacuna: interrupted; no file changed.\n")
    assert "Traceback" not in err


# --- before and after a command is at work

COMMANDS = {
    "--help": ("--help",),
    "fill": ("fill", "a.py", "--threshold", "0"),
    "refactor plan": ("refactor", "plan", "f-strings", "b.py", "--jobs", "1"),
    "refactor apply": ("refactor", "apply", "plan"),
}
ENDS = {0: "", -signal.SIGINT: "", 130: "interrupted"}
"""What is said by the exit code: for a shell a process that SIGINT has ended has the code 130, too."""


@pytest.fixture
def launcher(folder: Path) -> Path:
    """The installed command, whose interpreter says on standard error what it has imported."""
    launcher = folder / "environment" / "lacuna"
    launcher.parent.mkdir()
    shutil.copy(ROOT / "editor-clients" / "launcher" / "lacuna", launcher)
    python = launcher.with_name("python3")
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -X importtime "$@"\n')
    python.chmod(0o755)
    return launcher


def interrupted(command: Sequence[str | Path], module: str, delay: float, folder: Path) -> tuple[int, str]:
    """Send Ctrl-C some time after a module was imported; return the exit code, and what is said."""
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 -- one thread
    ) as process:
        assert process.stderr
        assert any(line.split()[-1] == module for line in process.stderr)
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        said = [line for line in process.stderr if not line.startswith("import")]
        return process.wait(timeout=60), "".join(said)


@pytest.mark.slow
@pytest.mark.timeout(300)  # dozens of processes: long beside other tests
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_ctrl_c_prints_no_traceback_whenever_it_comes(folder: Path, launcher: Path, command: tuple[str, ...]):
    data = b"x = old\n"
    plan_for(folder, folder / "plan", [planned("b.py", data, replacing(data.decode(), "old", "new"))])
    for delay in range(0, 600, 50):
        laid_out(folder, {"b.py": data})  # as a command that is not interrupted changes it
        code, said = interrupted([launcher, *command], "site", delay / 1000, folder)
        assert code in ENDS
        assert "Traceback" not in said
        assert ENDS[code] in said


def test_ctrl_c_while_python_imports_us_ends_the_process_without_a_word(folder: Path):
    command = [sys.executable, "-X", "importtime", "-I", "-m", "lacuna.cli", "--help"]
    # One of the first that is imported behind what sees to Ctrl-C.
    assert interrupted(command, "click._compat", 0, folder) == (-signal.SIGINT, "")
