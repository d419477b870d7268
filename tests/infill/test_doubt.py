"""Doubt: which of the tokens that stand in a text are written anew, at what strength."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.infill.doubt import Standing, reworked, standing
from lacuna.model.denoiser import Sampling
from lacuna.syntax.spans import Span
from tests.infill.scripted import Scripted

TEXT = "def f(a):\n    b = a + 1\n\n    return b\n"
BODY = Span(TEXT.index("b ="), len(TEXT) - 1)


def doubting(canvas: int = 60, head: str = "", **belonging: float) -> Scripted:
    return Scripted(lambda _: {}, Sampling(canvas=canvas), belonging=belonging, head=head)


def told(denoiser: Scripted, text: str = TEXT, span: Span = BODY) -> list[tuple[str, float]]:
    return [(text[one.span.start : one.span.end], round(one.probability, 6)) for one in standing(denoiser, text, span)]


def parts(strength: float, denoiser: Scripted) -> list[str]:
    return [TEXT[part.start : part.end] for part in reworked(denoiser, TEXT, [BODY], strength)]


def test_each_token_has_its_probability_line_by_line_without_indentation():
    denoiser = doubting(a=0.25, b=0.5)
    found = told(denoiser)
    assert "".join(one for one, _ in found) == "b = a + 1return b"
    assert [p for one, p in found if one in "ab"] == [0.5, 0.25, 0.5]
    assert {p for one, p in found if one not in "ab"} == {1.0}
    assert denoiser.calls == 2, "one for each line with something on it"


@pytest.mark.parametrize("canvas", [1, 2, 4, 5])
def test_a_line_longer_than_a_canvas_is_seen_in_parts(canvas: int):
    assert told(doubting(canvas, b=0.5)) == told(doubting(b=0.5))


def test_what_stands_before_a_place_is_not_told():
    found = told(doubting(head="ret", u=0.5), span=Span(TEXT.index("urn"), len(TEXT) - 1))
    assert found[0] == ("u", 0.5)
    assert "".join(one for one, _ in found) == "urn b"


@pytest.mark.parametrize("canvas", [1, 2, 3])
def test_behind_what_fills_a_canvas_alone_nothing_is_told(canvas: int):
    denoiser = doubting(canvas, head="ret")
    assert told(denoiser, span=Span(TEXT.index("urn"), len(TEXT) - 1)) == []


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        (0.0, []),
        (0.01, ["+"]),
        (2 / 17, ["+ 1"]),
        (3 / 17, ["a + 1"]),
        (4 / 17, ["a + 1", "return"]),
        (1.0, [TEXT[BODY.start : BODY.end]]),
    ],
)
def test_the_least_likely_share_is_written_anew_and_what_lies_between(strength: float, expected: list[str]):
    denoiser = doubting(**{"+": 0.1, "1": 0.2, "a": 0.3, "u": 0.4})
    assert parts(strength, denoiser) == expected
    assert denoiser.calls == (0 if strength == 1.0 else 2)


@given(st.text("ab +\n", max_size=40), st.floats(0, 0.99))
def test_parts_are_sorted_apart_and_within_one_line(text: str, strength: float):
    span = Span(0, len(text))
    found = reworked(doubting(a=0.5, b=0.2), text, [span], strength)
    assert all(one.end < other.start for one, other in itertools.pairwise(found))
    assert all(part.start < part.end and "\n" not in text[part.start : part.end] for part in found)
    tokens = list(standing(doubting(), text, span))
    assert all(isinstance(one, Standing) for one in tokens)
