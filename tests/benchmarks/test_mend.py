"""`lacuna eval mend`: which faults are planted, what counts as mended and as harmed."""

import functools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lacuna.benchmarks.evaluation import mend, sandbox
from lacuna.benchmarks.evaluation.doubt import Planted
from lacuna.benchmarks.evaluation.human_eval import Task
from lacuna.benchmarks.evaluation.sandbox import Outcome
from lacuna.cli.exit_codes import ExitCode
from lacuna.infill.doubt import reworked
from lacuna.infill.infill import infill
from lacuna.infill.opening import OpenModel
from lacuna.model.denoiser import Scene
from lacuna.syntax.spans import Span
from tests.infill.scripted import Scripted

HEADER = 'def half(n):\n    """Half of n, 2 of 4."""\n'
SOUND = f"{HEADER}    spare = 0\n    return n / 2\n\n"
TASK = Task(
    task_id="SingleLineInfilling/HumanEval/4/L1",
    entry_point="half",
    prompt=f"{HEADER}    spare = 0\n",
    suffix="",
    canonical_solution="    return n / 2\n",
    test="def check(f):\n    assert f(4) == 2\n",
)
BODY = Span(len(HEADER) + 4, len(SOUND) - 2)


class Here:
    """Runs programs in this process, and keeps what it ran."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def __call__(self, solution: str, tests: str) -> Outcome:
        self.ran.append(solution)
        try:
            exec(solution + tests, {})  # noqa: S102 -- our own text, with one token swapped
        except SyntaxError:
            return Outcome.SYNTAX
        except AssertionError:
            return Outcome.ASSERTION
        except Exception:  # noqa: BLE001 -- whatever a fault leads to
            return Outcome.EXCEPTION
        return Outcome.PASSED


def opened(answers: Callable[[Scene], dict[str, float]], **belonging: float) -> OpenModel:
    denoiser = Scripted(answers, belonging=belonging)
    return OpenModel(functools.partial(infill, denoiser), reworked=functools.partial(reworked, denoiser))


def case(wrong: str = "*", right: str = "/") -> mend.Case:
    at = SOUND.index(right)
    text = SOUND.replace(right, wrong)
    faulty = Planted("HumanEval/4", text, BODY, Span(at, at + len(wrong)), right)
    return mend.Case("HumanEval/4", TASK.tests, SOUND, BODY, faulty, Outcome.ASSERTION)


# --- which faults


def test_a_fault_that_no_test_notices_or_that_does_not_compile_is_drawn_again():
    again = 0
    for seed in range(40):
        tests = Here()
        found = mend.planted(TASK, seed, tests)
        first, *drawn = tests.ran
        assert first == SOUND
        ends = [Here()(text, TASK.tests) for text in drawn]
        assert not {Outcome.ASSERTION, Outcome.EXCEPTION} & set(ends[:-1])
        if found is None:
            assert (len(drawn), ends[-1] in (Outcome.PASSED, Outcome.SYNTAX)) == (mend.TRIES, True)
            continue
        assert (found.problem, found.sound, found.body) == ("HumanEval/4", SOUND, BODY)
        assert (found.faulty.text, found.failed) == (drawn[-1], ends[-1])
        again += len(drawn) > 1
    assert again


def test_faults_stand_in_the_function_that_is_asked_for_behind_its_docstring():
    helper = "def halves(n):\n    return n\n\n"
    task = Task(TASK.task_id, "half", helper + TASK.prompt, "", TASK.canonical_solution, TASK.test)
    for seed in range(20):
        found = mend.planted(task, seed, Here())
        if found:
            assert found.faulty.text.startswith(helper + HEADER)
            assert found.sound[found.body.start : found.body.end] == "spare = 0\n    return n / 2"


@pytest.mark.parametrize(
    ("task", "ran"),
    [
        pytest.param(Task("a/b/4", "half", HEADER, "", "    return n\n", TASK.test), 1, id="wrong from the beginning"),
        pytest.param(Task("a/b/4", "f", "def g():\n    pass\n", "", "", ""), 0, id="no such function"),
        pytest.param(Task("a/b/4", "half", HEADER, "", "", ""), 0, id="nothing but a docstring"),
    ],
)
def test_a_problem_without_a_function_that_passes_is_left_out(task: Task, ran: int):
    tests = Here()
    assert mend.planted(task, 0, tests) is None
    assert len(tests.ran) == ran


def test_a_problem_is_asked_about_once():
    other = Task("SingleLineInfilling/HumanEval/6/L0", "half", HEADER, "", "", "")
    assert mend.problems([TASK, TASK, other, TASK]) == [TASK, other]


# --- what becomes of them


def told(model: OpenModel, strength: float = 0.05, which: mend.Case | None = None) -> tuple[mend.Reworked, list[str]]:
    tests = Here()
    (found,) = mend.rework(which or case(), model, [strength], 0.0, tests)
    return found, tests.ran


def test_what_is_written_anew_as_it_was_before_the_fault_is_mended_exactly():
    found, ran = told(opened(lambda _: {"/": 1.0}, **{"*": 0.1, "/": 0.1}))
    assert (found.is_mended, found.is_exact, found.is_unchanged) == (True, True, False)
    assert (found.is_harmed, found.is_changed) == (False, False)
    assert not ran, "how both texts end is known"


def test_what_passes_the_tests_in_other_words_is_mended():
    found, ran = told(opened(lambda _: {"//": 1.0}, **{"*": 0.1, "/": 0.1}))
    assert (found.is_mended, found.is_exact, found.is_unchanged) == (True, False, False)
    assert (found.is_harmed, found.is_changed) == (False, True)
    assert ran == [SOUND.replace("/", "//")], "equal texts run once"
    assert found.faulty == found.sound == mend.Program(ran[0], Outcome.PASSED)


def test_what_passed_its_tests_and_no_longer_does_is_harmed():
    found, ran = told(opened(lambda _: {"+": 1.0}, **{"*": 0.1, "/": 0.1}))
    assert (found.is_mended, found.is_exact, found.is_unchanged) == (False, False, False)
    assert (found.is_harmed, found.is_changed) == (True, True)
    assert found.sound == mend.Program(ran[0], Outcome.ASSERTION)


def test_strength_0_changes_nothing():
    found, ran = told(opened(lambda _: {"+": 1.0}, **{"*": 0.1, "/": 0.1}), 0.0)
    assert (found.is_mended, found.is_exact, found.is_unchanged) == (False, False, True)
    assert (found.is_harmed, found.is_changed) == (False, False)
    assert (found.faulty, found.sound) == (
        mend.Program(case().faulty.text, Outcome.ASSERTION),
        mend.Program(SOUND, Outcome.PASSED),
    )
    assert not ran


def test_shares_are_of_functions_at_each_strength():
    def of(strength: float, text: str, outcome: Outcome) -> mend.Reworked:
        faulty = mend.Program(text, outcome)
        sound = mend.Program(SOUND, Outcome.PASSED)
        return mend.Reworked("p", strength, faulty, sound, is_exact=False, is_unchanged=False, is_changed=True)

    some = [of(0.1, "a", Outcome.PASSED), of(0.2, "b", Outcome.DIED), of(0.1, "c", Outcome.ASSERTION)]
    found = mend.report(
        [case()], some, data="d", problems=3, seed=0, threshold=None, model="scripted", is_confined=True
    )
    assert {strength: one.mended.value for strength, one in found.strengths.items()} == {0.1: 0.5, 0.2: 0.0}
    assert {strength: one.mended.rows for strength, one in found.strengths.items()} == {0.1: 2, 0.2: 1}
    assert [(one.exact.value, one.harmed.value, one.changed.value) for one in found.strengths.values()] == [
        (0, 0, 1)
    ] * 2


# --- the command


class Model:
    """What a scripted denoiser makes of requests, opened as the command line opens a model."""

    open = staticmethod(lambda _options: opened(lambda _: {"+": 1.0}, **{"/": 0.1}))


@pytest.mark.skipif(not sandbox.confines(), reason="no namespaces for this user")
def test_the_report_has_every_text_and_how_it_ended(run, tmp_path: Path):
    fields = ("task_id", "entry_point", "prompt", "suffix", "canonical_solution", "test")
    (tmp_path / "data").write_text(json.dumps({name: getattr(TASK, name) for name in fields}))
    options = ("--strength", 0.05, "--strength", 0, "--threshold", 0, "--seed", 1, "--json", tmp_path / "j")
    ended = run("eval", "mend", tmp_path / "data", *options, model=Model())
    assert ended.code == ExitCode.DONE, ended.err
    assert b"strength 0.05" in ended.out
    found = json.loads((tmp_path / "j").read_text())
    assert (found["problems"], len(found["cases"]), list(found["strengths"])) == (1, 1, ["0.05", "0.0"])
    harmed, same = found["reworked"]
    assert harmed["sound"] == {"text": SOUND.replace("/", "+"), "outcome": "assertion"}
    assert same["sound"] == {"text": SOUND, "outcome": "passed"}
    assert found["strengths"]["0.05"]["harmed"]["value"] == 1.0


@pytest.mark.skipif(not sandbox.confines(), reason="no namespaces for this user")
def test_data_without_a_function_to_ask_about_is_one_sentence(run, tmp_path: Path):
    row = {"task_id": "a/b/4", "entry_point": "f", "prompt": "", "suffix": "", "canonical_solution": "", "test": ""}
    (tmp_path / "data").write_text(json.dumps(row))
    ended = run("eval", "mend", tmp_path / "data", model=Model())
    assert ended.code == ExitCode.FILE
    assert ended.err.endswith("data holds no function in which a test notices a fault.\n")
