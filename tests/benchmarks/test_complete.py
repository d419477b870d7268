"""Unasked in complete files: where cursors are put, and that each offer is told."""

import json

import pytest

from lacuna.benchmarks.evaluation import complete
from lacuna.benchmarks.evaluation.complete import Spot
from lacuna.cli.exit_codes import ExitCode

CODE = '''"""A module."""
names = [1, 2]  # two of them


def first(values):
    return values[0]
'''


@pytest.fixture
def file(tmp_path):
    (tmp_path / "a.py").write_text(CODE, encoding="utf-8")
    return tmp_path / "a.py"


def around(cursor):
    return cursor.text[cursor.offset - 1] + "‸" + cursor.text[cursor.offset]


def test_cursors_stand_in_words_before_brackets_and_at_lines_ends(file):
    found = complete.cursors([file], 1000, seed=0)
    by_spot = {spot: [cursor for cursor in found if cursor.spot is spot] for spot in Spot}
    assert {around(cursor) for cursor in by_spot[Spot.BEFORE_BRACKET]} == {"t‸(", "s‸["}
    assert len(by_spot[Spot.FINISHED_LINE]) == 3, "one of four lines ends in a comment"
    assert all(around(cursor).replace("‸", "").isidentifier() for cursor in by_spot[Spot.IN_WORD])
    assert "m‸o" not in {around(cursor) for cursor in by_spot[Spot.IN_WORD]}, "prose has no words of code"


def test_the_same_seed_draws_the_same_and_no_more_than_is_wanted(file):
    first, again, other = (complete.cursors([file], 2, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) == 6


def test_files_that_do_not_parse_or_are_no_text_are_not_asked_about(tmp_path):
    (tmp_path / "broken.py").write_text("def f(:\n", encoding="utf-8")
    (tmp_path / "binary.py").write_bytes(b"x = 1\0")
    assert complete.cursors(complete.files_of([tmp_path]), 10, seed=0) == []


def test_every_offer_is_listed_and_counted(run, scripted, file, tmp_path):
    ended = run("eval", "complete", file, "--count", 2, "--json", tmp_path / "j", model=scripted(texts=("more",)))
    assert ended.code == ExitCode.DONE
    found = json.loads((tmp_path / "j").read_text())
    assert found["asked"] == {spot.value: 2 for spot in Spot}
    assert len(found["offers"]) == sum(found["offered"].values()) == 6
    assert found["share"] == 1.0
    assert found["unknown_words"] >= 2, "inside a word `more` makes one that the file does not have"
    assert ended.out.decode().count("<- 'more'") == 6


def test_a_request_is_as_an_editor_makes_it_unasked(run, scripted, file):
    model = scripted()
    run("eval", "complete", file, "--count", 1, model=model)
    assert all(request.is_unasked and request.threshold is None for request in model.requests)


def test_nothing_to_ask_about_is_one_sentence(run, scripted, tmp_path):
    ended = run("eval", "complete", tmp_path, model=scripted())
    assert (ended.code, ended.err.count("\n")) == (ExitCode.FILE, 1)
    assert "holds no code to ask about" in ended.err
