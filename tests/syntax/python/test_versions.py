"""What only newer Pythons take; `‸` is where it goes."""

import sys

import pytest

from tests.syntax.python.marked import FUNCTION, REFUSED, kinds

MATCH = "match a:\n        case 1:\n            pass"
QUOTES = "def f(a):\n    return ‸\n", "f'{a['b']}'"


@pytest.mark.parametrize(
    ("marked", "answer", "oldest", "is_refused"),
    [
        pytest.param(*QUOTES, (3, 11), True, id="the quote of a string in it, for an old Python"),
        pytest.param(*QUOTES, (3, 12), False, id="the same for a newer one"),
        pytest.param(QUOTES[0], "f'{a[\"b\"]}'", (3, 11), False, id="another quote"),
        pytest.param("‸\n", "type A = int", (3, 12), False, id="a newer statement"),
        pytest.param("‸\n", "type A = int", (3, 11), True, id="a newer statement for an old Python"),
        pytest.param("‸\n", "type A = int", None, False, id="a newer statement for any Python"),
        pytest.param("def f‸(a):\n    return a\n", "[T]", None, False, id="newer parameters for any Python"),
        pytest.param("def f‸(a):\n    return a\n", "[T]", (3, 9), True, id="newer parameters for an old Python"),
        pytest.param("def f[T](a: T) -> ‸:\n    pass\n", "T", None, False, id="behind newer parameters for any Python"),
        pytest.param("x = ‸\n", "(y := 1)", (3, 7), True, id="a walrus for an old Python"),
        pytest.param("x = ‸\n", "(y := 1)", (3, 8), False, id="a walrus"),
        pytest.param("def f(a, ‸):\n    return a\n", "/", (3, 7), True, id="parameters by place for an old Python"),
        pytest.param(FUNCTION, MATCH, (3, 9), True, id="match for an old Python"),
        pytest.param(FUNCTION, MATCH, None, False, id="match for any Python"),
        pytest.param("match = 1\nx = ‸\n", "match", (3, 9), False, id="a name that is a newer keyword"),
        pytest.param("x = ‸\n", "f(a=1, a=2)", (4, 0), True, id="what no Python takes, for one that is not there"),
    ],
)
def test_versions(marked, answer, oldest, is_refused):
    assert (REFUSED in kinds(marked, answer, oldest=oldest)) is is_refused


def test_quotes_in_a_string_count_by_the_servers_python_where_no_project_says_which():
    assert (REFUSED in kinds(*QUOTES)) is (sys.version_info < (3, 12))
