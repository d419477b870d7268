"""Lines typed key by key: what is shown at each key, what is accepted, and what both ways come to."""

import pytest

from lacuna.benchmarks.evaluation import typed
from lacuna.benchmarks.evaluation.typed import BY_WORDS, WHOLE, WORDS, NewLine
from lacuna.infill.request import Reason, Scope

LINE = NewLine("a.py", "total = 1\n", "x = total.real", "\ny = 2\n")


class Knowing:
    """An infill that knows what each beginning of the line goes on with; elsewhere it offers nothing."""

    def __init__(self, scripted, answers):
        self.model = scripted()
        self.answers = answers

    def infill(self, request):
        (span,) = request.spans
        begun = request.text[len(LINE.before) : span.start]
        text = self.answers.get(begun)
        self.model.texts, self.model.reason = (text or "?",), None if text else Reason.EMPTY
        return self.model.infill(request)


def typed_with(scripted, answers):
    knowing = Knowing(scripted, answers)
    return knowing.model.requests, typed.type_line(knowing.infill, None, LINE).typed


def test_without_offers_each_character_is_a_key(scripted):
    requests, found = typed_with(scripted, {})
    assert found[WHOLE].keys == found[BY_WORDS].keys == len(LINE.line)
    assert len(requests) == len(LINE.line), "both ways ask the same at the same beginnings, so they ask once"
    assert all((one.is_unasked, one.threshold, one.scope) == (True, None, Scope.BLOCK) for one in requests)
    assert all(one.text.endswith(LINE.behind) for one in requests)


def test_what_is_right_is_accepted_with_one_key(scripted):
    _, found = typed_with(scripted, {"x": " = total.real"})
    assert found[WHOLE] == typed.Typed(2, ())
    assert found[BY_WORDS] == typed.Typed(5, ()), "x, and then = and total and . and real"


def test_a_right_beginning_is_accepted_whole_and_what_is_half_wrong_by_words_alone(scripted):
    _, found = typed_with(scripted, {"x": " = total"})
    assert found[WHOLE].keys == 1 + 1 + len(".real")
    _, found = typed_with(scripted, {"x": " = total.imag"})
    assert found[WHOLE].keys == len(LINE.line)
    assert found[BY_WORDS].keys == 1 + 3 + len("real")


def test_what_is_typed_along_is_neither_asked_for_nor_counted_again(scripted):
    requests, found = typed_with(scripted, {"x": " = total.imag", "x = total.r": "eal_"})
    assert found[WHOLE].wrong == ("x = total.imag", "x = total.real_")
    begun = [request.text[len(LINE.before) : request.spans[0].start] for request in requests]
    assert "x = t" not in begun


def test_any_of_the_buffer_words_that_are_shown_is_taken_with_one_key(scripted):
    _, found = typed_with(scripted, {})
    assert found[WORDS] == typed.Typed(len("x = t") + 1 + len(".real"), ())
    near = NewLine("a.py", "total = 1\ntwo = 2\nx_y = 3\n", "x = total.real", "\ny = 2\n")
    model = scripted(reason=Reason.EMPTY)
    found = typed.type_line(model.infill, None, near).typed
    assert found[WORDS] == typed.Typed(len("x = t") + 1 + len(".real"), ("x_y", "x = two"))


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.py").write_text("# a comment\n\n    \nx = 1\n    y = 2  \n", encoding="utf-8")
    (tmp_path / "b.py").write_text("z = 3\n", encoding="utf-8")
    (tmp_path / "c.py").write_bytes(b"x = 1\0")
    return sorted(tmp_path.iterdir())


def test_lines_are_drawn_that_are_neither_blank_nor_comments(files):
    drawn = typed.draw(files, 10, seed=0)
    assert {(new.line, new.before.rpartition("\n")[2]) for new in drawn} == {
        ("x = 1", ""),
        ("y = 2", "    "),
        ("z = 3", ""),
    }
    assert {new.file for new in drawn[:2]} == {str(file) for file in files[:2]}, "each file once before one comes again"
    assert typed.draw(files, 10, seed=0) == drawn


def test_the_report_takes_keys_over_keys_and_wrong_ones_over_lines():
    rows = [
        typed.TypedLine("a.py", 1, "x" * 30, {WHOLE: typed.Typed(10, ("a", "b"))}),
        typed.TypedLine("b.py", 1, "x" * 10, {WHOLE: typed.Typed(10, ())}),
    ]
    saving = typed.report(rows, seed=0, threshold=None, model="m").systems[WHOLE]
    assert (saving.saved.value, saving.wrong.value) == (0.5, 1.0)
