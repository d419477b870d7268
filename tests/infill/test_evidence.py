"""What an answer's confidence rests on, beside the denoiser's own probability."""

import math

import pytest

from lacuna.infill import evidence
from lacuna.infill.places import Place
from lacuna.infill.quotes import MOST, Quotes
from lacuna.model.denoiser import Scene
from lacuna.syntax.spans import Span
from tests.infill.scripted import Scripted, Sight

CODE = "total = 1\nshow = to<>\nprint(show)\n"


def at(code: str = CODE) -> Place:
    start = code.index("<>")
    return Place(0, Scene(code.replace("<>", ""), (Span(start, start),)))


def seen(beside: frozenset[str] = frozenset(), **quoted: int) -> Sight:
    return Sight(Scripted(dict, beside=beside, quoted=quoted), {})


def known(answer: str, sight: Sight, code: str = CODE) -> dict[str, float]:
    return evidence.of_text(answer, at(code), sight, Quotes.at(at(code), sight))


def test_a_text_is_as_long_as_what_it_says():
    assert known(" tal\n", seen())["length"] == math.log1p(3)


@pytest.mark.parametrize(
    ("answer", "expected"), [("tal", 1), ("tal\nprint(total)", 1 / 2), ("tal\nprint(show)\nshow()", 1 / 3), ("n", 0)]
)
def test_lines_that_an_answer_makes_may_stand_elsewhere(answer, expected):
    assert known(answer, seen(frozenset({"show = total"})))["stands elsewhere"] == expected


def test_a_blank_answer_makes_no_line():
    assert known("", seen(), "<>\n")["stands elsewhere"] == 0


@pytest.mark.parametrize(
    ("answer", "so", "otherwise"), [("tal", 3 / 5, 1 / 5), ("ns ", 1 / 5, 3 / 5), ("p", 0, 4 / 5)], ids=repr
)
def test_other_files_say_so_or_otherwise(answer, so, otherwise):
    found = known(answer, seen(tal=3, ns=1))
    assert (found["elsewhere so"], found["elsewhere otherwise"]) == (so, otherwise)


def test_where_other_files_say_nothing_nothing_is_said_of_them():
    assert known("tal", seen()) == {
        "length": math.log1p(3), "stands elsewhere": 0, "elsewhere so": 0, "elsewhere otherwise": 0
    }  # fmt: skip


def test_quotes_end_in_what_stands_behind_the_place_less_that():
    sight = Sight(Scripted(dict, quoted={"tal)": 2, "tal": 1, "p1)": 1}), {})
    assert Quotes.at(at("print(to<>)\n"), sight).counts == {"tal": 2, "p1": 1}


def test_the_quotes_that_are_given_most_often_are_weighed_unless_they_fill_the_canvas():
    given = {"once": 1, "often": 9, "too long by far": 99, " ": 7} | {f"q{n}": 2 for n in range(MOST)}
    sight = Sight(Scripted(dict, quoted=given), {})
    rows = list(Quotes(given).tokens(sight, canvas=6))
    assert rows == [sight.encode(text) for text in ("often", "q0", "q1", "q2")]
