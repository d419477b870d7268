"""Plan files: what is written is read again, and what is no plan is told in one sentence."""

import os
import re
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
from lacuna.syntax.errors import FileError

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
        pytest.param('{"plan": 3}\n', "line 1: plan is 3, not an object", id="no header"),
        pytest.param(line_of(HEADER).replace('"rules"', '"rule"'), "has a field .rule., which", id="a field mistyped"),
        pytest.param(line_of(HEADER).replace('"version": "0.1.0", ', ""), "plan.version is missing", id="none"),
        pytest.param(line_of(HEADER).replace('"/tree"', '"tree"'), "not an absolute path", id="a tree somewhere"),
        pytest.param(line_of(HEADER).replace('"/tree"', r'"/\u0000"'), "not an absolute path", id="a tree nowhere"),
        pytest.param('{"plan": {"format": 99}}\n', "of format 99; this Lacuna reads format 1", id="of another version"),
        pytest.param(line_of(FILE), "does not begin with a header", id="without a header"),
        pytest.param(line_of(HEADER).replace('"0.1.0"', "1"), "plan.version is 1, not text", id="another type"),
        pytest.param(
            line_of(HEADER).replace('"tree"', '"cmd": "rm", "tree"'), "has a field .cmd., which", id="one field more"
        ),
    ],
)
def test_what_is_no_plan_is_told_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "p"
    path.write_text(text)
    with pytest.raises(PlanError, match=sentence):
        open_plan(path)


def test_a_pipe_is_no_plan_as_it_can_be_read_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match=r"pipe is not a regular file; a plan is read more than once\.$"):
        open_plan(tmp_path / "pipe")


def test_an_outcome_is_read_as_one_of_the_known(tmp_path: Path) -> None:
    (read,) = open_plan(written(tmp_path / "p", HEADER, FILE)).entries()
    assert isinstance(read, PlannedFile)
    assert read.sites[0].outcome is Outcome.GATED


LAST = Footer(is_complete=True, files=1)


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        pytest.param((HEADER, FILE, HEADER), 3, id="another plan behind it"),
        pytest.param((HEADER, FILE, LAST, FILE), 4, id="more behind its end"),
        pytest.param((HEADER, FILE, LAST, LAST), 4, id="two ends"),
    ],
)
def test_a_line_in_the_wrong_place_is_named(
    tmp_path: Path, lines: tuple[Header | Entry | Footer, ...], number: int
) -> None:
    with pytest.raises(PlanError, match=f"line {number}: a plan begins with `plan`, once, and ends with `end`"):
        list(open_plan(written(tmp_path / "p", *lines)).entries())


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param('"line": 3', '"line": "x"', 'sites[0].line is "x", not a whole number from 0 on', id="text"),
        pytest.param('"line": 3', '"line": true', "sites[0].line is true, not a whole number", id="a truth"),
        pytest.param('"line": 3', '"line": -3', "sites[0].line is -3, not a whole number from 0 on", id="negative"),
        pytest.param('"line": 3', f'"line": {1 << 60}', "sites[0].line is 11529", id="beyond all files"),
        pytest.param('"confidence": 0.75, "o', '"confidence": NaN, "o', "confidence is NaN, not a number", id="NaN"),
        pytest.param('"confidence": 0.75, "f', '"confidence": 1e999, "f', "confidence is Infinity", id="Infinity"),
        pytest.param('"confidence": 0.75, "f', '"confidence": 1.5, "f', "is 1.5, not a number from 0 to 1", id="more"),
        pytest.param('"parts": [', '"parts": [null, ', "sites[0].parts[0] is null, not an object", id="nothing"),
        pytest.param('"old": "x"', '"old": ["x"]', "parts[0].old is a list, not text", id="a list"),
        pytest.param('"is_passed": false', '"is_passed": 0', "is_passed is 0, not true or false", id="a number"),
        pytest.param('["z is not bound here"]', '"z"', 'faults is "z", not a list', id="no list"),
        pytest.param('"failed a gate"', '"splendid"', 'is "splendid", not one of kept, low', id="an unknown outcome"),
        pytest.param('"failed a gate"', '["kept"]', "outcome is a list, not one of kept", id="a list of outcomes"),
    ],
)
def test_a_field_edited_by_hand_is_named_with_its_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    line = line_of(FILE)
    assert old in line
    path = tmp_path / "p"
    path.write_text(line_of(HEADER) + line.replace(old, new, 1))
    with pytest.raises(PlanError, match=f"line 2: file.*{re.escape(sentence)}"):
        list(open_plan(path).entries())
