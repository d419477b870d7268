"""Which names a document wants: they are read behind the span, `|`, and nothing binds them."""

import pytest

from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.names import wanted
from lacuna.syntax.parsing import parse


def wanted_at(marked, elsewhere=""):
    at = marked.index("|")
    return wanted(parse(marked.replace("|", ""), PYTHON), at, elsewhere)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param("def f(xs):\n    |\n    return total\n", ("total",), id="what is returned"),
        pytest.param("def f(xs):\n    |\n    total += 1\n", ("total",), id="what is added to"),
        pytest.param("def f(xs):\n|        g(b, a)\n        g(b)\n", ("b", "a"), id="in their order"),
        pytest.param(
            'def f(xs):\n    "The total."\n    |\n    return total\n', ("total",), id="whatever is said of it"
        ),
        pytest.param("def f(xs):\n    |\n    out.append(1)\n", ("out",), id="whose member is called"),
        pytest.param("def f(xs):\n    out = 1\n    |\n    return out\n", (), id="bound before"),
        pytest.param("def f(xs):\n    |\n    out = 1\n    return out\n", (), id="bound behind"),
        pytest.param("def f(xs):\n    |\n    for x in xs:\n        n = n + x\n", ("n",), id="bound from itself"),
        pytest.param("def f(xs):\n    |\n    g(n, 1)\n    n = 2\n", ("n",), id="bound too late"),
        pytest.param("def f(xs):\n    |\n    while xs[i]:\n        i, j = j, i\n", ("i", "j"), id="two bound too late"),
        pytest.param("def f(xs):\n    |\n    def g():\n        return n\n    n = 2\n", (), id="read later"),
        pytest.param("def f(xs):\n    |\n    g(lambda: n)\n    n = 2\n", (), id="read later in a lambda"),
        pytest.param("def f(xs):\n    |\n    g(lambda n: n)\n", (), id="a lambda's own"),
        pytest.param("def f(xs):\n    |\n    g({y: 1 for x in xs if (y := x)})\n", (), id="bound within brackets"),
        pytest.param("def f(xs):\n    |\n    for n in xs:\n        g(n)\n", (), id="of a loop"),
        pytest.param("def f(xs):\n    |\n    return [x for x in xs]\n", (), id="of a comprehension"),
        pytest.param("def f(xs):\n    |\n    return len(xs)\n", (), id="known everywhere"),
        pytest.param("def f(xs):\n    |\n    return g(xs)\n", (), id="a function: bound far away, if at all"),
        pytest.param("def f(xs):\n    |\n    y: Thing = xs\n    return y\n", (), id="a type"),
        pytest.param("def f(xs):\n    |\n    return xs.a\n", (), id="a member"),
        pytest.param("def f(xs):\n    |\n    return xs(a=1)\n", (), id="an argument's name"),
        pytest.param("def f(xs):\n    |\n    with xs as (a, b):\n        return a, b\n", (), id="bound by with"),
        pytest.param("from a import *\ndef f(xs):\n    |\n    return y\n", (), id="anything may be bound"),
        pytest.param("def f(xs):\n    print(y)\n    |\n    return y\n", (), id="not bound before, either"),
    ],
)
def test_a_name_is_wanted(marked, expected):
    assert wanted_at(marked) == expected


def test_what_stands_elsewhere_is_bound_there():
    marked = "def f(xs):\n    |\n    return total\n"
    assert wanted_at(marked, "total = 1") == ()
    assert wanted_at(marked, "subtotal = 1") == ("total",)
    assert wanted_at(marked, "from a import *\n") == ()
