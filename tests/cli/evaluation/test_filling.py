"""The rule that baselines keep as Lacuna does, and how a model's failure reaches the user."""

import pytest

from lacuna.cli.evaluation import filling
from lacuna.cli.evaluation.holes import Hole
from lacuna.cli.exit_codes import ModelError
from lacuna.lsp_server.request import Draft
from lacuna.syntax.errors import LacunaError
from lacuna.syntax.spans import Span

TEXT = "def f(a):\n    b = a + 1\n    return b\n"
HOLE = Hole("p", "f.py", TEXT, Span(TEXT.index("a + 1"), TEXT.index("a + 1") + 5))


@pytest.mark.parametrize(
    ("answer", "is_offered"),
    [
        pytest.param("a + 1", True, id="the truth"),
        pytest.param("g(a)", True, id="something else that parses"),
        pytest.param("", False, id="nothing"),
        pytest.param("  ", False, id="blanks"),
        pytest.param("g(a", False, id="an open bracket"),
        pytest.param("1\n    return b", False, id="what follows anyway"),
    ],
)
def test_what_may_be_offered(answer, is_offered):
    assert filling.may_offer(HOLE, answer) is is_offered


def test_the_answer_is_not_in_what_is_shown():
    assert HOLE.shown == "def f(a):\n    b = \n    return b\n"
    assert HOLE.place == Span(HOLE.span.start, HOLE.span.start)
    assert HOLE.truth == "a + 1"


def test_drafts_are_counted_as_steps(scripted):
    model = scripted(texts=("x",), drafts=(Draft(1, ((None,),)),) * 3)
    assert filling.fill(model.infill, "y = \n", Span(4, 4)) == filling.Filled("x", "", 3, 0.5)


def test_a_failing_model_is_the_model_s_fault():
    class BrokenError(LacunaError):
        pass

    def infill(_request):
        yield Draft(1, ((None,),))
        raise BrokenError("The artifact is broken.")

    with pytest.raises(ModelError, match=r"The artifact is broken\."):
        filling.fill(infill, "", Span(0, 0))
