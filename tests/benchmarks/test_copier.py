"""The line copier: what it proposes and prefers."""

import pytest

from lacuna.benchmarks.evaluation.baselines import copier
from lacuna.benchmarks.evaluation.baselines.guesses import ranked
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.syntax.spans import Span


def hole_of(marked):
    """A hole from a text whose hidden part stands between two bars."""
    before, hidden, after = marked.split("|")
    return Hole("p", "f.py", before + hidden + after, Span(len(before), len(before) + len(hidden)))


def best(marked):
    return ranked(copier.guesses(hole_of(marked)), copier.START)[0]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param("self.alpha = beta\nself.al|pha = beta|\n", "pha = beta", id="the same line above"),
        pytest.param("self.al|pha = beta|\nself.alpha = beta\n", "pha = beta", id="the same line below"),
        pytest.param("print(total)\nx = f(a)\ny = f(|a)|\n", "a)", id="the longest match left of the cursor"),
        pytest.param(
            "if a:\n    go(1)\nb\nif c:\n    go(2)\nd\nif c:\n    |go(2)|\nd\n", "go(2)", id="like neighbours"
        ),
    ],
)
def test_the_most_similar_line_is_copied(marked, expected):
    assert best(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param("x = f(a, b) + 1\nx = f(|c, d|) + 1\n", "a, b", id="up to all that follows"),
        pytest.param("x = f(a, b) + 1\nx = f(|c, d|) + 2\n", "a, b", id="up to its first word"),
    ],
)
def test_within_a_line_a_copy_ends_where_the_line_goes_on(marked, expected):
    assert best(marked) == expected


def test_within_a_line_what_does_not_lead_to_what_follows_is_no_guess():
    assert copier.guesses(hole_of("x = f(a)\nx = |g|[0]\n")).texts == ()


def test_the_hidden_text_is_never_seen():
    shown = "alpha = 1\nbeta = 2\nal|{}|\nal = 3\n"
    one, other = (copier.guesses(hole_of(shown.format(hidden))) for hidden in ("pha = 1", "zzzzzz"))
    assert one.texts == other.texts
    assert (one.features == other.features).all()


def test_more_places_than_are_compared_keep_the_longest_matches():
    text = "x = 1\n" * 600 + "abc = 2\n" + "x = 1\n" * 600
    assert best(text + "abc| = 2|\n") == " = 2"


def test_a_document_of_one_line_offers_nothing():
    found = copier.guesses(hole_of("x| = 1|\n"))
    assert found.texts == ()
    assert ranked(found, copier.START) == []
