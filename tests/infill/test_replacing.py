"""What takes the place of code is of its kind, says not much less, and can be written at once."""

import pytest

from lacuna.infill.infill import infill
from lacuna.infill.request import Reason, Request, answered
from lacuna.model.denoiser import Sampling
from lacuna.syntax.spans import Span
from tests.infill.scripted import Scripted


def replaced(marked, answers, sampling=None):
    """The answer where what stands between « and » is replaced, and the denoiser that was asked."""
    start, end = marked.index("«"), marked.index("»") - 1
    text = marked.replace("«", "").replace("»", "")
    denoiser = Scripted(lambda _scene: answers, sampling=sampling or Sampling(canvas=60))
    request = Request(text, "python", (Span(start, end),), 0.0, replaces=True)
    return answered(infill(denoiser, request)), denoiser


@pytest.mark.parametrize(
    ("marked", "text", "reason"),
    [
        pytest.param("x = «f(a)»\n", "g(a)", None, id="an expression by another"),
        pytest.param("«x = f(a)»\n", "# x = f(a)", Reason.OTHER_KIND, id="a statement by a comment"),
        pytest.param("x = «compute(a, b)»\n", "a", Reason.LESS, id="much less"),
        pytest.param("x = «compute(a, b)»\n", "work(a)", None, id="half as much"),
        pytest.param("x = «  »1\n", "2 + ", None, id="nothing stands there"),
    ],
)
def test_what_is_offered_in_the_place_of_code(marked, text, reason):
    answer, _ = replaced(marked, {text: 1.0})
    assert answer.reason is reason
    assert [edit.new_text for edit in answer.edits] == ([] if reason else [text])


def test_what_may_stand_there_comes_before_what_is_surer_and_may_not():
    answer, _ = replaced("«x = f(a)»\n", {"# nothing": 0.7, "x = g(a)": 0.3})
    assert [edit.new_text for edit in answer.edits] == ["x = g(a)"]


def test_what_no_canvas_holds_is_told_before_anything_is_inferred():
    answer, denoiser = replaced("x = «compute(a, b)»\n", {"work(a, b)": 1.0}, Sampling(canvas=8))
    assert answer.reason is Reason.TOO_LONG
    assert (denoiser.calls, denoiser.looked) == (0, [])
