"""The holes of training: disjoint and in order, of the kinds asked for, at random characters, the same for a seed."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.model.corpus import drawing
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.nodes import every
from lacuna.syntax.parsing import parse
from lacuna.syntax.spans import Kind, Span

ALL = dict.fromkeys([*Kind, "within-line", "lines"], 1.0)
PIECES = st.sampled_from(
    ["x = 1", "\n", "    ", "def f(a):", "return", "'''", "(", "# é 𝄞", "foo_bar baz", " ", "if x:"]
)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(st.lists(PIECES, max_size=60).map("".join), st.integers(1, 12), st.integers(0, 2**32))
def test_holes_are_disjoint_sorted_and_within_the_text(text: str, count: int, seed: int):
    spans = drawing.draw(text, count, ALL, rng(seed))
    assert len(spans) <= count
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)
    assert all(a.end < b.start for a, b in pairwise(spans)), "something stands between two"
    assert all(span.start == span.end or text[span.start : span.end].strip() for span in spans)


def test_a_seed_decides_the_holes(texts: tuple[str, ...]):
    first, again, other = (drawing.draw(texts[0], 9, ALL, rng(seed)) for seed in (3, 3, 4))
    assert first == again != other


@pytest.mark.parametrize("kind", [Kind.STATEMENT, Kind.EXPRESSION, Kind.ARGUMENTS, Kind.CONDITION, Kind.BODY])
def test_holes_of_syntax_are_those_that_serving_finds(texts: tuple[str, ...], kind: Kind):
    for text in texts:
        parsed = parse(text, language_of("python"))
        assert parsed is not None
        drawn = drawing.draw(text, 8, {kind: 1.0}, rng(1))
        assert set(drawn) <= set(every(parsed, kind))
        assert drawn


def drawn(texts: tuple[str, ...], kind: str, rounds: int = 20) -> list[tuple[str, Span]]:
    return [
        (text, span) for n in range(rounds) for text in texts for span in drawing.draw(text, 4, {kind: 1.0}, rng(n))
    ]


def test_the_rest_of_a_line_ends_with_its_line(texts: tuple[str, ...]):
    for text, span in drawn(texts, "rest-of-line"):
        assert span.end == len(text) or text[span.end] == "\n"
        assert "\n" not in text[span.start : span.end]


def test_holes_within_a_line_leave_the_line_whole(texts: tuple[str, ...]):
    assert all("\n" not in text[span.start : span.end] for text, span in drawn(texts, "within-line"))


def test_holes_of_lines_are_one_to_four_whole_ones(texts: tuple[str, ...]):
    found = drawn(texts, "lines")
    for text, span in found:
        assert not text[text.rfind("\n", 0, span.start) + 1 : span.start].strip(" \t")
        assert span.end == len(text) or text[span.end] == "\n"
    assert {text.count("\n", span.start, span.end) for text, span in found} == {0, 1, 2, 3}


def test_a_third_of_the_cuts_is_inside_words(texts: tuple[str, ...]):
    cuts = [(text, span.start) for text, span in drawn(texts, "rest-of-line") if span.start < span.end]
    inside = [text[at - 1 : at + 1].replace("_", "a").isalnum() and at > 0 for text, at in cuts]
    assert len(cuts) > 300
    assert 0.25 < np.mean(inside) < 0.42


def test_kinds_are_drawn_about_as_often_as_asked(texts: tuple[str, ...]):
    kinds = {"rest-of-line": 0.75, Kind.BODY: 0.25}
    bodies = {text: set(every(parsed, Kind.BODY)) for text in texts if (parsed := parse(text, language_of("python")))}
    dice = rng(0)
    found = [(text, span) for text in texts * 90 for span in drawing.draw(text, 1, kinds, dice)]
    assert np.mean([span in bodies[text] for text, span in found]) == pytest.approx(0.25, abs=0.05)


@given(st.integers(0, 2**32))
def test_a_span_that_fits_is_not_shortened(seed: int):
    assert drawing.shortened("a" * 40, Span(3, 33), 30, rng(seed)) == Span(3, 33)


def test_half_of_those_that_do_not_fit_begin_later(texts: tuple[str, ...]):
    span = Span(10, 700)
    found = [drawing.shortened(texts[0], span, 96, rng(n)) for n in range(300)]
    assert all(span.start <= s.start < s.end == span.end for s in found)
    assert 0.4 < np.mean([s == span for s in found]) < 0.6
