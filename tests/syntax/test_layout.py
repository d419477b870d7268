"""Where a line begins and how far to the right a statement may stand; `|` is the span."""

import pytest

from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.layout import as_line, body_begins, indentations, lacking_indentations
from lacuna.syntax.spans import Span


def at_mark(marked):
    at = marked.index("|")
    return marked.replace("|", ""), Span(at, at)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param("def f():\n    a()\n|    b()\n", ("    ",), id="as the lines beside it"),
        pytest.param("def f():\n    a()\n|\n\nb()\n", ("    ", ""), id="as the one before or the one after"),
        pytest.param("def f():\n|    a()\n", ("    ",), id="within a block that begins"),
        pytest.param("def f():  # so\n|\nb()\n", ("    ",), id="deeper than a head, by four"),
        pytest.param("if a:\n  b()\n\ndef f():\n|\n", ("  ",), id="deeper by as much as elsewhere"),
        pytest.param("if a:\n  b()\n\nif c:\n|   d()\n", ("  ",), id="as much as elsewhere above what is deeper"),
        pytest.param("if a:\n    b()\n\nif c:\n|  d()\n", ("  ",), id="as the line after it if that is less"),
        pytest.param("if a:\n\tb()\n\tif c:\n|\n", ("\t\t",), id="with tabs"),
        pytest.param("if a:\n|        b()\n", ("    ",), id="a head may be missing between"),
        pytest.param("a()\r\n|\r\n    b()\r\n", ("", "    "), id="lines that end otherwise"),
        pytest.param("|", ("",), id="an empty document"),
        pytest.param("def f():\n    |\n", (), id="behind white space"),
        pytest.param("x = |\n", (), id="within a line"),
    ],
)
def test_a_line_may_be_indented_as(marked, expected):
    assert indentations(*at_mark(marked), PYTHON) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param("def f():\n    if a:\n    |\n", ("    ",), id="in the head's own column"),
        pytest.param("def f():\n    if a:\n  |  \n", ("      ",), id="left of it"),
        pytest.param("def f():\n    if a:\n        |\n", (), id="where it stands"),
        pytest.param("def f():\n    if a:\n          |\n", (), id="right of it"),
        pytest.param("def f():\n    if a:\n\t|\n", (), id="behind other white space"),
        pytest.param("def f():\n    a()\n  |\nb()\n", (), id="where there are two places"),
        pytest.param("def f():\n    if a:\n    |b()\n", (), id="before a statement"),
        pytest.param("if a:\n|\n", (), id="at the start of a line"),
    ],
)
def test_a_line_lacks_of_its_indentation(marked, expected):
    assert lacking_indentations(*at_mark(marked), PYTHON) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param("class A:\n\tdef f(self):« ...»\n", "\n\t\t", id="with tabs"),
        pytest.param(
            "def f():« ...»\n\n\ndef g():\n\treturn 1\n", "\n\t", id="as what follows, where nothing is before"
        ),
        pytest.param("def f():« ...»", "\n    ", id="by four"),
        pytest.param("def f(): «...»\n", "", id="behind a blank"),
        pytest.param("def f():«»\n", "", id="where nothing stands"),
        pytest.param("def f():« ...»  # so\n", "", id="before a comment"),
        pytest.param("x =« ...»\n", "", id="behind no header"),
    ],
)
def test_a_body_behind_its_header_begins_with(marked, expected):
    start, end = marked.index("«"), marked.index("»") - 1
    text = marked.replace("«", "").replace("»", "")
    assert body_begins(text, Span(start, end), PYTHON) == expected


def test_a_statement_that_stands_above_a_line_brings_its_line_end():
    assert as_line("a\nb\n", Span(2, 2), "x") == "x\n"
    assert as_line("a\n\nb\n", Span(2, 2), "x") == "x"
    assert as_line("a\n", Span(2, 2), "x") == "x"
