"""What the sandbox lets a program do, and how it names its end."""

import tempfile
import time
from pathlib import Path

import pytest

from lacuna.benchmarks.evaluation import sandbox
from lacuna.benchmarks.evaluation.sandbox import Limits, Outcome

QUICK = Limits(seconds=1.5, memory=400 * sandbox.MEGABYTE)


@pytest.mark.parametrize(
    ("program", "outcome"),
    [
        pytest.param("assert 1 + 1 == 2", Outcome.PASSED, id="runs to its end"),
        pytest.param("print('x' * 10**6)", Outcome.PASSED, id="output goes nowhere"),
        pytest.param("def f(:\n", Outcome.SYNTAX, id="does not compile"),
        pytest.param("\0", Outcome.SYNTAX, id="null byte"),
        pytest.param("assert 1 + 1 == 3", Outcome.ASSERTION, id="test fails"),
        pytest.param("1 / 0", Outcome.EXCEPTION, id="raises"),
        pytest.param("x = [0] * 10**9", Outcome.MEMORY, id="takes too much memory"),
        pytest.param("while True: pass", Outcome.TIMEOUT, id="never ends"),
        pytest.param("import time; time.sleep(60)", Outcome.TIMEOUT, id="sleeps"),
        pytest.param("raise SystemExit(0)", Outcome.DIED, id="leaves early"),
        pytest.param("import os; os._exit(0)", Outcome.DIED, id="leaves early, hard"),
        pytest.param("import os; os.kill(os.getpid(), 9)", Outcome.DIED, id="kills itself"),
        pytest.param("import os; [os.write(fd, b'passed') for fd in (1, 3)]; os._exit(0)", Outcome.DIED, id="lies"),
        pytest.param("input()", Outcome.EXCEPTION, id="finds no token on stdin"),
        pytest.param("import sys; assert len(sys.argv) == 1", Outcome.PASSED, id="finds no token in its arguments"),
        pytest.param("open('big', 'wb').write(b'x' * 10**7)", Outcome.EXCEPTION, id="writes a big file"),
        pytest.param("import numpy", Outcome.EXCEPTION, id="sees no site packages"),
        pytest.param("import os; assert not os.listdir()", Outcome.PASSED, id="begins in an empty folder"),
        pytest.param("x = '\ud800'; assert len(x) == 1", Outcome.SYNTAX, id="lone surrogate"),
    ],
)
def test_how_a_program_ends(program, outcome):
    assert sandbox.run(program, QUICK) is outcome


@pytest.mark.skipif(not sandbox.isolation(), reason="no namespaces for this user")
def test_no_network_is_in_reach():
    program = "import socket\nassert [name for _, name in socket.if_nameindex()] in ([], ['lo'])"
    assert sandbox.run(program, QUICK) is Outcome.PASSED


def test_children_end_with_the_program():
    with tempfile.TemporaryDirectory() as folder:
        mark = Path(folder, "alive")
        program = f"import os, time\nif os.fork() == 0:\n    time.sleep(1)\n    open({str(mark)!r}, 'w').close()\n"
        assert sandbox.run(program, QUICK) in {Outcome.PASSED, Outcome.EXCEPTION}  # without root it may not fork at all
        time.sleep(1.5)
        assert not mark.exists()


def test_nothing_is_left_behind():
    before = set(Path(tempfile.gettempdir()).glob("lacuna-eval-*"))
    sandbox.run("open('left', 'w').write('x')", QUICK)
    assert set(Path(tempfile.gettempdir()).glob("lacuna-eval-*")) <= before
