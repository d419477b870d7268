"""Which spans a cursor or a selection means. "|" stands for the cursor, "[" and "]" for a selection or a span."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.lsp_server.where import What, at_cursor, selected, unwritten, word_start
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
    ("text", "start", "end", "meant", "is_code"),
    [
        pytest.param("a = <fill>\nb = <fill>\n", 0, 5, ["<fill>"], False, id="touched marker"),
        pytest.param("a = <fill>\nb = <fill>\n", 0, 22, ["<fill>", "<fill>"], False, id="two markers"),
        pytest.param("a = <fill>\n", 10, 10, ["<fill>"], False, id="behind a marker"),
        pytest.param("a = <fill>\n", 4, 4, ["<fill>"], False, id="before a marker"),
        pytest.param("a = <fill>\nb = 1\n", 15, 16, ["1"], True, id="untouched marker"),
        pytest.param("a = f(  )\n", 6, 8, ["  "], False, id="white space"),
        pytest.param("f(one, two)\n", 2, 8, ["one,"], True, id="a node and a part of one"),
    ],
)
def test_a_selection_means_the_markers_it_touches_or_the_whole_nodes_in_it(text, start, end, meant, is_code):
    found = selected(text, PYTHON, Span(start, end))
    assert [text[span.start : span.end] for span in found.spans] == meant
    assert bool(found.code) is is_code


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("value = compute(first)\n", 10, 18), ("", 0, 0), ("a = 1\n", 2, 2)],
    ids=["parts of nodes", "empty", "bare cursor"],
)
def test_a_selection_without_a_whole_node_means_nothing(text, start, end):
    assert selected(text, PYTHON, Span(start, end)) is None


def test_garbage_that_takes_too_long_to_parse_leaves_the_selection():
    garbage = "([{'\"" * 40_000
    found = selected(garbage, PYTHON, Span(100_003, 100_009))
    assert found is None or (found.spans[0].start >= 100_003 and found.spans[0].end <= 100_009)


@pytest.mark.parametrize(
    ("text", "word"),
    [("x = pri|", "pri"), ("a.b_1|", "b_1"), ("x = |", ""), ("|", ""), ("été|", "été"), ("foo(|", "")],
    ids=ascii,
)
def test_the_word_before_a_cursor(text, word):
    cursor = text.index("|")
    assert text[word_start(text, cursor) : cursor] == word


def test_a_method_that_its_class_leaves_to_others_is_written_where_its_function_is_asked_about():
    text = "class A:\n    def a(self):\n        raise NotImplementedError\n\n\ndef b():\n    ...\n"
    found = unwritten(text, PYTHON, Span(text.index("def a"), text.index("def a")))
    spans = {what: [text[span.start : span.end] for span in holes.spans] for what, holes in found.items()}
    assert spans == {What.FUNCTION: ["raise NotImplementedError"], What.FILE: ["..."]}
