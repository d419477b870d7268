"""How much of an answer each scope lets through. "|" stands for the cursor; the rest of the text is as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.infill.request import Scope
from lacuna.infill.scope import cut
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.spans import Span

CASES = {
    # what: text, answer, line, statement
    "one line": ("x = |\n", "1 + 2", "1 + 2", "1 + 2"),
    "two statements": ("x = |\n", "1\ny = 2", "1", "1"),
    "a call over lines": ("x = |\ny = 1\n", "f(\n    1,\n)\nz = 2", "f(", "f(\n    1,\n)"),
    "a body": ("def f():|\n", "\n    return 1\n\ng()", "\n    return 1", "\n    return 1"),
    "a header with its body": ("if x|\n", " > 1:\n    a()\n    b()\nc()", " > 1:", " > 1:\n    a()\n    b()"),
    "statements in a body": ("def f():\n    |\n", "a = 1\n    b = 2", "a = 1", "a = 1"),
    "nothing that parses": ("x = |\n", ")(\n)(", ")(", ")("),
    "blank": ("x = |\n", "\n\n", "\n\n", "\n\n"),
}


@pytest.mark.parametrize(("text", "answer", "line", "statement"), CASES.values(), ids=CASES)
def test_an_answer_is_cut_to_its_scope(text, answer, line, statement):
    cursor = text.index("|")
    text = text.replace("|", "")
    span = Span(cursor, cursor)
    assert cut(text, span, answer, PYTHON, Scope.BLOCK) == answer
    assert cut(text, span, answer, PYTHON, Scope.STATEMENT) == statement
    assert cut(text, span, answer, PYTHON, Scope.LINE) == line


@given(st.text(st.sampled_from("ab=():\n #'\""), max_size=30), st.sampled_from(Scope))
def test_what_is_left_is_a_beginning(answer, scope):
    assert answer.startswith(cut("x\n", Span(1, 1), answer, PYTHON, scope))
