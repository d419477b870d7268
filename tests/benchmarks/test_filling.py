"""What a hole shows and what an answer took, and how a model's failure reaches the user."""

from lacuna.benchmarks.evaluation import filling
from lacuna.benchmarks.evaluation.filling import Filled
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.infill.request import Draft, Reason
from lacuna.syntax.spans import Span

TEXT = "def f(a):\n    b = a + 1\n    return b\n"
HOLE = Hole("p", "f.py", TEXT, Span(TEXT.index("a + 1"), TEXT.index("a + 1") + 5))


def test_the_answer_is_not_in_what_is_shown():
    assert HOLE.shown == "def f(a):\n    b = \n    return b\n"
    assert HOLE.place == Span(HOLE.span.start, HOLE.span.start)
    assert HOLE.truth == "a + 1"


def test_drafts_are_counted_as_steps(scripted):
    model = scripted(texts=("x",), drafts=(Draft(1, ((None,),)),) * 3)
    assert filling.fill(model.infill, "y = \n", Span(4, 4)) == Filled(("x",), steps=3, milliseconds=8.0, confidence=0.5)


def test_several_holes_are_one_request(scripted):
    model = scripted(texts=("a", "b"))
    filled = filling.fill(model.infill, "x = \ny = \n", Span(4, 4), Span(9, 9))
    assert filled.texts == ("a", "b")
    (request,) = model.requests
    assert request.spans == (Span(4, 4), Span(9, 9))


def test_nothing_offered_is_an_empty_text_in_each_hole(scripted):
    model = scripted(reason=Reason.NO_PARSE)
    filled = filling.fill(model.infill, "x = \ny = \n", Span(4, 4), Span(9, 9))
    assert (filled.texts, filled.reason) == (("", ""), "no parse")
