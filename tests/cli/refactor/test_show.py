"""`lacuna refactor show`: which sites are shown how, what is said on stderr, and that no flag changes the exit code."""

import json
import subprocess
from pathlib import Path

import pytest

from lacuna.cli.exit_codes import ExitCode
from lacuna.refactor.plan import Footer
from lacuna.refactor.state import state_of
from tests.command_line import Run
from tests.refactor.sample import OVERRIDE, Sample, sample, write_plan

SUMS = (
    "lacuna: 8 kept, 1 low confidence, 1 nothing offered, 2 failed a gate, 1 overlaps another, 1 left alone "
    "in 3 of 5 files.\n"
    "lacuna: not looked through: 2 paths; generated (1), it ran out of its 30 seconds (1).\n"
)
SHAPES = pytest.mark.parametrize(
    "shape", [[], ["--json"], *(["--format", f] for f in ("diff", "json", "sarif", "github"))]
)


@pytest.fixture
def plan(tmp_path: Path) -> Sample:
    return sample(tmp_path / "tree")


def test_the_diff_is_printed_and_the_sums_are_said(run: Run, plan: Sample) -> None:
    ended = run("refactor", "show", plan.plan)
    assert (ended.code, ended.err) == (ExitCode.DONE, SUMS)
    assert b"# ledger.py: annotations, line 15, confidence 0.21: low confidence (0.21 of 0.35)" in ended.out
    assert ended.out.endswith(b"# slow.py: failed: it ran out of its 30 seconds\n")
    subprocess.run(["git", "apply", "-"], cwd=plan.tree, input=ended.out, check=True)
    assert b"def main(arguments: list[str]) -> int:" in (plan.tree / "ledger.py").read_bytes()


@SHAPES
def test_nothing_is_written_and_the_code_is_the_same_in_every_shape(run: Run, plan: Sample, shape: list[str]) -> None:
    before = {path: path.read_bytes() for path in plan.tree.rglob("*.py")}
    assert run("refactor", "show", plan.plan, *shape).code == ExitCode.DONE
    assert {path: path.read_bytes() for path in plan.tree.rglob("*.py")} == before


@SHAPES
def test_what_is_no_plan_is_a_usage_error_in_every_shape(run: Run, tmp_path: Path, shape: list[str]) -> None:
    (tmp_path / "p").write_text("no plan\n")
    ended = run("refactor", "show", tmp_path / "p", *shape)
    assert (ended.code, ended.out) == (ExitCode.USAGE, b"")
    assert ended.err == f"lacuna: {tmp_path / 'p'}, line 1: this is no line of a plan.\n"


def test_a_plan_that_is_not_there_is_a_file_error(run: Run, tmp_path: Path) -> None:
    assert run("refactor", "show", tmp_path / "p").code == ExitCode.FILE


def test_without_a_name_the_newest_plan_of_the_tree_is_shown(
    run: Run, plan: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (plan.tree / ".git").mkdir()
    (plan.tree / "inner").mkdir()
    monkeypatch.chdir(plan.tree / "inner")
    ended = run("refactor", "show")
    assert ended.code == ExitCode.USAGE
    assert "There is no plan" in ended.err

    state_of(plan.tree).new_plan().write_bytes(b"older")
    state_of(plan.tree).new_plan().write_bytes(plan.plan.read_bytes())
    assert run("refactor", "show").err == SUMS


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        pytest.param(["--rule", "print-to-logging"], [12, 21, 21, 5], id="rule"),
        pytest.param(["--outcome", "failed a gate", "--outcome", "left alone"], [11, 22, 1], id="outcomes"),
        pytest.param(["--file", "süß/*"], [4, 5, 6], id="file"),
        pytest.param(["--below", "0.5", "--file", "ledger.py"], [11, 15], id="below"),
        pytest.param(["--rule", "unknown"], [], id="none"),
    ],
)
def test_only_what_was_asked_for_is_shown(run: Run, plan: Sample, options: list[str], lines: list[int]) -> None:
    printed = [json.loads(line) for line in run("refactor", "show", plan.plan, "--json", *options).out.splitlines()]
    assert [line["site"]["line"] for line in printed if "site" in line] == lines
    assert sum(printed[-1]["totals"]["sites"].values()) == len(lines)


def test_the_page_s_name_is_printed(run: Run, plan: Sample, tmp_path: Path) -> None:
    ended = run("refactor", "show", plan.plan, "--html", tmp_path / "page.html")
    assert (ended.code, ended.out.decode(), ended.err) == (ExitCode.DONE, f"{tmp_path / 'page.html'}\n", SUMS)
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")
    assert run("refactor", "show", plan.plan, "--html", tmp_path / "page.html").code is ExitCode.DONE
    before = Path(plan.plan).read_bytes()
    ended = run("refactor", "show", plan.plan, "--html", plan.plan)
    assert (ended.code, ended.err) == (ExitCode.USAGE, f"lacuna: {plan.plan} is no page, so it is not overwritten.\n")
    assert Path(plan.plan).read_bytes() == before


def test_a_page_is_no_other_shape(run: Run, plan: Sample, tmp_path: Path) -> None:
    ended = run("refactor", "show", plan.plan, "--html", tmp_path / "page.html", "--json")
    assert (ended.code, ended.err) == (ExitCode.USAGE, "lacuna: --html and --format json exclude each other.\n")
    assert not (tmp_path / "page.html").exists()


def test_other_shapes_have_what_is_kept(run: Run, plan: Sample) -> None:
    (found,) = json.loads(run("refactor", "show", plan.plan, "--format", "sarif").out)["runs"]
    assert {result["properties"]["outcome"] for result in found["results"]} == {"kept"}
    lines = run("refactor", "show", plan.plan, "--format", "github").out.decode().splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::notice"] * 8 + ["::warning"]


def test_files_that_have_changed_are_counted(run: Run, plan: Sample) -> None:
    (plan.tree / "ledger.py").write_text("changed")
    assert "lacuna: not as planned, and shown without what stands around: 1 file." in run(
        "refactor", "show", plan.plan
    ).err.split("\n")


@pytest.mark.parametrize(
    ("footer", "words"),
    [
        pytest.param(
            Footer(is_complete=False, files=2, next_path="z\x1b.py"), r"interrupted before z\x1b.py.", id="interrupted"
        ),
        pytest.param(
            Footer(is_complete=False, files=0), "planning was interrupted.\n", id="interrupted before it knew a file"
        ),
        pytest.param(None, "the plan breaks off", id="killed"),
    ],
)
def test_a_plan_that_is_not_complete_says_so(run: Run, plan: Sample, footer: Footer | None, words: str) -> None:
    write_plan(plan.plan, plan.tree, plan.entries, footer)
    if footer is None:
        data = plan.plan.read_bytes()
        plan.plan.write_bytes(data[: data.rindex(b'{"end"')])
    assert words in run("refactor", "show", plan.plan).err


def test_in_colour_nothing_drives_the_terminal(run: Run, plan: Sample) -> None:
    ended = run("refactor", "show", plan.plan, "--color", "always")
    shown = ended.out.decode()
    assert "\x1b[32m+import logging\x1b[0m" in shown
    assert "\x1b[33m# slow.py" in shown
    assert OVERRIDE not in shown
    assert "\x1b]0;" not in shown
    assert r"\u202e^[]0;harmed^G^[[2J" in shown
