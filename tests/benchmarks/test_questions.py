"""Questions: what they show, where answers belong, and what the document with them is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.questions import Question, parses
from lacuna.syntax.spans import Span

TEXT = "a = one(1)\nb = two(2)\n"


def question(*hidden, text=TEXT):
    spans = [Span(text.index(part), text.index(part) + len(part)) for part in hidden]
    return Question("joint", tuple(Hole("p", "p.py", text, span) for span in spans))


def test_what_is_shown_has_no_answers_and_the_places_say_where_they_belong():
    asked = question("one", "2")
    assert asked.truths == ("one", "2")
    assert asked.shown == "a = (1)\nb = two()\n"
    assert asked.places == (Span(4, 4), Span(16, 16))
    assert asked.filled(["three", ""]) == "a = three(1)\nb = two()\n"


@given(text=st.text("ab\n", min_size=1), cuts=st.lists(st.integers(0, 30), min_size=2, max_size=6, unique=True))
def test_the_truths_at_the_places_give_the_text_back(text, cuts):
    cuts = sorted(min(cut, len(text)) for cut in cuts)
    spans = [Span(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    asked = Question("joint", tuple(Hole("p", "p.py", text, span) for span in spans))
    assert asked.filled(asked.truths) == text
    shown = asked.shown
    for place, truth in reversed(list(zip(asked.places, asked.truths, strict=True))):
        shown = shown[: place.start] + truth + shown[place.end :]
    assert shown == text


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(["f", "3"], True, id="sound"),
        pytest.param(["f(", "3"], False, id="a bracket open"),
        pytest.param(["\0", "3"], False, id="no source at all"),
    ],
)
def test_python_itself_is_asked_whether_a_document_parses(texts, expected):
    assert parses(question("one", "2"), texts) is expected


def test_nothing_is_said_where_the_original_does_not_parse():
    assert parses(question("1", text="a = (1\n"), ["2"]) is None
