"""What a document says that a span, `|`, begins with."""

import pytest

from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.openings import bindings
from lacuna.syntax.spans import Span


def test_two_names_may_be_bound_in_either_order_and_of_more_the_first_is():
    assert bindings((), PYTHON.openings) == ()
    assert bindings(("a",), PYTHON.openings)[:2] == ("a =", "for a in")
    assert {"a, b =", "for b, a in"} <= set(bindings(("a", "b"), PYTHON.openings))
    assert bindings(("a", "b", "c"), PYTHON.openings) == bindings(("a",), PYTHON.openings)


def openings_at(marked):
    at = marked.index("|")
    return SyntaxCheck(marked.replace("|", ""), (Span(at, at),), PYTHON).openings()


@pytest.mark.parametrize(
    ("marked", "begins"),
    [
        pytest.param("def f(xs):\n|    return total\n", "    total =", id="a name"),
        pytest.param("def f(xs):\n    |\n    return total\n", "total =", id="behind the indentation"),
        pytest.param("def f(xs):\n    for |\n        total += 1\n", "total in", id="a loop that has begun"),
        pytest.param("def f(xs):\n    to|\n    return total\n", "tal =", id="a word that has begun"),
        pytest.param("def f(xs):\n    x = 1\n|        g()\n    return 2\n", "    while", id="the head of a block"),
        pytest.param("def f(xs):\n    if xs:\n|            g()\n", "        for", id="a head between others"),
        pytest.param("def f(xs):\n    if xs:\n        |\n            g()\n", "if", id="a head behind its blanks"),
        pytest.param("def f(xs):\n    t = 0\n|        t += x\n    return t\n", "    for x in", id="a head that binds"),
    ],
)
def test_a_span_is_likely_to_begin_with(marked, begins):
    assert begins in openings_at(marked)


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("def f(xs):\n    |\n    return xs\n", id="nothing is wanted"),
        pytest.param("def f(xs):\n    return g(|)\n    return total\n", id="no room for a binding"),
        pytest.param("def f(xs):\n    if x|\n        g()\n", id="a head that has begun"),
        pytest.param("def f(\n|\n", id="nothing heals it"),
    ],
)
def test_a_span_may_begin_with_anything(marked):
    assert openings_at(marked) == ()


def test_where_a_head_is_wanted_no_other_statement_binds():
    openings = openings_at("def f(xs):\n    t = 0\n|        t += x\n    return t\n")
    assert openings
    assert not any(opening.endswith("=") for opening in openings)


RETURNS = "def f(xs):\n    if xs:\n        return 1\n"
TYPED = "def f(xs) -> int:\n    xs += 1\n"


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param(RETURNS + "|", id="it returns elsewhere"),
        pytest.param(TYPED + "|\n", id="its type says so"),
        pytest.param("def f(xs):\n    n = 0\n    for x in xs:\n        n += x\n|", id="a sum that nobody reads"),
        pytest.param("def f(xs):\n    n = []\n    n.append(xs)\n|", id="a list that nobody reads"),
        pytest.param("def f(xs):\n    n = {}\n    n[xs] = 1\n|", id="a table that nobody reads"),
        pytest.param(TYPED + "|\n\ndef g():\n    pass\n", id="above another function"),
        pytest.param(TYPED + "    |\n", id="behind the indentation"),
        pytest.param(TYPED + "    ret|\n", id="a word that has begun"),
        pytest.param(
            "class A:\n    def f(self) -> int:\n        self.x = 1\n|\n    def g(self): pass\n", id="a method"
        ),
        pytest.param(
            "def f(xs):\n    def g():\n        xs.a()\n    return g()\n    # so\n\ndef h() -> A:\n    1\n|", id="last"
        ),
    ],
)
def test_a_function_that_ends_without_its_return_returns(marked):
    begun = marked[: marked.index("|")].rpartition("\n")[2]
    assert "return" in [(begun + opening).strip() for opening in openings_at(marked)]


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("def f(xs):\n    xs.a()\n|", id="it need not return anything"),
        pytest.param("def f(xs) -> None:\n    xs.a()\n|", id="it returns nothing"),
        pytest.param("def f(xs) -> None:\n    n = 0\n    n += xs\n|", id="it returns nothing, whatever it makes"),
        pytest.param("def f(xs):\n    if xs:\n        return\n    n = 0\n|", id="it returns nothing elsewhere"),
        pytest.param("def f(xs):\n    n = 0\n    xs.a(n)\n|", id="what it makes is read"),
        pytest.param("def f(xs):\n    xs[0] = 1\n    xs.a()\n|", id="it changes what it was given"),
        pytest.param("def f(xs):\n    def g():\n        return 1\n    g()\n|", id="another one returns"),
        pytest.param("def f(xs) -> A:\n    yield 1\n|", id="it yields"),
        pytest.param(RETURNS + "    return 2\n|", id="it has its return"),
        pytest.param(RETURNS + "    else:\n        return 2\n|", id="its end may not be reached"),
        pytest.param("def f(xs) -> A:\n    while True:\n        g()\n|", id="it never ends"),
        pytest.param(RETURNS + "|    return 2\n", id="it does not end there"),
        pytest.param(TYPED + "        |\n", id="farther right than its body"),
        pytest.param("def f(xs) -> A: xs\n|", id="a body on its line"),
    ],
)
def test_a_function_need_not_return(marked):
    assert openings_at(marked) == ()


CALLS = "def f(xs):\n    total(xs)\n    return first(xs), second(xs)\n\n\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param(CALLS + "def |\n", ("second(", "first(", "total("), id="what is called, the nearest first"),
        pytest.param(CALLS + "def se|\n", ("cond(",), id="a name that has begun"),
        pytest.param(CALLS + "def |", ("second(", "first(", "total("), id="at the end"),
        pytest.param("def |\n\n\n" + CALLS, ("total(", "first(", "second("), id="above the calls"),
        pytest.param(CALLS + "def first(xs):\n    pass\n\n\ndef |\n", ("second(", "total("), id="less what is defined"),
        pytest.param("from a import first\n" + CALLS + "def |\n", ("second(", "total("), id="less what is imported"),
        pytest.param("first = 1\n" + CALLS + "def |\n", ("second(", "total("), id="less what is assigned"),
        pytest.param("class A:\n    def f(self):\n        self.g()\n\n    def |\n", ("g(",), id="a method"),
        pytest.param("def f(xs):\n    return len(xs)\n\n\ndef |\n", (), id="nothing of Python's own"),
        pytest.param("def f(g):\n    return g()\n\n\ndef |\n", (), id="no parameter"),
        pytest.param("def f(xs):\n    return xs.g()\n\n\ndef |\n", (), id="no member of something else"),
    ],
)
def test_a_definition_that_has_begun_is_of_what_is_called_and_defined_nowhere(marked, expected):
    assert openings_at(marked) == expected
