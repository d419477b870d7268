"""What an answer makes of what stands right behind it. "‸" stands for the cursor."""

import pytest

from lacuna.syntax.beside import (
    cuts_known_word,
    cuts_off,
    is_behind_line,
    is_gap,
    renames,
    takes_arguments,
    takes_over,
    tears,
    turns,
)
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.spans import Span


def at(marked):
    cursor = marked.index("‸")
    return marked.replace("‸", ""), Span(cursor, cursor)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("x = 1‸\n", True),
        ("x = 1‸  \n", True),
        ("x = ‸1\n", True),
        ("f(‸1)\n", True),
        ("a.‸b\n", True),
        ("x=‸1\n", True),
        ("f(a,‸b)\n", True),
        ("‸x = 1\n", True),
        ("    ‸x = 1\n", True),
        ("resul‸ts[0]\n", False),
        ("results‸[0]\n", False),
        ("f()‸.x\n", False),
        ("'a‸b'\n", False),
        ("x = '‸'\n", True),
        ("x = '‸b'\n", False),
    ],
)
def test_where_people_leave_gaps(marked, expected):
    assert is_gap(*at(marked), PYTHON) is expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("x = 1‸\n", True),
        ("f(x)‸  \n", True),
        ("x = ‸\n", False),
        ("return ‸\n", False),
        ("f(‸)\n", False),
        ("    ‸\n", False),
        ("‸\n", False),
        ("resul‸ts\n", False),
    ],
)
def test_what_stands_right_behind_a_line(marked, expected):
    assert is_behind_line(*at(marked)) is expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("results = 1\nresul‸ts\n", True),
        ("resul‸ts\n", False),
        ("Fal‸se\n", True),
        ("whi‸le x:\n", True),
        ("prin‸t(1)\n", True),
        ("f()‸.x\n", True),
        ("def mean‸(prices):\n    return 1\n", True),
        ("def mea‸n(prices):\n    return 1\n", False),
        ("def mean‸", False),
    ],
    ids=[
        *("stands elsewhere", "stands nowhere else", "a constant", "a keyword", "a builtin", "no word before it"),
        *("a definition's name", "within a definition's name", "a definition's name, the rest missing"),
    ],
)
def test_a_word_is_what_stands_on_both_sides_of_the_cursor(marked, expected):
    assert cuts_known_word(*at(marked), PYTHON) is expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        ("results = 1\nresul‸s\n", "t", False),
        ("results = 1\nresul‸s\n", "ts[", True),
        ("results = 1\nresults‸s\n", "", False),
        ("results = 1\nresu‸ts\n", "l", False),
        ("results = 1\nx = ‸results\n", "1 + ", False),
        ("results = 1\nx = ‸results\n", "not_", True),
        ("x = ‸1\n", "3", True),
        ("x = ‸1\n", "y + ", False),
        ("x = ‸\n", "resul", False),
        ("x = ‸ + y\n", "anything", False),
        ("x‸y = 1\n", "", False),
        ("import httpie\nfrom httpie‸argtypes import Any\n", ".cli.", False),
        ("import httpie\nfrom http‸argtypes import Any\n", "ie.cli.", True),
    ],
)
def test_an_answer_makes_no_word_that_nobody_knows(marked, answer, expected):
    assert tears(*at(marked), answer, PYTHON) is expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        ('ax.‸("amount")\n', "set_ylabel", False),
        ('ax.‸("amount")\n', 'set_ylabel("month")', True),
        ('ax.‸("amount")\n', "axes[0].plot", False),
        ('ax.‸["amount"]\n', "bars()", False),
        ("ax.‸.plot()\n", "axes()", False),
        ("ax.‸\n", "axes()", False),
    ],
)
def test_arguments_that_stand_there_are_for_the_answer(marked, answer, expected):
    assert takes_arguments(*at(marked), answer) is expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        ('names.ap‸("c")\n', "pend", False),
        ('names.ap‸("c")\n', "peal", False),
        ('names.ap‸("c")\n', 'pend("d")', True),
        ("seen = set‸()\n", "()", True),
        ("print(‸(1, 2))\n", "max", True),
        ("print(‸(1, 2))\n", "1, ", False),
        ("x = ‸[0]\n", "values", True),
        ("x = y‸.z\n", ".a", True),
        ("x = ‸y\n", "f()", False),
        ("x = ‸\n", "f()", False),
    ],
)
def test_an_answer_takes_nothing_over(marked, answer, expected):
    assert takes_over(*at(marked), answer) is expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        ('names.ap‸("c")\n', "peal", True),
        ('names.ap‸("c")\n', "pend", False),
        ('names.ap‸("c")\n', 'pend("d")', False),
        ('x = appeal\nnames.ap‸("c")\n', "peal", False),
        ("names.ap‸\n", "peal", False),
    ],
)
def test_an_answer_gives_no_unknown_name_to_what_is_called(marked, answer, expected):
    assert renames(*at(marked), answer, PYTHON) is expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        ("if ‸x:\n", "not ", True),
        ("if x is ‸None:\n", "not ", True),
        ("if ‸\n", "not ", False),
        ("if ‸x:\n", "y and ", False),
    ],
)
def test_an_answer_turns_nothing_round(marked, answer, expected):
    assert turns(*at(marked), answer, PYTHON) is expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        ("f‸(x)\n", "()\n", True),
        ("f‸(x)\n", "\n", True),
        ("f‸(x)\n", "()\n    ", True),
        ("f‸(x)\n", "()\n# ", True),
        ("f‸(x)\n", "()", False),
        ("f‸(x)\n", "()\ng", False),
        ("f‸\n", "(x)\n", False),
        ("    ‸f(x)\n", "g(x)\n", False),
        ("x = ‸a + b\n", "b  # ", True),
        ("x = a ‸+ b\n", "- c # d", True),
        ("x = ‸a + b\n", "'#' + ", False),
        ("x = '‸a' + b\n", "# ", False),
        ("x = a‸\n", "  # b", False),
        ("x = ‸  # a\n", "b  # c", False),
        ("x = 1  # ‸a\n", "# b", False),
    ],
)
def test_an_answer_cuts_nothing_off(marked, answer, expected):
    assert cuts_off(*at(marked), answer, PYTHON) is expected
