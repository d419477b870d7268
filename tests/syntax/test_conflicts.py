"""Conflict markers of a merge; `|` is a cursor."""

import pytest

from lacuna.syntax.conflicts import has_marker, is_conflicted
from lacuna.syntax.spans import Span

CONFLICT = "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(CONFLICT, True, id="a conflict"),
        pytest.param(CONFLICT.replace("\n", "\r\n"), True, id="with CRLF"),
        pytest.param("a = 1\n" + CONFLICT.replace("=======", "||||||| base\nx = 0\n======="), True, id="with its base"),
        pytest.param("<<<<<<<\nx = 1\n=======\nx = 2\n>>>>>>>", True, id="without names"),
        pytest.param('"""\nTitle\n=======\n"""\n', False, id="a title underlined"),
        pytest.param("<<<<<<< HEAD\nx = 1\n", False, id="only begun"),
        pytest.param("x = '<<<<<<< HEAD'\ny = '>>>>>>> other'\n", False, id="within lines"),
        pytest.param("<<<<<<<<\n>>>>>>>>\n", False, id="longer rows"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_text_has_a_conflict(text, expected):
    assert is_conflicted(text) is expected


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        pytest.param(CONFLICT, Span(13, 18), False, id="a line between markers"),
        pytest.param(CONFLICT, Span(0, 0), True, id="at the start of a marker"),
        pytest.param(CONFLICT, Span(4, 4), True, id="in a marker"),
        pytest.param(CONFLICT, Span(13, 25), True, id="over a marker"),
        pytest.param(CONFLICT, Span(19, 19), True, id="at the start of the middle one"),
        pytest.param("x = 1\n", Span(2, 4), False, id="without markers"),
    ],
)
def test_a_span_touches_a_marker(text, span, expected):
    assert has_marker(text, span) is expected
