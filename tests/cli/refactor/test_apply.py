"""`lacuna refactor apply`, `undo`, `resume`, `status`: what is said, the exit codes, and whose tree it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lacuna.refactor.plan import FORMAT, Header, PlannedFile
from lacuna.refactor.planfile import line_of
from lacuna.refactor.state import state_of
from lacuna.workspace import write
from tests.refactor.plans import at, contents, laid_out, plan_for, planned, replacing

ORIGINALS = {"a.py": b"x = old\n", "sub/b.py": b"y = old\n"}
WRITTEN = {"a.py": b"x = new\n", "sub/b.py": b"y = new\n"}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    tree = laid_out(tmp_path / "tree", ORIGINALS)
    monkeypatch.chdir(tree)
    return tree


def one(path: str) -> PlannedFile:
    return planned(path, ORIGINALS[path], replacing(ORIGINALS[path].decode(), "old", "new"))


@pytest.fixture
def plan(tree: Path) -> Path:
    return plan_for(tree, tree.parent / "plan", map(one, ORIGINALS)).path


def lines(out: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_plan_is_applied_told_and_undone(run, tree: Path, plan: Path):
    ended = run("refactor", "apply", plan)
    assert (ended.code, ended.out, ended.err) == (0, b"Run 1, done: 2 written.\n", "")
    assert contents(tree) == WRITTEN
    began = json.loads(next((state_of(tree).runs).glob("*.json")).read_bytes())["began"]
    assert run("refactor", "status").out.decode() == f"  1  {began}  done: 2 written  {plan}\n"
    assert run("refactor", "status", 1).out == b"written   a.py\nwritten   sub/b.py\nRun 1, done: 2 written.\n"
    assert run("refactor", "resume").out == b"Run 1, done: 2 written.\n"
    ended = run("refactor", "undo")
    assert (ended.code, ended.out, ended.err) == (0, b"Run 1, undone: 2 reverted.\n", "")
    assert contents(tree) == ORIGINALS


def test_a_refused_file_is_said_and_the_exit_code_tells(run, tree: Path, plan: Path):
    (tree / "a.py").write_bytes(b"edited")
    ended = run("refactor", "apply", plan)
    assert (ended.code, ended.out) == (4, b"Run 1, done: 1 written, 1 refused.\n")
    assert ended.err == "lacuna: a.py has changed since the plan was made.\n"
    assert run("refactor", "status").code == 0
    assert run("refactor", "undo").code == 0
    assert contents(tree) == ORIGINALS | {"a.py": b"edited"}
    ended = run("refactor", "resume")
    assert (ended.code, ended.err) == (2, "lacuna: Run 1 has been undone; `apply` begins anew.\n")


def test_a_plan_of_which_all_is_refused_makes_no_run(run, tree: Path, plan: Path):
    run("refactor", "apply", plan)
    ended = run("refactor", "apply", plan)
    assert (ended.code, ended.out) == (4, b"Nothing to write: 2 refused.\n")
    assert len(run("refactor", "status").out.splitlines()) == 1


def test_undo_takes_the_newest_run_that_has_not_been_undone(run, tree: Path):
    for text, new in (("x = old\n", "new"), ("x = new\n", "newer")):
        site = replacing(text, text[4:-1], new)
        run("refactor", "apply", plan_for(tree, tree.parent / "plan", [planned("a.py", text.encode(), site)]).path)
    assert run("refactor", "undo").out == b"Run 2, undone: 1 reverted.\n"
    ended = run("refactor", "undo", 2)
    assert (ended.code, ended.out, ended.err) == (2, b"", "lacuna: Run 2 has been undone already.\n")
    assert run("refactor", "undo").out == b"Run 1, undone: 1 reverted.\n"
    ended = run("refactor", "undo")
    assert (ended.code, ended.out, ended.err) == (2, b"", f"lacuna: Every run in {tree} has been undone.\n")
    assert contents(tree) == ORIGINALS


def test_undo_counts_what_it_put_back(run, tree: Path, plan: Path):
    run("refactor", "apply", plan)
    (tree / "a.py").write_bytes(ORIGINALS["a.py"])
    assert run("refactor", "undo").out == b"Run 1, undone: 1 reverted, 1 unchanged.\n"


def test_json_has_a_line_for_each_file_and_one_at_last(run, tree: Path, plan: Path):
    (tree / "a.py").write_bytes(b"edited")
    ended = run("refactor", "apply", plan, "--json")
    counts = {"pending": 0, "written": 1, "reverted": 0, "unchanged": 0, "refused": 1, "left": 0, "failed": 0}
    refused = {"file": "a.py", "state": "refused", "reason": "a.py has changed since the plan was made.", "dropped": []}
    written = {"file": "sub/b.py", "state": "written", "reason": "", "dropped": []}
    summary = {"run": 1, "stage": "done", "files": counts, "dropped": 0, "failed_before": None}
    assert (ended.code, ended.err) == (4, "")
    assert lines(ended.out) == [refused, written, summary]
    assert lines(run("refactor", "status", 1, "--json").out) == [refused, written, summary]
    [found] = lines(run("refactor", "status", "--json").out)
    assert found == summary | {"began": found["began"], "plan": str(plan)}
    (tree / "sub" / "b.py").write_bytes(b"edited, too")
    ended = run("refactor", "undo", "--json")
    assert ended.code == 4
    assert lines(ended.out)[0] == written | {"state": "left", "reason": "sub/b.py has been changed by somebody else."}


def test_edits_that_break_the_tests_are_said(run, tree: Path):
    text = "x = old\n"
    sites = [at(text, 0, "x", "z"), at(text, 4, "old", "new")]
    plan = plan_for(tree, tree.parent / "plan", [planned("a.py", ORIGINALS["a.py"], *sites)])
    command = "echo FAILED t::old - x; grep -q x a.py || echo FAILED t::new - x; exit 1"
    ended = run("refactor", "apply", plan.path, "--test", command)
    assert (ended.code, contents(tree)["a.py"]) == (0, b"x = new\n")
    assert ended.err.splitlines() == [
        "lacuna: these tests failed before, so they do not count: t::old.",
        "lacuna: a.py:1: what r wrote here broke the tests, and was taken out.",
    ]
    assert ended.out == b"Run 1, done: 1 written. Edits that broke the tests and were taken out: 1.\n"
    [found, summary] = lines(run("refactor", "status", "1", "--json").out)
    assert found["dropped"] == [{"rule": "r", "line": 1, "outcome": "broke the tests"}]
    assert (summary["dropped"], summary["failed_before"]) == (1, ["t::old"])
    ended = run("refactor", "undo")
    assert (ended.out, ended.err) == (b"Run 1, undone: 1 reverted.\n", "")


def test_tests_that_cannot_judge_are_told_and_nothing_is_written(run, tree: Path, plan: Path):
    ended = run("refactor", "apply", plan, "--test", "sleep 60", "--test-timeout", "1")
    assert ended.code == 2
    assert ended.err.startswith("lacuna: The tests took longer than 1 s before anything was written, ")
    assert contents(tree) == ORIGINALS


def test_the_newest_plan_of_the_tree_is_applied(run, tree: Path):
    state = state_of(tree)
    for text in ("1", "2"):
        plan_for(tree, state.new_plan(), [planned("a.py", b"x = old\n", replacing("x = old\n", "old", text))])
    run("refactor", "apply")
    assert (tree / "a.py").read_bytes() == b"x = 2\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["apply"], "There is no plan for {tree}; `lacuna refactor plan` makes one."),
        (["undo"], "There is no run in {tree}."),
        (["resume", "3"], "There is no run in {tree}."),
        (["status", "3"], "There is no run in {tree}."),
    ],
)
def test_what_is_not_there_is_told(run, tree: Path, arguments: list[str], sentence: str):
    ended = run("refactor", *arguments)
    assert (ended.code, ended.err) == (2, f"lacuna: {sentence.format(tree=tree)}\n")


def test_a_plan_for_another_tree_is_applied_only_where_somebody_says_so(
    run, tree: Path, plan: Path, monkeypatch: pytest.MonkeyPatch
):
    copy = laid_out(tree.parent / "copy", ORIGINALS)
    monkeypatch.chdir(copy)
    ended = run("refactor", "apply", plan)
    assert ended.code == 2
    assert ended.err.startswith(f"lacuna: This plan is for {tree}; ")
    assert contents(tree) == contents(copy) == ORIGINALS
    assert run("refactor", "apply", plan, "--tree", ".").code == 0
    assert (contents(tree), contents(copy)) == (ORIGINALS, WRITTEN)
    assert run("refactor", "undo", "--tree", copy).code == 0
    assert contents(copy) == ORIGINALS


def test_a_plan_that_was_interrupted_is_applied_and_that_is_said(run, tree: Path):
    path = tree.parent / "plan"
    path.write_text(line_of(Header(FORMAT, "0.1.0", str(tree), "", (), {})) + line_of(one("a.py")))
    ended = run("refactor", "apply", path)
    assert (ended.code, ended.err) == (0, "lacuna: this plan was interrupted: it does not have all files.\n")


def test_a_plan_that_cannot_be_read_is_told(run, tree: Path):
    ended = run("refactor", "apply", "plan.jsonl")
    assert (ended.code, ended.err) == (4, "lacuna: plan.jsonl cannot be read: No such file or directory.\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("hello\n", "no line of a plan"), ('{"plan": {"format": 99}}\n', "of format 99; this Lacuna reads format 1")],
)
def test_what_is_no_plan_is_told(run, tree: Path, text: str, sentence: str):
    (tree.parent / "plan").write_text(text)
    ended = run("refactor", "apply", tree.parent / "plan")
    assert ended.code == 2
    assert sentence in ended.err


def test_answers_decide_what_is_written(run, tree: Path, plan: Path, monkeypatch: pytest.MonkeyPatch):
    with (tree.parent / "answers").open("w+") as answers:
        answers.write("n\ny\n")
        answers.seek(0)
        monkeypatch.setattr(sys, "stdin", answers)
        assert run("refactor", "apply", plan, "--interactive").code == 0
    assert contents(tree) == ORIGINALS | {"sub/b.py": WRITTEN["sub/b.py"]}


def test_a_name_cannot_drive_the_terminal(run, tree: Path):
    plan = plan_for(tree, tree.parent / "plan", [planned("\x1b[2J\nlacuna: a.py", b"", at("", 0, "", "x"))])
    ended = run("refactor", "apply", plan.path)
    assert ended.code == 4
    assert len(ended.err.splitlines()) == 1
    assert "\x1b" not in ended.err


def test_two_runs_at_once_in_one_tree_are_not(run, tree: Path, plan: Path):
    with state_of(tree).locked():
        for command in (["apply", plan], ["undo"], ["resume"]):
            ended = run("refactor", *command)
            assert (ended.code, ended.err) == (4, f"lacuna: Another run is at work in {tree}.\n")
    assert contents(tree) == ORIGINALS


INTERRUPTED = """
import signal, sys
from lacuna.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
sys.exit(main.run(sys.argv[1:]))
"""


def test_ctrl_c_while_tests_run_says_how_to_go_on_and_back(run, tree: Path, plan: Path):
    command = "test ! -e ../before || { kill -INT $PPID; sleep 60; }; touch ../before"
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "refactor", "apply", plan, "--test", command],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr == "lacuna: interrupted; `resume 1` goes on, `undo 1` takes it back.\n"
    assert contents(tree) == WRITTEN
    assert b"interrupted while testing: 2 written" in run("refactor", "status").out
    ended = run("refactor", "apply", plan)
    assert ended.err.startswith("lacuna: run 1 was interrupted; `resume 1` goes on, `undo 1` takes it back.\n")
    ended = run("refactor", "resume", 1)
    assert (ended.code, ended.err) == (0, "lacuna: its tests were interrupted, too; --test goes on with them.\n")
    assert run("refactor", "undo", 1).code == 0
    assert contents(tree) == ORIGINALS


def interrupting(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    """Let Ctrl-C come right after a file was written."""
    overwrite = write.overwrite

    def interrupted(path: Path, expected: str, data: bytes, token: str) -> None:
        overwrite(path, expected, data, token)
        if path.name == file:
            raise KeyboardInterrupt

    monkeypatch.setattr(write, "overwrite", interrupted)


def test_status_after_ctrl_c_tells_what_is_on_the_disk(run, tree: Path, plan: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        interrupting(patched, "a.py")
        ended = run("refactor", "apply", plan)
    assert (ended.code, ended.err) == (130, "lacuna: interrupted; `resume 1` goes on, `undo 1` takes it back.\n")
    (tree / "sub" / "b.py").write_bytes(ORIGINALS["sub/b.py"])  # its writer may have been as far, too
    before = contents(tree)
    assert run("refactor", "status", 1).out.startswith(b"written   a.py\npending   sub/b.py\nRun 1, interrupted: ")
    assert b"  interrupted: 1 pending, 1 written  " in run("refactor", "status").out
    assert contents(tree) == before
    assert run("refactor", "resume").out == b"Run 1, done: 2 written.\n"


@pytest.mark.parametrize("again", [["undo"], ["undo", "1"]], ids=" ".join)
def test_ctrl_c_while_a_run_is_undone_says_how_to_go_on(
    run, tree: Path, plan: Path, monkeypatch: pytest.MonkeyPatch, again: list[str]
):
    run("refactor", "apply", plan)
    with monkeypatch.context() as patched:
        interrupting(patched, "a.py")
        ended = run("refactor", "undo")
    assert (ended.code, ended.err) == (130, "lacuna: interrupted; `undo 1` goes on.\n")
    (tree / "sub" / "b.py").write_bytes(WRITTEN["sub/b.py"])
    assert b"  partly undone: 1 pending, 1 reverted  " in run("refactor", "status").out
    assert run("refactor", *again).code == 0
    assert contents(tree) == ORIGINALS


@pytest.mark.parametrize("command", ["apply", "resume"])
def test_a_time_for_tests_goes_with_tests(run, tree: Path, plan: Path, command: str):
    run("refactor", "apply", plan)
    ended = run("refactor", command, "--test-timeout", 5)
    assert ended.code == 2
    assert "--test-timeout goes with --test." in ended.err
