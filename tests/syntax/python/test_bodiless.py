"""Definitions at the end of a file that nothing follows; `‸` is where an answer goes."""

import pytest

from tests.syntax.python.marked import BODILESS, kinds


@pytest.mark.parametrize(
    ("marked", "answer", "is_bodiless"),
    [
        pytest.param("import a\n\n‸", "def f(x):", True, id="a function at the end"),
        pytest.param("import a\n\n‸", "def f(", True, id="half of a function"),
        pytest.param("import a\n\n‸", "class A:", True, id="a class"),
        pytest.param("class A:\n    x = 1\n\n    ‸", "def f(self):", True, id="a method"),
        pytest.param("import a\n\n‸", "x = 1\n\n\ndef f():", True, id="behind something else"),
        pytest.param("import a\n\n‸", "def f(x):\n    return x", False, id="with a body"),
        pytest.param("import a\n\n‸", "def f(x): return x", False, id="with a body on its line"),
        pytest.param("import a\n\n‸\n    return 1\n", "def f(x):", False, id="above its body"),
        pytest.param("import a\n\ndef ‸(x):\n    return 1\n", "f", False, id="its name alone"),
        pytest.param("x = f(1)\n\n‸", "def f(x):", False, id="its name is called"),
        pytest.param("x = f(1)\n\n‸", "def f(", False, id="half of what is called"),
        pytest.param("x = f(1)\n\ndef f(): pass\n\n‸", "def f(x):", True, id="its name is called and defined"),
        pytest.param("from a import f\nx = f(1)\n\n‸", "def f(x):", True, id="its name is called and imported"),
        pytest.param(
            "class A:\n    def g(self):\n        return self.f()\n\n    ‸",
            "def f(self):",
            False,
            id="it is called of self",
        ),
        pytest.param("def f(‸", "a, b", False, id="its name stood there"),
        pytest.param("def f(a):\n    ‸", "if a:", False, id="a condition"),
        pytest.param("def f(a):\n    ‸", "while a:", False, id="a loop"),
        pytest.param("def f(a):\n    ‸", "with a as b:", False, id="a with"),
    ],
)
def test_a_definition_without_a_body(marked, answer, is_bodiless):
    assert (BODILESS in kinds(marked, answer)) is is_bodiless
