"""Plan files: what is written is read again, and what is no plan is told in one sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.refactor.plan import (
    FORMAT,
    Alternative,
    Blank,
    Entry,
    Footer,
    Header,
    Outcome,
    Part,
    PlannedFile,
    RuleNote,
    Site,
    Skipped,
    Verdict,
)
from lacuna.refactor.planfile import PlanError, line_of, open_plan

HEADER = Header(FORMAT, "0.1.0", "/tree", "ab" * 32, (RuleNote("r", "Why.", "cd" * 32),), {"since": "HEAD"})
SITE = Site(
    "r",
    3,
    (Part(4, 5, "x", "y(z)", (Blank(2, 3, (Alternative("z", 0.75, ("z is not bound here",)),)),)),),
    0.75,
    Outcome.GATED,
    "z is not bound here",
    (Verdict("names", is_passed=False, words="z is not bound here"), Verdict("parses", is_passed=True)),
)
FILE = PlannedFile("a/b.py", "ef" * 32, (SITE,))


def written(path: Path, *lines: Header | Entry | Footer) -> Path:
    path.write_text("".join(map(line_of, lines)), encoding="utf-8")
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    entries = (FILE, Skipped("c.py", "It took too long.", is_failure=True))
    plan = open_plan(written(tmp_path / "p", HEADER, *entries, Footer(is_complete=True, files=2)))
    assert plan.header == HEADER
    assert tuple(plan.entries()) == entries
    assert plan.footer() == Footer(is_complete=True, files=2)


@given(st.text())
def test_any_text_survives(text: str) -> None:
    site = Site("r", 1, (Part(0, len(text), text, text[::-1]),), None, Outcome.KEPT)
    line = line_of(PlannedFile(text, "", (site,)))
    assert line.isascii()
    assert line.count("\n") == 1


def test_a_plan_whose_writer_was_killed_has_its_whole_lines_and_no_footer(tmp_path: Path) -> None:
    path = written(tmp_path / "p", HEADER, FILE)
    with path.open("a") as stream:
        stream.write(line_of(FILE)[:50])
    assert tuple(open_plan(path).entries()) == (FILE,)
    assert open_plan(path).footer() is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("", "no plan", id="empty"),
        pytest.param("hello\n", "no line of a plan", id="no JSON"),
        pytest.param("[1]\n", "no line of a plan", id="no object"),
        pytest.param("[" * 100_000 + "\n", "no line of a plan", id="nested beyond reason"),
        pytest.param('{"plan": 1}\n', "line 1", id="no header's fields"),
        pytest.param('{"plan": {"format": 99}}\n', "of format 99; this Lacuna reads format 1", id="of another version"),
        pytest.param(line_of(FILE), "does not begin with a header", id="without a header"),
        pytest.param(line_of(HEADER).replace('"0.1.0"', "1"), "expected str", id="a field of another type"),
        pytest.param(line_of(HEADER).replace('"tree"', '"cmd": "rm", "tree"'), "extra fields", id="one field more"),
    ],
)
def test_what_is_no_plan_is_told_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "p"
    path.write_text(text)
    with pytest.raises(PlanError, match=sentence):
        open_plan(path)


def test_an_outcome_is_read_as_one_of_the_known(tmp_path: Path) -> None:
    (read,) = open_plan(written(tmp_path / "p", HEADER, FILE)).entries()
    assert isinstance(read, PlannedFile)
    assert read.sites[0].outcome is Outcome.GATED

    path = tmp_path / "q"
    path.write_text(line_of(HEADER) + line_of(FILE).replace('"failed a gate"', '"splendid"'))
    with pytest.raises(PlanError, match=r"line 2.*expected Outcome"):
        list(open_plan(path).entries())


def test_a_line_edited_by_hand_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_text(line_of(HEADER) + line_of(FILE).replace('"line": 3', '"line": "x"'))
    with pytest.raises(PlanError, match=r"line 2.*expected int"):
        list(open_plan(path).entries())
