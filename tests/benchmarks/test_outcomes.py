"""What an offer is worth: how much of it is right, what it saves, what must be deleted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.benchmarks.evaluation.outcomes import Outcome, Worth, right_words, worth

EXACT, PREFIX, DELETING, WRONG = Outcome


@pytest.mark.parametrize(
    ("offer", "truth", "beyond", "expected"),
    [
        pytest.param("f(a)", "f(a)", "", Worth(EXACT, 4, 4), id="what stood there"),
        pytest.param("f(a)\n", "f(a)  ", "", Worth(EXACT, 4, 4), id="outer line ends and trailing blanks do not count"),
        pytest.param("f(", "f(a)", "", Worth(PREFIX, 2, 2), id="whole words of it"),
        pytest.param("fo", "foo(a)", "", Worth(WRONG, 2, 0), id="half a word is no word"),
        pytest.param("f(b)", "f(a)", "", Worth(DELETING, 0, 2), id="two characters to be kept, two to be deleted"),
        pytest.param("f(a)\ng()", "f(a)", "", Worth(DELETING, 0, 4), id="more than stood there"),
        pytest.param("f(a)\ng()", "f(a)", "\ng()\nh()", Worth(EXACT, 4, 4), id="more, as it came"),
        pytest.param("f(a)\nh()", "f(a)", "\ng()\n", Worth(DELETING, 1, 4), id="more, not as it came"),
        pytest.param("g(a)", "f(a)", "", Worth(WRONG, -4, 0), id="nothing"),
    ],
)
def test_an_offer_is_worth(offer, truth, beyond, expected):
    assert worth(offer, truth, beyond) == expected


def test_words_are_right_up_to_the_first_that_is_not():
    assert list(right_words("a = b.c(d)", "a = b.x(d)")) == ["a", " =", " b", "."]
    assert list(right_words("abc", "abcd")) == []


@given(st.text("ab(. \n"), st.text("ab(. ").filter(str.strip), st.text("ab(. \n"))
def test_no_way_of_accepting_saves_more_than_there_is(offer, truth, beyond):
    found = worth(offer, truth, beyond)
    size = len(truth.rstrip())
    assert found.whole <= size
    assert 0 <= found.by_words <= size
    if found.outcome is EXACT:
        assert found.whole == size
    if found.outcome is WRONG:
        assert found.by_words == 0
