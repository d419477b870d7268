"""What other files say where a line begins alike: answers to weigh, and evidence."""

import pytest

from lacuna.infill import evidence
from lacuna.infill.places import Place
from lacuna.infill.quotes import MOST, Quotes
from lacuna.model.denoiser import Scene
from lacuna.syntax.spans import Span
from tests.infill.scripted import Scripted, Sight


def at(code: str) -> Place:
    start = code.index("<>")
    return Place(0, Scene(code.replace("<>", ""), (Span(start, start),)))


@pytest.mark.parametrize(
    ("answer", "so", "otherwise"), [("tal", 3 / 5, 1 / 5), ("ns ", 1 / 5, 3 / 5), ("p", 0, 4 / 5)], ids=repr
)
def test_other_files_say_so_or_otherwise(answer, so, otherwise):
    found = evidence.of_quotes(answer, Quotes({"tal": 3, "ns": 1}))
    assert (found["elsewhere so"], found["elsewhere otherwise"]) == (so, otherwise)


def test_where_other_files_say_nothing_nothing_is_said_of_them():
    assert not any(evidence.of_quotes("tal", Quotes({})).values())


def test_quotes_end_in_what_stands_behind_the_place_less_that():
    sight = Sight(Scripted(dict, quoted={"tal)": 2, "tal": 1, "p1)": 1}), {})
    assert Quotes.at(at("print(to<>)\n"), sight).counts == {"tal": 2, "p1": 1}


def test_the_quotes_that_are_given_most_often_are_weighed_unless_they_fill_the_canvas():
    given = {"once": 1, "often": 9, "too long by far": 99, " ": 7, "a\u202eb": 8, "a\xa0b": 8} | {
        f"q{n}": 2 for n in range(MOST)
    }
    sight = Sight(Scripted(dict, quoted=given), {})
    rows = list(Quotes(given).tokens(sight, canvas=6))
    assert rows == [sight.encode(text) for text in ("often", "q0", "q1", "q2")]
