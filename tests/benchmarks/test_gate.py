"""The rule that baselines keep as Lacuna does."""

import pytest

from lacuna.benchmarks.evaluation import gate
from lacuna.benchmarks.evaluation.held_out import Hole
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
    assert gate.may_offer(HOLE, answer) is is_offered
