"""What replaces code is of its kind."""

import pytest

from lacuna.syntax.kept import keeps_kind
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.spans import Span

DEF = "class C:\n    [def f(self):\n        return 1]\n\n    x = 2\n"


@pytest.mark.parametrize(
    ("marked", "answer", "kept"),
    [
        pytest.param("x = [a + b]\n", "f(c)", True, id="an expression by another"),
        pytest.param("x = [a + b]\n", "1\ny = 2", False, id="an expression by what ends the statement"),
        pytest.param("x = [a + b]\n", "# a", False, id="an expression by a comment"),
        pytest.param("[x = 1]\n", "y = 2\nz = 3", True, id="a statement by two"),
        pytest.param("[x = 1]\n", "#", False, id="a statement by a comment"),
        pytest.param("[x = 1\ny = 2]\n", "z()", True, id="two statements by one"),
        pytest.param("if a:\n    [b = 1]\n", "c()\n    d()", True, id="a body"),
        pytest.param(DEF, "def g(self):\n        pass", True, id="a function by a function"),
        pytest.param(DEF, "class D:\n        pass", False, id="a function by a class"),
        pytest.param(DEF, "y = 1", False, id="a function by a statement"),
        pytest.param(DEF, "def g(self):\n        pass\n    def h(self):\n        pass", False, id="a function by two"),
        pytest.param('def f():\n    ["""Say."""]\n    return 1\n', '"""Tell."""', True, id="a docstring by another"),
        pytest.param('def f():\n    ["""Say."""]\n    return 1\n', "x = 1", False, id="a docstring by a statement"),
        pytest.param("[x = ]1\n", "y = ", True, id="nothing whole by anything"),
        pytest.param("x = [a + b]\n", " f(c) ", True, id="white space at its ends"),
    ],
)
def test_an_answer_is_of_the_kind_of_what_it_replaces(marked: str, answer: str, kept: bool) -> None:  # noqa: FBT001
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "", 1).replace("]", "", 1)
    assert keeps_kind(text, Span(start, end), answer, PYTHON) is kept
