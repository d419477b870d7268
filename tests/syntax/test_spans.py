"""What each kind of span covers; `|` is the cursor, brackets hold a selection."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.nodes import enclosing, every, shrunk
from lacuna.syntax.parsing import parse
from lacuna.syntax.queries import QueryError, captures
from lacuna.syntax.spans import MARKER, Kind, Span, markers

SOUND = (Path(__file__).parent / "data/sound.txt").read_text("utf-8")
PIECES = [*"ax1 \n\r\t\f\x00\u2028é😀\ud800\ufeff()[\"'#:=@,\\", "def f(", "if x:\n    ", '"""', "->", "\r\n"]
ANYTHING = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
KINDS = st.sampled_from(Kind)


def cut(text, span):
    return None if span is None else text[span.start : span.end]


def case(marked):
    """The text, and the cursor in it."""
    return marked.replace("|", "", 1), marked.index("|")


# 1. The innermost at a cursor

AT_CURSOR = {
    # rest of line
    "the rest of a line": (Kind.REST_OF_LINE, "a = |b + c\nd", "b + c"),
    "the rest before CRLF": (Kind.REST_OF_LINE, "a|b\r\nc\r\n", "b"),
    "the rest before a lone return": (Kind.REST_OF_LINE, "a|b\rc\r", "b"),
    "the rest past a form feed": (Kind.REST_OF_LINE, "a|\fb\nc", "\fb"),
    "the rest at the end": (Kind.REST_OF_LINE, "abc|", ""),
    "the rest of nothing": (Kind.REST_OF_LINE, "|", ""),
    # statements
    "a statement": (Kind.STATEMENT, "a\nb = c|\nd", "b = c"),
    "the innermost statement": (Kind.STATEMENT, "def f():\n    if x:\n        re|turn 1\n    y\n", "return 1"),
    "from the indentation": (Kind.STATEMENT, "def f():\n  |  return 1\n", "return 1"),
    "from a keyword of a block": (Kind.STATEMENT, "def f():\n    i|f x:\n        y\n    z", "if x:\n        y"),
    "of a line of two": (Kind.STATEMENT, "if x: y; z|\n", "z"),
    "a whole if from its head": (Kind.STATEMENT, "if| x: y\n", "if x: y"),
    "decorators belong to it": (Kind.STATEMENT, "@a\n@b\nde|f f(): pass\n", "@a\n@b\ndef f(): pass"),
    "a case counts as one": (Kind.STATEMENT, "match x:\n    case| 1: pass\n", "case 1: pass"),
    "no statement in an empty file": (Kind.STATEMENT, "|", None),
    "no statement in a byte-order mark": (Kind.STATEMENT, "\ufeff|", None),
    "behind a byte-order mark": (Kind.STATEMENT, "\ufeff|a = 1\n", "a = 1"),
    "no statement in a comment": (Kind.STATEMENT, "# com|ment\na\n", None),
    # expressions
    "an expression": (Kind.EXPRESSION, "a = b| + c\n", "b"),
    "around an operator": (Kind.EXPRESSION, "a = b |+ c\n", "b + c"),
    "a call from its bracket": (Kind.EXPRESSION, "f(a, |b)\n", "b"),
    "in astral text": (Kind.EXPRESSION, "'😀', '𝒳|', '😀'\n", "'𝒳'"),
    "right behind it": (Kind.EXPRESSION, "x = foo|", "foo"),
    # arguments
    "arguments": (Kind.ARGUMENTS, "f(a, |b=1)\n", "a, b=1"),
    "the inner call's": (Kind.ARGUMENTS, "f(a, g(b|))\n", "b"),
    "the outer call's": (Kind.ARGUMENTS, "f(a|, g(b))\n", "a, g(b)"),
    "none yet": (Kind.ARGUMENTS, "f(|)\n", ""),
    "over lines": (Kind.ARGUMENTS, "f(\n    a,\n    b|,\n)\n", "a,\n    b,"),
    "a generator": (Kind.ARGUMENTS, "f(x for x in |y)\n", "x for x in y"),
    "bases": (Kind.ARGUMENTS, "class A(B, |C): pass\n", "B, C"),
    "parameters are none": (Kind.ARGUMENTS, "def f(a|): pass\n", None),
    # conditions
    "of an if": (Kind.CONDITION, "if a and b|: c\n", "a and b"),
    "of an elif": (Kind.CONDITION, "if a: b\nelif c|: d\n", "c"),
    "of a while": (Kind.CONDITION, "while |a < b:\n    c\n", "a < b"),
    "of a conditional": (Kind.CONDITION, "x = a if b| else c\n", "b"),
    "of a comprehension": (Kind.CONDITION, "[a for a in b if a| > 1]\n", "a > 1"),
    "of a case": (Kind.CONDITION, "match x:\n    case y if y >| 1: pass\n", "y > 1"),
    "of an assertion": (Kind.CONDITION, "assert a| == b, c\n", "a == b"),
    "a message is none": (Kind.CONDITION, "assert a == b, c|\n", None),
    # bodies
    "a body": (Kind.BODY, "def f():\n    a\n    |b\n\nc\n", "a\n    b"),
    "the innermost body": (Kind.BODY, "def f():\n    if a:\n        b|\n    c\n", "b"),
    "on one line": (Kind.BODY, "if x: |y\n", "y"),
    "a body of CRLF": (Kind.BODY, "def f():\r\n\ta|\r\n\tb\r\n", "a\r\n\tb"),
    "from a blank line in it": (Kind.BODY, "def f():\n    a\n|\n    b\n", "a\n\n    b"),
    "none yet, at the end": (Kind.BODY, "if x:|", ""),
    "no body outside": (Kind.BODY, "def f|():\n    a\n", None),
    # docstrings
    "of a module": (Kind.DOCSTRING, '# c\n"""do|c"""\n', '"""doc"""'),
    "of a function": (Kind.DOCSTRING, 'def f():\n    """A.\n\n    B|."""\n', '"""A.\n\n    B."""'),
    "of a class": (Kind.DOCSTRING, "class A:\n    'd|'\n", "'d'"),
    "a later string is none": (Kind.DOCSTRING, "def f():\n    a\n    'd|'\n", None),
    # annotations
    "of a parameter": (Kind.ANNOTATION, "def f(a: in|t, b): pass\n", "int"),
    "of a result": (Kind.ANNOTATION, "def f() -> |A: pass\n", "A"),
    "of a variable": (Kind.ANNOTATION, "a: int| = 1\n", "int"),
    "around a bracket": (Kind.ANNOTATION, "a: list|[int]\n", "list[int]"),
    # what is incomplete
    "an open definition has no body": (Kind.BODY, "def f(|", None),
    "an open call's last argument": (Kind.EXPRESSION, "f(a, bc|", "bc"),
}


@pytest.mark.parametrize(("kind", "marked", "expected"), AT_CURSOR.values(), ids=AT_CURSOR.keys())
def test_at_the_cursor_stands(kind, marked, expected):
    text, offset = case(marked)
    assert cut(text, enclosing(parse(text, PYTHON), offset, kind)) == expected


@given(ANYTHING, KINDS, st.data())
def test_what_encloses_a_cursor_lies_in_the_text(text, kind, data):
    offset = data.draw(st.integers(0, len(text)))
    span = enclosing(parse(text, PYTHON), offset, kind)
    assert span is None or 0 <= span.start <= span.end <= len(text)


# 2. All of a file

ALL = {
    "lines": (Kind.REST_OF_LINE, "\ufeffa\r\n\r\n  b \n\tc", ["a", "b ", "c"]),
    "statements": (Kind.STATEMENT, "# c\n@a\ndef f(): b; c\nd\n", ["@a\ndef f(): b; c", "b", "c", "d"]),
    "expressions": (Kind.EXPRESSION, "a = f(b.c)[1]\n", ["f(b.c)[1]", "f(b.c)", "f", "b.c", "b", "1"]),
    "arguments, none of them empty": (Kind.ARGUMENTS, "f(g(), h(1))\n", ["g(), h(1)", "1"]),
    "conditions": (Kind.CONDITION, "if a: b\nwhile c: d if e else f\n", ["a", "c", "e"]),
    "bodies": (Kind.BODY, "def f():\n    # c\n    if a:\n        b\n    c\n", ["if a:\n        b\n    c", "b"]),
    "docstrings": (Kind.DOCSTRING, "'a'\nclass B:\n    'b'\n    def f(): 'f'; 'g'\n", ["'a'", "'b'", "'f'"]),
    "annotations": (Kind.ANNOTATION, "def f(a: A, b: B[C] = 1) -> D: ...\n", ["A", "B[C]", "C", "D"]),
    "nothing": (Kind.STATEMENT, "", []),
}


@pytest.mark.parametrize(("kind", "text", "expected"), ALL.values(), ids=ALL.keys())
def test_all_of_a_kind(kind, text, expected):
    assert [cut(text, span) for span in every(parse(text, PYTHON), kind)] == expected


@pytest.mark.parametrize("kind", Kind)
def test_a_file_with_everything_has_spans_of_every_kind(kind):
    assert every(parse(SOUND, PYTHON), kind)


@given(ANYTHING, KINDS)
def test_all_spans_are_in_the_text_sorted_not_empty_and_without_white_space_about(text, kind):
    spans = every(parse(text, PYTHON), kind)
    assert spans == sorted(set(spans), key=lambda span: (span.start, -span.end))
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start] not in " \t\r\n\ufeff"
        assert kind is Kind.REST_OF_LINE or text[span.end - 1] not in " \t\r\n"


@pytest.mark.parametrize("kind", Kind)
def test_each_span_is_found_again_from_within(kind):
    parsed = parse(SOUND, PYTHON)
    for span in every(parsed, kind):
        found = enclosing(parsed, span.start, kind)
        assert found is not None
        assert found.start <= span.start
        assert found.end <= span.end or kind is Kind.REST_OF_LINE


# 3. Selections

SELECTIONS = {
    "part of a name": ("a = f[oo]bar\n", None),
    "a name": ("a = [foobar]\n", "foobar"),
    "white space about it": ("a =[ b + c \n]\n", "b + c"),
    "over two arguments": ("f(a, b[b, c]c, d)\n", None),
    "some arguments": ("f(a[, b, c], d)\n", ", b, c"),
    "over two statements": ("def f():\n    a = [1\n    return] 2\n    c\n", None),
    "one statement and parts of two": ("a = [1\nb = 2\nc =] 3\n", "b = 2"),
    "whole lines": ("def f():\n[    a = 1\n    b = 2\n]    c\n", "a = 1\n    b = 2"),
    "a condition with its block, and the head of the next": (
        "[if a:\n    b = 1\nelse]:\n    c = 2\n",
        "if a:\n    b = 1",
    ),
    "out of a call": ("x = f(a[, b) + ]c\n", None),
    "a half bracket": ("x = (a[ + b)]\n", None),
    "words in a comment": ("# some [words] here\n", "words"),
    "words in a string": ("a = 'some [words] here'\n", "words"),
    "out of a string": ("a = 'some [words' +] b\n", None),
    "only white space": ("a = [  ]b\n", None),
    "nothing": ("a = []b\n", None),
    "an empty file": ("[]", None),
    "all": ("[\ufeffa\r\n]", "a"),
}


@pytest.mark.parametrize(("marked", "expected"), SELECTIONS.values(), ids=SELECTIONS.keys())
def test_a_selection_shrinks_to_the_whole_nodes_in_it(marked, expected):
    match = re.match(r"(?s)([^\[]*)\[([^\]]*)\](.*)", marked)
    start, end = match.start(2) - 1, match.end(2) - 1
    text = "".join(match.groups())
    found = shrunk(parse(text, PYTHON), Span(start, end))
    assert (None if found is None else cut(text, found)) == expected


@given(ANYTHING, st.data())
def test_a_shrunk_selection_lies_in_what_was_selected_and_shrinks_no_more(text, data):
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    parsed = parse(text, PYTHON)
    found = shrunk(parsed, span)
    if found is not None:
        assert span.start <= found.start < found.end <= span.end
        assert cut(text, found).strip(" \t\f\v\r\n\ufeff") == cut(text, found)


# 4. Markers


@given(st.lists(st.text(st.sampled_from("<fil> \n😀"), max_size=8)))
@example(["", ""])
def test_markers_are_where_the_text_was_joined(pieces):
    assume(MARKER not in "".join(pieces))
    text = MARKER.join(pieces)
    assume(text.count(MARKER) == max(0, len(pieces) - 1))
    found = markers(text)
    assert all(cut(text, span) == MARKER for span in found)
    assert text.split(MARKER) == [
        text[before.end : after.start]
        for before, after in zip([Span(0, 0), *found], [*found, Span(len(text), len(text))], strict=True)
    ]


# 5. Queries

QUERIES = {
    "calls, the outer ones": ("(call) @hole", "f(g(a))\nh(b)\n", ["f(g(a))", "h(b)"]),
    "only what a field names": ("(return_statement (_) @hole)", "def f():\n    return 𝒳\n", ["𝒳"]),
    "with a predicate": ('((identifier) @hole (#match? @hole "^a"))', "ab = b + ac\n", ["ab", "ac"]),
    "with a helper capture": (
        '(call function: (identifier) @name arguments: (_) @hole (#eq? @name "f"))',
        "f(1)\ng(2)\n",
        ["(1)"],
    ),
    "nothing": ("(call) @hole", "a\n", []),
    "of an empty file": ("(call) @hole", "", []),
}


@pytest.mark.parametrize(("query", "text", "expected"), QUERIES.values(), ids=QUERIES.keys())
def test_a_query_captures(query, text, expected):
    assert [cut(text, span) for span in captures(parse(text, PYTHON), query)] == expected


@given(ANYTHING)
@example(SOUND)
def test_captures_are_sorted_disjoint_and_not_empty(text):
    spans = captures(parse(text, PYTHON), "(_) @hole")
    position = 0
    for span in spans:
        assert position <= span.start < span.end <= len(text)
        position = span.end


BROKEN = {
    "unknown node": ("(cal) @hole", "The query breaks at line 1, column 2: invalid node type 'cal'."),
    "unknown field": (
        "(call\n  fun: (identifier) @hole)",
        "The query breaks at line 2, column 3: invalid field name 'fun'.",
    ),
    "syntax": ("@hole", "The query breaks at line 1, column 1: invalid syntax."),
    "open bracket": ("(call", "The query does not compile: unexpected EOF."),
    "impossible": ("(module (module) @hole)", "The query breaks at line 1, column 9: impossible pattern."),
    "unknown predicate": (
        "((call) @hole (#odd? @hole))",
        "The query uses #odd?, which is no predicate that Lacuna knows.",
    ),
    "no hole": ("(call) @x", "The query captures nothing as @hole, so it does not say what is to be filled."),
    "empty": ("", "The query captures nothing as @hole, so it does not say what is to be filled."),
}


@pytest.mark.parametrize(("query", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_query_that_cannot_work_is_said_to_in_one_sentence(query, message):
    with pytest.raises(QueryError) as caught:
        captures(parse("f(x)\n", PYTHON), query)
    assert str(caught.value) == message
