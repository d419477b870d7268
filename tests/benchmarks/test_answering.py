"""Baselines and floors answer the questions that models answer."""

import pytest

from lacuna.benchmarks.evaluation import answering
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.questions import Question
from lacuna.syntax.spans import Span


def question(text, *spans):
    return Question("joint", tuple(Hole("p", "p.py", text, span) for span in spans))


def test_a_baseline_fills_holes_in_turn_and_sees_what_it_has_filled():
    seen = []

    def answer(hole):
        seen.append((hole.shown, hole.place))
        return "xyz"

    filled = answering.baseline(answer)(question("a = 1\nb = 22\nc = 3\n", Span(4, 5), Span(10, 12)))
    assert filled.texts == ("xyz", "xyz")
    assert seen == [("a = \nb = \nc = 3\n", Span(4, 4)), ("a = xyz\nb = \nc = 3\n", Span(12, 12))]


def test_a_baseline_without_an_answer_says_so():
    assert answering.baseline(lambda _hole: "")(question("a = 1\n", Span(4, 5))).reason


@pytest.mark.parametrize(
    ("before", "truth", "expected"),
    [
        pytest.param("def f():\n", "    x = 1\n", "    pass\n", id="one deeper after a colon"),
        pytest.param("    x = 1\n\n", "    y = 2\n", "    pass\n", id="as deep as the last line that is not blank"),
        pytest.param("\tif x: \n", "y\n", "\t    pass\n", id="tabs are kept"),
        pytest.param("", "x", "pass", id="the beginning of a text, no line end"),
    ],
)
def test_always_pass_is_indented_by_what_stands_above(before, truth, expected):
    asked = question(before + truth + "z = 3\n", Span(len(before), len(before) + len(truth)))
    assert answering.always_pass(asked).text == expected
    assert answering.empty(asked).texts == ("",)
