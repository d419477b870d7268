r"""Lines end at "\n", "\r\n" and "\r" alone, and whoever asks for lines gets the same ones."""

import re

from hypothesis import given
from hypothesis import strategies as st

from lacuna.syntax.lines import line_end, line_ends, line_number, line_start, lines, rest_of_line, split_lines
from lacuna.syntax.spans import Span

TEXTS = st.text(st.sampled_from("ab \n\r\t\f\v\x1c\x85\u2028"), max_size=40)


def test_a_line_begins_behind_any_line_end():
    assert [line_start("a\r\nb\rc\nd", offset) for offset in (0, 1, 3, 4, 5, 7)] == [0, 0, 3, 3, 5, 7]


@given(TEXTS, st.data())
def test_lines_are_numbered_by_what_ends_them(text, data):
    offset = data.draw(st.integers(0, len(text)))
    assert line_number(text, offset) == len(split_lines(text[:offset]))


@given(TEXTS)
def test_lines_are_those_of_the_text_with_one_kind_of_line_end(text):
    assert split_lines(text) == text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [text[line.start : line.end] for line in lines(text, Span(0, len(text)))] == split_lines(text)
    assert "".join(map("".join, zip(split_lines(text), [*line_ends(text, 0), ""], strict=True))) == text


@given(TEXTS, st.data())
def test_lines_of_a_part_are_those_of_the_part_by_itself(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert [text[line.start : line.end] for line in lines(text, Span(start, end))] == split_lines(text[start:end])


@given(TEXTS, st.data())
def test_the_rest_of_a_line_ends_where_the_line_does(text, data):
    offset = data.draw(st.integers(0, len(text)))
    rest = rest_of_line(text, offset)
    assert rest == Span(offset, line_end(text, offset))
    assert text[rest.start : rest.end] == re.split(r"\r\n|\r|\n", text[offset:], maxsplit=1)[0]
