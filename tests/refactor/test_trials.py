"""Edits that break the tests are found and taken out; what failed before does not count."""

import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.refactor import testruns
from lacuna.refactor.applying import Applied, Wishes, apply
from lacuna.refactor.carrying import Interrupted
from lacuna.refactor.journal import RunError, journal_of
from lacuna.refactor.records import FileState, Stage
from lacuna.refactor.state import State, state_of
from lacuna.refactor.testruns import Ran, ShellTests, failed_tests, new_ones
from lacuna.refactor.trials import TrialError
from lacuna.refactor.undoing import resume, undo
from tests.refactor.plans import at, contents, laid_out, plan_for, planned

ORIGINALS = {f"f{n}.py": b"a b c d\n" for n in range(8)}
PASSED = Ran(is_passed=True)


def failed(*names: str) -> Ran:
    return Ran(is_passed=False, failed=frozenset(names), words="ended with exit code 1")


class Breaking:
    """Tests that fail while any of some edits is in the tree: `f3.py:b` is that of b in f3.py."""

    def __init__(self, tree: Path, *breaking: str, always: tuple[str, ...] = ()) -> None:
        self._tree, self._breaking, self._always = tree, breaking, always
        self.count = 0

    def __call__(self) -> Ran:
        self.count += 1
        edits = {
            f"{path}:{letter.lower()}"
            for path, data in contents(self._tree).items()
            for letter in data.decode()
            if letter.isupper()
        }
        names = {*edits.intersection(self._breaking), *self._always}
        return failed(*names) if names else PASSED


@pytest.fixture
def state(tmp_path: Path) -> State:
    return state_of(laid_out(tmp_path / "tree", ORIGINALS))


def applied(state: State, tests: testruns.Tests | None) -> Applied:
    """Apply a plan that makes every letter upper case, by a site each."""
    text = "a b c d\n"
    sites = [at(text, n, letter, letter.upper()) for n, letter in enumerate(text) if letter.isalpha()]
    files = [planned(path, data, *sites) for path, data in ORIGINALS.items()]
    return apply(plan_for(state.tree, state.tree.parent / "plan", files), state, Wishes(tests=tests))


def without(*dropped: str) -> dict[str, bytes]:
    """The tree with all edits but some."""
    found = {path: data.upper() for path, data in ORIGINALS.items()}
    for name in dropped:
        path, letter = name.split(":")
        found[path] = found[path].replace(letter.upper().encode(), letter.encode())
    return found


def dropped(done: Applied) -> list[str]:
    return [f"{record.file}:{'abcd'[site.number]}" for record in done.records for site in record.dropped]


@pytest.mark.parametrize(
    ("breaking", "most_runs"),
    [
        pytest.param([], 2, id="none"),
        pytest.param(["f3.py:b"], 2 + 2 * 5, id="one"),
        pytest.param(["f0.py:a"], 2 + 2 * 5, id="the first"),
        pytest.param(["f7.py:d"], 2 + 2 * 5, id="the last"),
        pytest.param(["f3.py:b", "f3.py:c"], 2 + 4 * 5, id="two in a file"),
        pytest.param(["f0.py:a", "f7.py:d"], 2 + 4 * 5, id="two far apart"),
        pytest.param([f"f5.py:{letter}" for letter in "abcd"], 2 + 8 * 5, id="a whole file"),
        pytest.param([f"f{n}.py:{letter}" for n in range(8) for letter in "abcd"], 70, id="all"),
    ],
)
def test_what_breaks_the_tests_is_taken_out_and_the_rest_stays(state: State, breaking: list[str], most_runs: int):
    tests = Breaking(state.tree, *breaking)
    done = applied(state, tests)
    assert contents(state.tree) == without(*breaking)
    assert dropped(done) == breaking
    assert tests.count <= most_runs
    journal = journal_of(state, None)
    assert tuple(journal.records.values()) == done.records
    assert journal.run.stage is Stage.DONE
    undo(state.tree, journal)
    assert contents(state.tree) == ORIGINALS


def test_a_file_of_which_nothing_stays_is_as_it_was(state: State):
    done = applied(state, Breaking(state.tree, *(f"f5.py:{letter}" for letter in "abcd")))
    assert {record.file: record.state for record in done.records}["f5.py"] is FileState.REVERTED


def test_edits_that_break_only_together_do_not_both_stay(state: State):
    def tests() -> Ran:
        found = contents(state.tree)
        return failed("t") if b"A" in found["f1.py"] and b"D" in found["f6.py"] else PASSED

    done = applied(state, tests)
    assert dropped(done) == ["f6.py:d"]
    assert tests().is_passed


def test_tests_that_failed_before_do_not_count(state: State):
    done = applied(state, Breaking(state.tree, "f2.py:c", always=("old",)))
    assert contents(state.tree) == without("f2.py:c")
    assert done.run
    assert done.run.failing == ("old",)


def test_tests_that_do_not_tell_what_failed_before_write_nothing(state: State):
    with pytest.raises(TrialError, match=r"^The tests ended with exit code 1 before .*; no file changed\.$"):
        applied(state, failed)
    assert contents(state.tree) == ORIGINALS
    assert list(state.runs.iterdir()) == []


def test_a_file_that_is_edited_while_the_tests_run_is_left(state: State):
    breaking = Breaking(state.tree, "f1.py:a", "f2.py:b")

    def tests() -> Ran:
        if breaking.count == 1:
            (state.tree / "f1.py").write_bytes(b"A edited")
        return breaking()

    done = applied(state, tests)
    assert {record.file for record in done.records if record.state is FileState.LEFT} == {"f1.py"}
    assert (state.tree / "f1.py").read_bytes() == b"A edited"


# --- Ctrl-C


class InterruptedAt:
    """Tests during which somebody presses Ctrl-C."""

    def __init__(self, tests: Breaking, moment: int) -> None:
        self._tests, self._moment = tests, moment

    def __call__(self) -> Ran:
        if self._tests.count == self._moment:
            raise KeyboardInterrupt
        return self._tests()


@pytest.mark.parametrize("moment", range(1, 9))
def test_ctrl_c_leaves_a_run_that_is_undone(state: State, moment: int):
    with pytest.raises(Interrupted) as stop:
        applied(state, InterruptedAt(Breaking(state.tree, "f1.py:a", "f6.py:b"), moment))
    assert stop.value.run.number == 1
    journal = journal_of(state, 1)
    assert journal.run.stage is Stage.TESTING
    undo(state.tree, journal)
    assert contents(state.tree) == ORIGINALS


@pytest.mark.parametrize("moment", range(1, 9))
def test_ctrl_c_leaves_a_run_that_is_resumed_and_tested(state: State, moment: int):
    tests = Breaking(state.tree, "f1.py:a", "f6.py:b", always=("old",))
    with pytest.raises(Interrupted):
        applied(state, InterruptedAt(tests, moment))
    resume(state.tree, journal_of(state, 1), tests)
    assert contents(state.tree) == without("f1.py:a", "f6.py:b")


def test_without_tests_a_resumed_run_has_all_that_is_not_known_to_break(state: State):
    with pytest.raises(Interrupted):
        applied(state, InterruptedAt(Breaking(state.tree, "f1.py:a"), 9))
    resume(state.tree, journal_of(state, 1), None)
    assert contents(state.tree) == without("f1.py:a")


def test_ctrl_c_before_anything_was_written_leaves_no_run(state: State):
    with pytest.raises(KeyboardInterrupt):
        applied(state, InterruptedAt(Breaking(state.tree), 0))
    assert contents(state.tree) == ORIGINALS
    assert list(state.runs.iterdir()) == []


def test_a_run_that_began_without_tests_is_not_resumed_with_them(state: State):
    applied(state, None)
    with pytest.raises(RunError, match=r"^Run 1 began without tests"):
        resume(state.tree, journal_of(state, 1), Breaking(state.tree))


# --- what tests print

PYTEST = """
tests/test_a.py::test_x[a - b] FAILED                                    [ 50%]
=========================== short test summary info ============================
FAILED tests/test_a.py::test_one - AssertionError: assert 1 == 2
FAILED my tests/test_a.py::C::test_two[a b]
\x1b[31mFAILED\x1b[0m tests/test_a.py::\x1b[1mtest_three\x1b[0m - ValueError
ERROR tests/test_b.py - ImportError: no
ERROR tests/test_c.py::test_four - fixture 'x' not found
========================= 3 failed, 2 errors in 0.10s ==========================
"""
UNITTEST = """
FAIL: test_one (tests.test_a.C.test_one)
A docstring
ERROR: test_two (tests.test_a.C.test_two) (i=1)
ERROR: setUpClass (tests.test_b.D)
FAILED (failures=1, errors=2)
ERROR: something that a program logged
"""


@pytest.mark.parametrize(
    ("output", "names"),
    [
        pytest.param(
            PYTEST,
            {
                "tests/test_a.py::test_one",
                "my tests/test_a.py::C::test_two[a b]",
                "tests/test_a.py::test_three",
                "tests/test_b.py",
                "tests/test_c.py::test_four",
            },
            id="pytest",
        ),
        pytest.param(
            UNITTEST,
            {
                "FAIL: test_one (tests.test_a.C.test_one)",
                "ERROR: test_two (tests.test_a.C.test_two) (i=1)",
                "ERROR: setUpClass (tests.test_b.D)",
            },
            id="unittest",
        ),
        pytest.param("make: *** [Makefile:3: test] Error 1\n", set(), id="anything else"),
        pytest.param(
            "FAILED a.py::test - no\n!!!!!!!! stopping after 1 failures !!!!!!!!\n", set(), id="not all of them"
        ),
        pytest.param(
            "ERROR t/test_a.py - No\n!!!!!!! Interrupted: 1 error during collection !!!!!!!!\n",
            set(),
            id="none of the others was run",
        ),
    ],
)
def test_names_of_failed_tests_are_read(output: str, names: set[str]):
    assert failed_tests(output.splitlines(keepends=True)) == names


@pytest.mark.parametrize(
    ("name", "before", "count"),
    [
        ("t/a.py::test_x", (), 1),
        ("t/a.py::test_x", ("t/a.py::test_x",), 0),
        ("t/a.py::test_x", ("t/a.py::test_y",), 1),
        ("t/a.py::T::test_x", ("t/a.py",), 0),
        ("t/ba.py::test_x", ("a.py",), 1),
        ("t/a.py", ("t/a.py::test_x",), 1),
        ("FAIL: test_x (t.a.T.test_x)", ("ERROR: t.a (unittest.loader._FailedTest.t.a)",), 0),
        ("ERROR: test_x (a.T)", ("ERROR: a (unittest.loader._FailedTest)",), 0),
        ("FAIL: test_x (t.ab.T.test_x) [n=1]", ("ERROR: t.a (unittest.loader._FailedTest.t.a)",), 1),
        ("FAIL: test_x (t.a.T.test_x)", ("ERROR: test_y (t.a.T.test_y)",), 1),
    ],
)
def test_what_failed_before_is_known_and_what_a_file_that_was_not_loaded_has(
    name: str, before: tuple[str, ...], count: int
):
    assert len(new_ones([name], before)) == count


def test_tests_of_files_that_could_not_be_loaded_before_take_no_edit_out(state: State):
    def tests() -> Ran:
        return failed("t.py::test_left" if b"A" in contents(state.tree)["f1.py"] else "t.py")

    done = applied(state, tests)
    assert contents(state.tree) == without()
    assert dropped(done) == []


@given(st.lists(st.text()))
def test_any_output_is_read(lines: list[str]):
    assert not any("\n" in name for name in failed_tests(lines))


# --- the shell


def test_a_command_runs_in_the_tree_and_its_exit_code_decides(tmp_path: Path):
    assert ShellTests("touch here && test -e here", tmp_path, 60)() == PASSED
    assert (tmp_path / "here").exists()
    assert ShellTests("echo FAILED a.py::b - no; exit 3", tmp_path, 60)() == Ran(
        is_passed=False, failed=frozenset({"a.py::b"}), words="ended with exit code 3"
    )


BEATING = "while :; do echo x >>beats; sleep 0.02; done"


def is_beating(folder: Path) -> bool:
    before = (folder / "beats").stat().st_size
    time.sleep(0.2)
    return (folder / "beats").stat().st_size > before


@pytest.mark.parametrize("ending", ["sleep 60", "trap '' TERM; sleep 60"], ids=["willing", "deaf"])
def test_a_command_that_takes_too_long_ends_with_all_that_it_started(tmp_path: Path, ending: str):
    assert ShellTests(f"{BEATING} & {ending}", tmp_path, 0.5)() == Ran(is_passed=False, words="took longer than 0.5 s")
    assert not is_beating(tmp_path)


def test_what_a_command_leaves_running_ends_with_it(tmp_path: Path):
    assert ShellTests(f"{BEATING} & sleep 0.2", tmp_path, 60)() == PASSED
    assert not is_beating(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["pytest -q -p no:cacheprovider", "unittest"])
def test_real_tests_of_edits_that_follow_each_other_within_a_second(
    tmp_path: Path, runner: str, monkeypatch: pytest.MonkeyPatch
):
    """Edits of one length: a compiled file of the state before would be taken for that of the state after."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    module = b"def f(): return 1\ndef g(): return 2\n"
    test = (
        "import unittest, m\nclass C(unittest.TestCase):\n"
        "    def test_g(self): self.assertEqual(m.g(), 2)\n"
        "    def test_old(self): self.fail()\n"
    )
    state = state_of(laid_out(tmp_path / "tree", {"m.py": module, "test_m.py": test.encode()}))
    text = module.decode()
    sites = [at(text, text.index(old), old, new) for old, new in (("return 1", "return 8"), ("return 2", "return 9"))]
    plan = plan_for(state.tree, tmp_path / "plan", [planned("m.py", module, *sites)])
    done = apply(plan, state, Wishes(tests=ShellTests(f"{sys.executable} -m {runner}", state.tree, 60)))
    assert contents(state.tree)["m.py"] == b"def f(): return 8\ndef g(): return 2\n"
    assert contents(state.tree).keys() == {"m.py", "test_m.py"}
    assert done.run
    assert len(done.run.failing or ()) == 1
