"""What takes the place of code is of its kind, says not much less, and can be written at once."""

import pytest

from lacuna.infill.infill import infill
from lacuna.infill.request import Reason, Request, answered
from lacuna.model.denoiser import Sampling
from lacuna.syntax.spans import Span
from tests.infill.scripted import Scripted


def replaced(marked, answers, sampling=None, *, replaces=True):
    """The answer where what stands between « and » is replaced, and the denoiser that was asked."""
    start, end = marked.index("«"), marked.index("»") - 1
    text = marked.replace("«", "").replace("»", "")
    denoiser = Scripted(lambda _scene: answers, sampling=sampling or Sampling(canvas=60))
    request = Request(text, "python", (Span(start, end),), 0.0, replaces=replaces)
    return answered(infill(denoiser, request)), denoiser


@pytest.mark.parametrize(
    ("marked", "text", "reason"),
    [
        pytest.param("x = «f(a)»\n", "g(a)", None, id="an expression by another"),
        pytest.param("«x = f(a)»\n", "# x = f(a)", Reason.OTHER_KIND, id="a statement by a comment"),
        pytest.param("x = «compute(a, b)»\n", "a", Reason.LESS, id="much less"),
        pytest.param("x = «compute(a, b)»\n", "work(a)", None, id="half as much"),
        pytest.param(
            '«raise NotImplementedError("is to be written")»\n', "f()", None, id="less than a stub, which says nothing"
        ),
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


BODY = 'def f(x):\n    """Return it."""\n    «{}»\n'


@pytest.mark.parametrize("replaces", [True, False], ids=["code is replaced", "a hole is filled"])
@pytest.mark.parametrize("stub", ["...", "pass  # TODO", "raise NotImplementedError"])
@pytest.mark.parametrize(
    "answer", ['"""Return the value."""', "# Return it.", "pass", "# It.\n    pass", '"""It."""\n    ...']
)
def test_a_stub_makes_way_for_what_says_something_alone(replaces, stub, answer):
    silent, _ = replaced(BODY.format(stub), {answer: 1.0}, replaces=replaces)
    assert (silent.edits, silent.reason) == ((), Reason.EMPTY)
    other, _ = replaced(BODY.format(stub), {answer: 0.9, "return x": 0.1}, replaces=replaces)
    assert [edit.new_text for edit in other.edits] == ["return x"]


@pytest.mark.parametrize(
    ("marked", "answer"),
    [
        ("def f(x):\n    «...»\n", '"""It."""\n    return x'),
        ("def f(x):\n    «# It.»\n    return x\n", "# The value."),
        ('def f(x):\n    «"""It."""»\n    return x\n', '"""The value."""'),
        ("def f(x):\n    «»\n    return x\n", '"""The value."""'),
    ],
    ids=["a body with a docstring", "a comment by a comment", "a docstring by a docstring", "nothing stands there"],
)
def test_remarks_are_offered_where_no_stub_stands(marked, answer):
    answered, _ = replaced(marked, {answer: 1.0}, replaces=False)
    assert [edit.new_text for edit in answered.edits] == [answer]


def test_a_remark_may_go_on_where_an_answer_filled_its_canvas():
    marked, first, rest = BODY.format("..."), "y = compute(x)\n", "    # so\n"
    answers = {first: 1.0}, {rest: 1.0}
    start, end = marked.index("«"), marked.index("»") - 1
    text = marked.replace("«", "").replace("»", "")
    denoiser = Scripted(lambda scene: answers["compute" in scene.text], sampling=Sampling(canvas=len(first), blocks=2))
    answer = answered(infill(denoiser, Request(text, "python", (Span(start, end),), 0.0)))
    assert [edit.new_text for edit in answer.edits] == [first + rest]


def test_what_no_canvas_holds_is_told_before_anything_is_inferred():
    answer, denoiser = replaced("x = «compute(a, b)»\n", {"work(a, b)": 1.0}, Sampling(canvas=8))
    assert answer.reason is Reason.TOO_LONG
    assert (denoiser.calls, denoiser.looked) == (0, [])
