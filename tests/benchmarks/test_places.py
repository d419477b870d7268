"""Places where people type: that each is asked about as an editor does, and that the report counts what it says."""

import json

import pytest

from lacuna.benchmarks.evaluation import places
from lacuna.benchmarks.evaluation.outcomes import Outcome
from lacuna.benchmarks.evaluation.place_drawing import Mode, Place
from lacuna.cli.exit_codes import ExitCode
from lacuna.infill.request import Reason, Scope
from lacuna.syntax.languages.language import PlaceKind
from lacuna.syntax.spans import Span

CODE = """def area(width, height):
    return width * height


def volume(width, height, depth):
    return width * height
"""


def place(marked, truth, beyond="", kind=PlaceKind.RETURN, mode=Mode.IN_FILE, file="a.py"):
    return Place(file, kind, mode, marked.replace("|", ""), marked.index("|"), truth, beyond)


def asked(scripted, where, threshold=None, **said):
    model = scripted(**said)
    return model, places.ask(model.infill, threshold, where)


def test_a_place_is_asked_about_once_as_an_editor_does_unasked(scripted):
    model, row = asked(scripted, place("def f(a):\n    return |  \n", "a"), texts=("a",))
    (request,) = model.requests
    assert (request.threshold, request.is_unasked, request.scope) == (0.0, True, Scope.BLOCK)
    assert request.spans == (Span(21, 23),), "trailing blanks are replaced"
    assert (row.line, row.offset, row.kind, row.place_kind, row.mode) == (2, 21, "return", "return", "in-file")
    assert (row.text, row.is_shown, row.is_right) == ("a", True, True)


@pytest.mark.parametrize(("threshold", "is_shown"), [(None, True), (0.0, True), (0.5, True), (0.6, False)])
def test_what_is_not_confident_enough_is_offered_at_zero_alone(scripted, threshold, is_shown):
    _, row = asked(scripted, place("x = |", "1"), threshold, texts=("2",))
    assert row.is_shown == (places.LACUNA in row.offers) == is_shown
    assert row.offers[places.AT_ZERO].outcome is Outcome.WRONG


def test_what_is_refused_is_kept_with_its_reason_and_offered_at_no_threshold(scripted):
    _, row = asked(scripted, place("x = |", "1"), texts=("2",), reason=Reason.NO_PARSE)
    assert (row.text, row.reason, row.confidence, row.is_shown) == ("2", "no parse", 0.5, False)
    assert not {places.LACUNA, places.AT_ZERO} & row.offers.keys()


def test_without_a_candidate_nothing_is_likely(scripted):
    _, row = asked(scripted, place("x = |", "1"), reason=Reason.COMPLETE, tried=-1)
    assert (row.text, row.confidence, row.candidates) == ("", 0.0, ())


def test_the_baselines_answer_at_the_same_place(scripted):
    _, row = asked(scripted, place(CODE + "\n\ndef base(wid|", "th, height):"))
    assert row.offers[places.WORDS].text == "th"
    assert row.offers[places.WORDS].outcome is Outcome.PREFIX
    _, row = asked(scripted, place(CODE[:-7] + "|\n", "height"))
    assert row.offers[places.COPIER].text == "height"


def test_the_report_counts_what_is_shown_and_what_it_saves(scripted):
    rows = [
        asked(scripted, place("x = |", "1234", file="a"), texts=("1234",))[1],
        asked(scripted, place("x = |", "1234", file="b"), texts=("a + b",))[1],
        asked(scripted, place("x = |", "12", file="c", mode=Mode.AT_END), 0.6, texts=("12",))[1],
    ]
    found = places.report(rows, seed=0, threshold=None, model="m")
    one, at_zero = (found.groups[places.BOTH].systems[system] for system in (places.LACUNA, places.AT_ZERO))
    assert one.shown.value == pytest.approx(2 / 3)
    assert [each.value for each in one.outcomes.values()] == [0.5, 0, 0, 0.5]
    assert (one.whole.value, one.by_words.value) == (pytest.approx(-1 / 10), pytest.approx(4 / 10))
    assert (at_zero.whole.value, at_zero.by_words.value) == (pytest.approx(1 / 10), pytest.approx(6 / 10))
    ended = found.groups[Mode.AT_END.value].systems[places.LACUNA]
    assert (ended.places, ended.shown.value) == (1, 0.0)
    assert found.groups[places.BOTH].by_kind.keys() == {"return"}
    trust = found.groups[places.BOTH].trust
    assert (trust.answers, trust.confidence, trust.right) == (3, 0.5, pytest.approx(2 / 3))
    assert trust.auroc == 0.5


@pytest.fixture
def file(tmp_path):
    (tmp_path / "a.py").write_text(CODE, encoding="utf-8")
    return tmp_path / "a.py"


def test_the_command_asks_in_both_modes_and_writes_every_place(run, scripted, file, tmp_path):
    kinds = ("--kind", "return", "--kind", "signature")
    model = scripted(texts=("width * height",))
    ended = run("eval", "places", file, *kinds, "--count", 2, "--json", tmp_path / "j", model=model)
    assert ended.code == ExitCode.DONE
    assert b"saved by words" in ended.out
    found = json.loads((tmp_path / "j").read_text())
    assert [row["kind"] for row in found["places"]] == ["return"] * 4 + ["signature"] * 4
    assert [row["mode"] for row in found["places"]] == ["in-file", "at-end"] * 4
    assert len(model.requests) == 8
    assert found["groups"]["in-file"]["by_kind"]["return"]["systems"]["lacuna"]["outcomes"]["exact"]["value"] == 1.0


def test_the_command_types_lines_instead(run, scripted, file, tmp_path):
    ended = run("eval", "places", file, "--typed", 2, "--json", tmp_path / "j", model=scripted(texts=("x",)))
    assert ended.code == ExitCode.DONE
    assert b"keys saved" in ended.out
    assert len(json.loads((tmp_path / "j").read_text())["lines"]) == 2


@pytest.mark.parametrize("options", [(), ("--typed", 3)], ids=["places", "lines"])
def test_nothing_to_ask_about_is_one_sentence(run, scripted, tmp_path, options):
    ended = run("eval", "places", tmp_path, *options, model=scripted())
    assert (ended.code, ended.err.count("\n")) == (ExitCode.FILE, 1)
    assert "holds no code to ask about" in ended.err
