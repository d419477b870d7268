"""The diff of a plan is one that git applies, whatever is said between its hunks and whatever a plan's texts hold."""

import functools
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lacuna.refactor.plan import Outcome, PlannedFile, Skipped
from lacuna.refactor.report.diff import FileDiff, file_diff, skipped_note
from lacuna.refactor.report.reviewed import Reviewed, Selection, Totals, reviewed
from lacuna.refactor.rewriting import rewritten
from lacuna.refactor.tree import permitted
from tests.refactor.sample import ANNOTATIONS, HARM_PATH, LEDGER, LOGGING, OVERRIDE, Sample, part, sample, site, write

KEPT = frozenset({Outcome.KEPT})


def diffs(plan: Sample, drawn: frozenset[Outcome] = KEPT, selection: Selection | None = None) -> dict[str, FileDiff]:
    found = reviewed(plan.entries, selection or Selection(), functools.partial(permitted, plan.tree), Totals())
    return {one.file.path: file_diff(one, drawn) for one in found if isinstance(one, Reviewed)}


def printed(shown: FileDiff) -> bytes:
    return "".join(f"# {note}\n" for note in shown.notes).encode() + shown.diff


def test_git_applies_what_is_kept_with_all_that_is_said_around_it(tmp_path: Path) -> None:
    plan = sample(tmp_path / "tree")
    expected = {}
    for entry in plan.entries:
        if isinstance(entry, PlannedFile):
            (found,) = reviewed([entry], Selection(), functools.partial(permitted, plan.tree), Totals())
            assert isinstance(found, Reviewed)
            assert found.source
            kept = [site for site in entry.sites if site.outcome is Outcome.KEPT]
            expected[entry.path] = rewritten(entry, found.source, kept)
    patch = b"".join(map(printed, diffs(plan).values()))
    subprocess.run(["git", "apply", "--verbose", "-"], cwd=plan.tree, input=patch, check=True)
    assert {path: (plan.tree / path).read_bytes() for path in expected} == expected


def test_a_hunk_says_which_sites_it_shows(tmp_path: Path) -> None:
    text = LEDGER + "\n" * 20 + LEDGER.replace("ledger", "book").replace("sys", "os")
    needs = part(text, "|import sys", "import logging\n")
    sites = (
        site(text, LOGGING, needs, part(text, "    |print(ledger", "logging.…", ("info", 0.5), old="print")),
        site(text, LOGGING, needs, part(text, "    |print(book", "logging.…", ("info", 0.25), old="print")),
    )
    plan = write(tmp_path / "tree", {"a.py": text.encode()}, {"a.py": sites})
    titles = [line for line in diffs(plan)["a.py"].diff.decode().split("\n") if line.startswith("@@")]
    assert [title.split("@@ ")[-1] for title in titles] == [
        "print-to-logging, line 21, confidence 0.50; print-to-logging, line 63, confidence 0.25",
        "print-to-logging, line 21, confidence 0.50",
        "print-to-logging, line 63, confidence 0.25",
    ]


def test_a_hunk_names_three_sites_and_counts_the_rest(tmp_path: Path) -> None:
    shown = diffs(sample(tmp_path / "tree"))["ledger.py"]
    assert shown.diff.split(b"\n")[2].endswith(b"annotations, line 19, confidence 0.81; 1 more")


def test_what_is_not_kept_is_named_with_the_reason_and_what_it_would_write(tmp_path: Path) -> None:
    shown = diffs(sample(tmp_path / "tree"))["ledger.py"]
    assert shown.notes == (
        'ledger.py: annotations, line 11, confidence 0.44: failed a gate (Entri is bound nowhere): insert ": Entri"',
        'ledger.py: annotations, line 15, confidence 0.21: low confidence (0.21 of 0.35): insert " -> float"',
        (
            "ledger.py: print-to-logging, line 21: overlaps another (print-to-logging writes there, too): "
            '"print" becomes "logging.debug"'
        ),
        "ledger.py: annotations, line 22: left alone (it is a value)",
    )


def test_another_outcome_is_drawn_when_asked_for(tmp_path: Path) -> None:
    plan = sample(tmp_path / "tree")
    low = frozenset({Outcome.LOW})
    shown = diffs(plan, low, Selection(outcomes=low))
    assert list(shown) == ["ledger.py"]
    assert b"+    def balance(self) -> float:" in shown["ledger.py"].diff
    assert not shown["ledger.py"].notes


def test_of_two_sites_that_overlap_the_second_is_named(tmp_path: Path) -> None:
    plan = sample(tmp_path / "tree")
    shown = diffs(plan, frozenset(Outcome))["ledger.py"]
    assert b"logging.info(ledger.balance())" in shown.diff
    assert [note.split(": ")[1] for note in shown.notes] == ["print-to-logging, line 21", "annotations, line 22"]


def test_a_file_that_has_changed_is_named_with_the_texts_of_the_plan(tmp_path: Path) -> None:
    plan = sample(tmp_path / "tree")
    (plan.tree / "ledger.py").write_text("changed")
    shown = diffs(plan)["ledger.py"]
    assert shown.notes[:2] == (
        "ledger.py has changed since the plan was made.",
        'ledger.py: annotations, line 7, confidence 0.91: insert ": str"',
    )
    assert not shown.diff


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("../outside.py", "leaves the tree", id="out of the tree"),
        pytest.param("a/../ledger.py", "leaves the tree", id="up and down again"),
        pytest.param(".git/config", "is git's own", id="git's own"),
        pytest.param("gone.py", "is gone", id="gone"),
    ],
)
def test_no_file_is_read_that_a_plan_must_not_name(tmp_path: Path, path: str, words: str) -> None:
    plan = sample(tmp_path / "tree")
    (tmp_path / "outside.py").write_text(LEDGER)
    (plan.tree / ".git").mkdir()
    (plan.tree / ".git/config").write_text(LEDGER)
    moved = replace(plan, entries=(replace(plan.file("ledger.py"), path=path),))
    (shown,) = diffs(moved).values()
    assert words in shown.notes[0]
    assert not shown.diff


def test_what_is_said_stays_in_its_line(tmp_path: Path) -> None:
    plan = sample(tmp_path / "tree")
    shown = diffs(plan)[HARM_PATH]
    said = [*shown.notes, *(line.decode() for line in shown.diff.split(b"\n") if line.startswith(b"@@"))]
    assert len(said) == 2
    for line in (*said, skipped_note(Skipped("a\nb", f"\x1b[2J{OVERRIDE}"))):
        assert line.isprintable()
        assert OVERRIDE not in line


def test_sites_are_selected_by_rule_file_and_confidence(tmp_path: Path) -> None:
    plan = sample(tmp_path / "tree")
    totals = Totals()
    selection = Selection(rules=frozenset({ANNOTATIONS}), files=("*.py",), below=0.5)
    found = reviewed(plan.entries, selection, functools.partial(permitted, plan.tree), totals)
    lines = {one.file.path: [site.line for site in one.file.sites] for one in found if isinstance(one, Reviewed)}
    assert lines == {"ledger.py": [11, 15], HARM_PATH: [1]}
    assert totals.outcomes == {Outcome.GATED: 2, Outcome.LOW: 1}
    assert (totals.files, totals.without_source, totals.skipped.total()) == (2, 0, 2)
