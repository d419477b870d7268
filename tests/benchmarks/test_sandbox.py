"""What the sandbox lets a solution do, what its tests see of it, and how an end is named."""

import os
import socket
import sys
import tempfile
import time
from pathlib import Path

import pytest

from lacuna.benchmarks.evaluation import sandbox
from lacuna.benchmarks.evaluation.sandbox import Limits, Outcome

QUICK = Limits(seconds=4.0, memory=400 * sandbox.MEGABYTE)
SHORT = Limits(seconds=1.5, memory=400 * sandbox.MEGABYTE)
confined = pytest.mark.skipif(not sandbox.confines(), reason="no namespaces for this user")


@pytest.fixture(params=[pytest.param(True, marks=confined, id="confined"), pytest.param(False, id="unsafe")])
def run(request: pytest.FixtureRequest):
    return lambda *programs: sandbox.run(*programs, QUICK, is_confined=request.param)


ADDS = "def add(a, b):\n    return a + b\n"
ENDINGS = {
    "the tests pass": (ADDS, "assert add(1, 2) == 3", Outcome.PASSED),
    "output goes nowhere": ("print('x' * 10**6)", "", Outcome.PASSED),
    "a test fails": (ADDS, "assert add(1, 2) == 4", Outcome.ASSERTION),
    "does not compile": ("def f(:\n", "", Outcome.SYNTAX),
    "null byte": ("\0", "", Outcome.SYNTAX),
    "lone surrogate": ("x = '\ud800'", "", Outcome.SYNTAX),
    "fails at once": ("1 / 0", "x", Outcome.EXCEPTION),
    "fails when it is called": ("def f():\n    return 1 / 0", "f()", Outcome.EXCEPTION),
    "lacks what is called": ("", "f()", Outcome.EXCEPTION),
    "takes too much memory": ("def f():\n    return len([0] * 10**9)", "f()", Outcome.MEMORY),
    "leaves early": ("raise SystemExit(0)", "f()", Outcome.DIED),
    "leaves early when it is called": ("def f():\n    raise SystemExit(0)", "f()", Outcome.DIED),
    "leaves early, hard": ("import os; os._exit(0)", "f()", Outcome.DIED),
    "kills itself": ("import os; os.kill(os.getpid(), 9)", "f()", Outcome.DIED),
    "sees no site packages": ("import numpy", "", Outcome.EXCEPTION),
    "begins in an empty folder": ("import os\nfiles = os.listdir()", "assert files == []", Outcome.PASSED),
    "writes a small file": (
        "open('a', 'w').write('x')\nsize = len(open('a').read())",
        "assert size == 1",
        Outcome.PASSED,
    ),
    "writes a big file": ("open('big', 'wb').write(b'x' * 10**7)", "", Outcome.EXCEPTION),
    "finds nothing in its arguments": ("import sys\nn = len(sys.argv)", "assert n == 1", Outcome.PASSED),
    "finds nothing on standard input": ("input()", "", Outcome.EXCEPTION),
}


@pytest.mark.parametrize(("solution", "tests", "outcome"), ENDINGS.values(), ids=ENDINGS)
def test_how_a_solution_ends(run, solution, tests, outcome):
    assert run(solution, tests + "\nused = 'f add files size n x'") is outcome


@pytest.mark.parametrize("solution", ["while True: pass", "import time; time.sleep(60)"], ids=["never ends", "sleeps"])
def test_time_is_limited(solution):
    assert sandbox.run(solution, "f()", SHORT, is_confined=sandbox.confines()) is Outcome.TIMEOUT


VALUES = (
    *("None", "True", "-(10**30)", "1.1", "float('inf')", "1 + 2j", "'é\\ud800'", "b'\\x00\\xff'"),
    *("[1, [2]]", "(1, (2, [3]))", "{1, 2}", "frozenset({1})", "{(1, 2): [3], 'a': None}", "[]", "{}", "()"),
)


@pytest.mark.parametrize("value", VALUES)
def test_a_value_comes_over_as_it_is(run, value):
    tests = f"found = f({value})\nassert found == {value} and type(found) is type({value})"
    assert run("def f(x):\n    return x", tests) is Outcome.PASSED


def test_tests_see_what_the_solution_defines_and_their_own(run):
    solution = f"import math\nfrom typing import List\nLIMIT = [1, 2]\n{ADDS}class Own(Exception):\n    pass\n"
    tests = (
        "def check(f):\n    import math\n    assert f(1, b=2) == math.floor(3.1)\nassert LIMIT == [1, 2]\ncheck(add)"
    )
    assert run(solution, tests) is Outcome.PASSED


def test_an_error_of_the_solution_can_be_expected(run):
    solution = "def f():\n    raise ValueError('no')"
    assert run(solution, "try:\n    f()\nexcept ValueError:\n    pass\nelse:\n    assert False") is Outcome.PASSED


# --- it cannot say that it passed

WRITE_EVERYWHERE = """
import os
for descriptor in range(64):
    for text in (b'passed', b'{"value": 1}\\n', b'{"ended": "passed"}\\n', b'{"ended": ""}\\n', b'{"names": {}}\\n'):
        try:
            os.write(descriptor, text)
        except OSError:
            pass
"""
FRAMES = """
import gc, sys
def f():
    frame = sys._getframe()
    while frame:
        for name, value in list(frame.f_locals.items()):
            if isinstance(value, str):
                frame.f_locals[name] = 'passed'
        frame = frame.f_back
    return 'passed'
"""
FILES = """
def f():
    for name in ('passed', '/tmp/passed', '/report', '/proc/1/fd/1', '/dev/stdout'):
        try:
            open(name, 'w').write('passed')
        except OSError:
            pass
    return 0
"""
TRACE = "import atexit, sys\nsys.settrace(lambda *_: None)\natexit.register(print, 'passed')\ndef f():\n    return 0"
PATCHES = (
    "import builtins\nbuiltins.AssertionError = ZeroDivisionError\nbuiltins.abs = lambda _: 0\ndef f():\n    return 2"
)
LIES = {
    "an object that equals everything": "class All:\n    __eq__ = lambda *_: True\ndef f():\n    return All()",
    "a number that equals everything": "class All(int):\n    __eq__ = lambda *_: True\ndef f():\n    return All()",
    "other builtins": PATCHES,
    "names of builtins": "def abs(_):\n    return 0\ndef f():\n    return 2",
    "all that its frames hold": FRAMES,
    "everything into all descriptors": WRITE_EVERYWHERE,
    "everything into all descriptors, then out": WRITE_EVERYWHERE + "os._exit(0)",
    "everything into all descriptors, called": "def f():\n" + WRITE_EVERYWHERE.replace("\n", "\n    ") + "os._exit(0)",
    "an exit that says so": "import os\ndef f():\n    os._exit(0)",
    "files": FILES,
    "a trace": TRACE,
}


@pytest.mark.parametrize("solution", LIES.values(), ids=LIES)
def test_a_solution_cannot_say_that_it_passed(run, solution):
    assert run(solution, "assert abs(f() - 1) == 0 and f() == 1") is not Outcome.PASSED


def forging(**names: object) -> str:
    """A solution that takes the pipes from the frame of its server: it defines `names`, and all they say is 0."""
    return f"""
import json, sys
frame = sys._getframe()
while "answers" not in frame.f_locals:
    frame = frame.f_back
answer = {{"names": {names!r}}}
for _ in frame.f_locals["requests"]:
    frame.f_locals["answers"].write(json.dumps(answer).encode() + b"\\n")
    frame.f_locals["answers"].flush()
    answer = {{"value": 0}}
"""


FUNCTION = {"function": None}
FORGED = {
    "what it says comes over": (forging(f=FUNCTION), "assert f() == 0", Outcome.PASSED),
    "no builtin": (forging(f=FUNCTION, abs=FUNCTION), "assert abs(f() - 1) == 0", Outcome.ASSERTION),
    "not all builtins": (
        forging(f=FUNCTION, __builtins__={"value": {"dict": []}}),
        "assert __builtins__ is not None and abs(f()) == 0",
        Outcome.PASSED,
    ),
    "nothing that tests do not name": (
        forging(f=FUNCTION, g=FUNCTION),
        "f\nassert set(globals()) & {'f', 'g'} == {'f'}",
        Outcome.PASSED,
    ),
    "no module": (
        forging(f={"module": "wave"}),
        "f\nimport sys\nassert 'wave' not in sys.modules",
        Outcome.PASSED,
    ),
}


@pytest.mark.parametrize(("solution", "tests", "outcome"), FORGED.values(), ids=FORGED)
def test_a_solution_that_answers_by_itself_defines_only_what_tests_want_of_it(run, solution, tests, outcome):
    assert run(solution, tests) is outcome


# --- what is out of its reach

REACHES = {
    "no interface": "import socket\ntry:\n    socket.if_nameindex()\nexcept OSError:\n    ok = True",
    "no connection": (
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', {port}), 1)\nexcept OSError:\n    ok = True"
    ),
    "no socket of another family": (
        "import socket\nok = True\nfor family in range(2, 64):\n    for make in (socket.socket, socket.socketpair):\n"
        "        try:\n            make(family, socket.SOCK_DGRAM)\n            ok = False\n"
        "        except OSError as error:\n            ok &= error.errno == 97"
    ),
    "no socket from a ring": "import ctypes\nok = call('syscall', 425, 1, ctypes.create_string_buffer(120)) == -1",
    "no socket of the system's": "try:\n    open('{secret}.socket')\nexcept FileNotFoundError:\n    ok = True",
    "no file of the user's": "try:\n    open('{secret}')\nexcept FileNotFoundError:\n    ok = True",
    "no file to write": "import os\nok = not any(os.access(top, os.W_OK) for top in ('/', '/usr', '/dev', '{base}'))",
    "no other process": "import os\ntry:\n    os.kill({process}, 0)\nexcept OSError:\n    ok = True",
    "not even those that it can count": "import os\nok = os.getpid() < 5 and not os.path.exists('/proc/1')",
    "no mount": "ok = call('mount', b'none', b'/tmp', b'tmpfs', 0, None) != 0",
    "no namespace": "ok = all(call('unshare', flag) != 0 for flag in (0x10000000, 0x00020000, 0x40000000))",
    "no fork": "import os\ntry:\n    os.fork()\nexcept OSError:\n    ok = True",
    "no thread": ("import _thread\ntry:\n    _thread.start_new_thread(print, ())\nexcept RuntimeError:\n    ok = True"),
    "no memory that no process has": "ok = call('shmget', 0, 1 << 30, 0o1600) < 0",
    "no home": "import os\nok = not os.path.exists('/home') and not os.path.exists('/etc/passwd')",
    "no other root": "import os\ntry:\n    os.chroot('/tmp')\nexcept OSError:\n    ok = True",
    "no other host name": "import socket\ntry:\n    socket.sethostname('x')\nexcept OSError:\n    ok = True",
    "no many files": (
        "try:\n    for n in range(10**4):\n        open(str(n), 'w').write('x' * 10**6)\n"
        "except OSError:\n    ok = n < 100"
    ),
    "no device": "import os\ntry:\n    os.mknod('/tmp/d', 0o60666, os.makedev(8, 0))\nexcept OSError:\n    ok = True",
}
CALL = (
    "import ctypes\ndef call(name, *arguments):\n    return getattr(ctypes.CDLL(None), name)(*arguments)\nok = False\n"
)


@confined
@pytest.mark.parametrize("solution", REACHES.values(), ids=REACHES)
def test_a_solution_reaches_nothing_outside(tmp_path, solution):
    (tmp_path / "secret").write_text("text")
    with socket.create_server(("127.0.0.1", 0)) as server:
        for name, value in (
            ("port", server.getsockname()[1]),
            ("secret", tmp_path / "secret"),
            ("base", sys.base_prefix),
            ("process", os.getpid()),
        ):
            solution = solution.replace(f"{{{name}}}", str(value))
        assert sandbox.run(CALL + solution, "assert ok", QUICK) is Outcome.PASSED


@confined
def test_what_a_solution_left_running_ends_with_it():
    before = processes()
    sandbox.run("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass", "f()", SHORT)
    time.sleep(0.2)
    assert processes() <= before


def processes() -> set[str]:
    """Of the sandbox, by their command lines; others come and go."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"evaluation.guard" in (process / "cmdline").read_bytes():
                found.add(process.name)
        except OSError:
            pass
    return found


def test_nothing_is_left_behind(run):
    before = set(Path(tempfile.gettempdir()).glob("lacuna-eval-*"))
    run("open('left', 'w').write('x')", "")
    assert set(Path(tempfile.gettempdir()).glob("lacuna-eval-*")) <= before
