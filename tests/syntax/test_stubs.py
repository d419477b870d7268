"""What says nothing in a body; which stubs are found, the cases of the rule `stub-bodies` say."""

import pytest

from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.parsing import parse
from lacuna.syntax.stubs import says_nothing, stubs


@pytest.mark.parametrize(
    "text", ["pass", "...", "raise NotImplementedError", 'raise NotImplementedError("not yet")', "pass\n"], ids=repr
)
def test_what_only_stands_there_says_nothing(text):
    assert says_nothing(text, PYTHON)


@pytest.mark.parametrize(
    "text", ["return x", "pass\nreturn x", "x = ...", 'raise ValueError("x")', "", "<fill>", "("], ids=repr
)
def test_what_does_something_says_something(text):
    assert not says_nothing(text, PYTHON)


def test_stubs_are_the_first_things_on_their_lines_in_order():
    text = "def a(): ...\ndef b():\n    raise NotImplementedError\ndef c():\n    ...\n"
    parsed = parse(text, PYTHON)
    assert [text[span.start : span.end] for span in stubs(parsed)] == ["raise NotImplementedError", "..."]
