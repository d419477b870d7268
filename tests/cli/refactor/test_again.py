"""A second plan of a rule where a run of it has been: what is kept then says why."""

import json
from pathlib import Path

import pytest

from lacuna.cli import main
from lacuna.refactor.plan import Outcome, PlannedFile
from lacuna.refactor.planfile import open_plan
from lacuna.refactor.state import state_at
from tests.refactor import crews

RENAME = ("--query", '((identifier) @hole (#eq? @hole "old"))', "--template", "new")
OTHER = ("--query", '((identifier) @hole (#eq? @hole "x"))', "--template", "y")
TEXT = "x = 1\nold = 1\nold = 2\n"
WHY = "left out, or not likely enough yet, in run 1 of the same rule"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a.py").write_text(TEXT)
    (tree / "b.py").write_text("x = 1\n")
    monkeypatch.chdir(tree)
    return tree


def refactor(*arguments: object) -> None:
    assert main.run(["refactor", *map(str, arguments)], crews.opening) == 0


def planned(path: Path, *arguments: object) -> list[tuple[int, str]]:
    """Where a plan keeps something, and the reason."""
    refactor("plan", "--jobs", "1", *arguments, "-o", path)
    entries = [entry for entry in open_plan(path).entries() if isinstance(entry, PlannedFile)]
    return [(site.line, site.reason) for entry in entries for site in entry.sites if site.outcome is Outcome.KEPT]


@pytest.fixture
def applied(tree: Path, tmp_path: Path) -> Path:
    """A plan of which the second edit was taken out by hand, and the first written."""
    path = tmp_path / "first"
    assert planned(path, *RENAME) == [(2, ""), (3, "")]
    before, kept, after = path.read_text().rpartition('"kept"')
    assert kept
    path.write_text(f'{before}"taken out by hand"{after}')
    refactor("apply", path)
    assert (tree / "a.py").read_text() == "x = 1\nnew = 1\nold = 2\n"
    return path


@pytest.mark.usefixtures("applied")
def test_what_was_left_out_says_so_in_the_plan_in_sums_and_as_json(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    assert planned(tmp_path / "second", *RENAME) == [(3, WHY)]
    assert f"lacuna: 1 of these: {WHY}.\n" in capfd.readouterr().err
    refactor("show", tmp_path / "second", "--json")
    out, err = capfd.readouterr()
    assert json.loads(out.splitlines()[0])["site"]["reason"] == WHY
    assert f"lacuna: 1 of these: {WHY}.\n" in err
    refactor("show", tmp_path / "second", "--html", tmp_path / "page.html")
    assert WHY in (tmp_path / "page.html").read_text()


@pytest.mark.usefixtures("applied")
def test_another_rule_has_nothing_to_do_with_it(tmp_path: Path):
    assert planned(tmp_path / "second", *OTHER) == [(1, ""), (1, "")]


@pytest.mark.usefixtures("applied")
def test_runs_of_other_rules_since_do_not_matter(tmp_path: Path):
    planned(tmp_path / "second", *OTHER)
    refactor("apply", tmp_path / "second")
    assert planned(tmp_path / "third", *RENAME) == [(3, WHY)]


@pytest.mark.usefixtures("applied")
def test_a_file_that_was_edited_since_is_a_new_one(tree: Path, tmp_path: Path):
    (tree / "a.py").write_text("old = 3\n")
    assert planned(tmp_path / "second", *RENAME) == [(1, "")]


@pytest.mark.usefixtures("applied")
def test_a_run_that_was_undone_is_as_if_it_had_not_been(tmp_path: Path):
    refactor("undo")
    assert planned(tmp_path / "second", *RENAME) == [(2, ""), (3, "")]


def test_edits_that_broke_the_tests_come_again_and_say_so(tree: Path, tmp_path: Path):
    planned(tmp_path / "first", *RENAME)
    refactor("apply", tmp_path / "first", "--test", "! grep -q new a.py")
    assert (tree / "a.py").read_text() == TEXT
    assert planned(tmp_path / "second", *RENAME) == [(2, WHY), (3, WHY)]


def test_a_run_that_cannot_be_read_is_no_obstacle(tree: Path, applied: Path, tmp_path: Path):
    (state_at(tree).runs / "1" / "plan.jsonl").write_text("damaged\n")
    assert planned(tmp_path / "second", *RENAME) == [(3, "")]


def test_to_look_for_runs_makes_nothing(tree: Path, tmp_path: Path):
    planned(tmp_path / "first", *RENAME)
    assert not state_at(tree).folder.exists()
