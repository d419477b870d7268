"""What says nothing in a body; which stubs are found, the cases of the rule `stub-bodies` say."""

import pytest

from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.parsing import parse
from lacuna.syntax.spans import Span
from lacuna.syntax.stubs import functions_about, is_stub, says_nothing, stubs

STUBS = (
    "pass",
    " ...",
    "raise NotImplementedError",
    'raise NotImplementedError("not yet")',
    "pass\n",
    "pass; ...",
    "...  # TODO",
    '"""Has one."""\n    # TODO\n    pass',
)
REMARKS = ("# so", '"""Has one."""', '"""Has one.\n\n    And more.\n    """\n', "\n    'Has one.'\n    # so", "'a' 'b'")


@pytest.mark.parametrize("text", STUBS, ids=repr)
def test_what_only_stands_there_is_a_stub_and_says_nothing(text):
    assert is_stub(text, PYTHON)
    assert says_nothing(text, PYTHON)


@pytest.mark.parametrize("text", REMARKS, ids=repr)
def test_comments_and_docstrings_say_nothing_and_are_no_stub(text):
    assert says_nothing(text, PYTHON)
    assert not is_stub(text, PYTHON)


@pytest.mark.parametrize(
    "text",
    [
        "return x",
        "pass\nreturn x",
        "x = ...",
        'raise ValueError("x")',
        "",
        "<fill>",
        "(",
        '"""Has one."""\n    return x',
        "if x:\n        pass",
        '"a".join(b)',
    ],
    ids=repr,
)
def test_what_does_something_says_something(text):
    assert not says_nothing(text, PYTHON)
    assert not is_stub(text, PYTHON)


def test_stubs_are_the_first_things_on_their_lines_or_behind_a_header_in_order():
    text = "def a(): ...\ndef b():\n    raise NotImplementedError\ndef c():\n    ...\ndef d(): 'D'; ...\n"
    parsed = parse(text, PYTHON)
    assert [text[span.start : span.end] for span in stubs(parsed)] == [" ...", "raise NotImplementedError", "..."]


def test_who_asks_about_a_method_means_it():
    text = "class A(ABC):\n    def a(self):\n        raise NotImplementedError\n    def b(self):\n        ...\n"
    text += "    @abstractmethod\n    def c(self):\n        ...\n"
    parsed = parse(text, PYTHON)
    assert stubs(parsed) == []
    methods = [functions_about(parsed, Span(at, at))[0] for at in (text.index("def a"), text.index("def c"))]
    found = [[text[span.start : span.end] for span in stubs(parsed, asked)] for asked in methods]
    assert found == [["raise NotImplementedError", "..."]] * 2, "what stands in its class is told, too"


def test_who_asks_about_a_function_means_it_whatever_it_says():
    text = (
        "def a():\n    raise NotImplementedError('not on Windows')\n\n\ndef b():\n    raise NotImplementedError('no')\n"
    )
    parsed = parse(text, PYTHON)
    assert stubs(parsed) == []
    (asked,) = functions_about(parsed, Span(0, 0))
    assert [text[span.start : span.end] for span in stubs(parsed, asked)] == [
        "raise NotImplementedError('not on Windows')"
    ]
