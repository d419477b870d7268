"""Ctrl-C in mid-denoising: at most one more step starts, no file changes, nothing but a sentence is said."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

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
