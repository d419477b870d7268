"""Which spans a cursor or a selection means. "|" stands for the cursor, "[" and "]" for a selection or a span."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.lsp_server.where import at_cursor, selected, word_start
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.spans import Span


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("x = |\ny", "x = []\ny"),
        ("x = |", "x = []"),
        ("|", "[]"),
        ("x = |  \t\ny", "x = [  \t]\ny"),
        ("x = |  \r\ny", "x = [  ]\r\ny"),
        ("x = |  \ry", "x = [  ]\ry"),
        ("print(|)\n", "print([])\n"),
        ("x = | + 1\n", "x = [] + 1\n"),
        ("fo|o", "fo[]o"),
        ("😀|😀", "😀[]😀"),
    ],
    ids=ascii,
)
def test_a_cursor_means_the_blank_rest_of_its_line_or_a_place_to_insert(text, meant):
    span = at_cursor(text.replace("|", ""), text.index("|"))
    assert span == Span(meant.index("["), meant.index("]") - 1)


@given(st.text(st.sampled_from("ab() \t\r\n\f\u2028"), max_size=20), st.data())
def test_a_completion_never_replaces_what_the_user_wrote_nor_leaves_its_line(text, data):
    offset = data.draw(st.integers(0, len(text)))
    span = at_cursor(text, offset)
    assert span.start == offset
    assert not text[span.start : span.end].strip()
    assert "\n" not in text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "start", "end", "meant"),
    [
        ("a = <fill>\nb = <fill>\n", 0, 5, ["<fill>"]),
        ("a = <fill>\nb = <fill>\n", 0, 22, ["<fill>", "<fill>"]),
        ("a = <fill>\n", 10, 10, ["<fill>"]),
        ("a = <fill>\n", 4, 4, ["<fill>"]),
        ("value = compute(first)\n", 10, 18, ["compute(first)"]),
        ("a = <fill>\nb = 1\n", 15, 16, ["1"]),
        ("", 0, 0, [""]),
    ],
    ids=[
        "touched marker",
        "two markers",
        "behind a marker",
        "before a marker",
        "cut nodes",
        "untouched marker",
        "empty",
    ],
)
def test_a_selection_means_the_markers_it_touches_or_itself_snapped_to_nodes(text, start, end, meant):
    spans = selected(text, PYTHON, Span(start, end))
    assert [text[span.start : span.end] for span in spans] == meant


def test_garbage_that_takes_too_long_to_parse_leaves_a_span_that_covers_the_selection():
    garbage = "([{'\"" * 40_000
    (span,) = selected(garbage, PYTHON, Span(100_003, 100_009))
    assert span.start <= 100_003
    assert span.end >= 100_009


@pytest.mark.parametrize(
    ("text", "word"),
    [("x = pri|", "pri"), ("a.b_1|", "b_1"), ("x = |", ""), ("|", ""), ("été|", "été"), ("foo(|", "")],
    ids=ascii,
)
def test_the_word_before_a_cursor(text, word):
    cursor = text.index("|")
    assert text[word_start(text, cursor) : cursor] == word
