"""A language that is only described: Go, by a folder that does not ship and no code. `|` is the span or the cursor."""

from pathlib import Path

import pytest

from lacuna.syntax.blocks import Blocks
from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.languages.files import read
from lacuna.syntax.languages.language import Prose
from lacuna.syntax.layout import indentations
from lacuna.syntax.names import wanted
from lacuna.syntax.nodes import enclosing, every, shrunk
from lacuna.syntax.parsing import parse
from lacuna.syntax.prose import prose_at
from lacuna.syntax.spans import Kind, Span

GO = read(Path(__file__).parent / "data/languages/go")
SUM = """package main

import "fmt"

// Sum adds.
func Sum(xs []int) (total int) {
\tfor _, x := range xs {
\t\ttotal += x
\t}
\tif total > 1 && fmt != nil {
\t\tfmt.Println(total, "all")
\t}
\treturn
}
"""


def cut(text, span):
    return text[span.start : span.end]


def at_mark(marked):
    at = marked.index("|")
    return marked.replace("|", "", 1), Span(at, at)


ALL = {
    Kind.REST_OF_LINE: [line.strip() for line in SUM.split("\n") if line.strip()],
    Kind.EXPRESSION: ['fmt.Println(total, "all")', "total > 1 && fmt != nil", "xs"],
    Kind.STATEMENT: ["total += x", 'import "fmt"', "return"],
    Kind.ARGUMENTS: ['total, "all"'],
    Kind.CONDITION: ["total > 1 && fmt != nil"],
    Kind.BODY: ["total += x", 'fmt.Println(total, "all")'],
    Kind.DOCSTRING: ["// Sum adds."],
    Kind.ANNOTATION: ["(total int)", "[]int", "int"],
}


@pytest.mark.parametrize("kind", Kind)
def test_spans_of_every_kind(kind):
    assert set(ALL[kind]) <= {cut(SUM, span) for span in every(parse(SUM, GO), kind)}


@pytest.mark.parametrize(
    ("kind", "marked", "expected"),
    [
        pytest.param(Kind.BODY, "func f() {\n\ta()\n|\n\tb()\n}\n", "a()\n\n\tb()", id="a block in braces"),
        pytest.param(Kind.BODY, "func f() { if a {|} }\n", "", id="an empty block"),
        pytest.param(Kind.CONDITION, "func f() {\n\tfor i := 0; i < |n; i++ {\n\t}\n}\n", "i < n", id="of three parts"),
        pytest.param(
            Kind.STATEMENT, "func f() {\n\tswitch a {\n\tcase| 1:\n\t\tb()\n\t}\n}\n", "case 1:\n\t\tb()", id="a case"
        ),
        pytest.param(Kind.STATEMENT, "// com|ment\nvar a = 1\n", None, id="no statement in a comment"),
    ],
)
def test_at_the_cursor_stands(kind, marked, expected):
    text, span = at_mark(marked)
    found = enclosing(parse(text, GO), span.start, kind)
    assert (None if found is None else cut(text, found)) == expected


def test_a_selection_shrinks_to_the_whole_nodes_in_it():
    start = SUM.index("tal, ")
    found = shrunk(parse(SUM, GO), Span(start, SUM.index('"all"') + 5))
    assert found is not None
    assert cut(SUM, found) == ', "all"'


BODY = "package a\n\nfunc f(n int) int {\n\t|\n}\n"


@pytest.mark.parametrize(
    ("marked", "answer", "accepted", "sound"),
    [
        pytest.param(BODY, "return n", True, True, id="a statement"),
        pytest.param(BODY, "for i := range n {\n\t\tprint(i)\n\t}", True, True, id="a block"),
        pytest.param(BODY, "if n > 1 {", False, False, id="a block that is open"),
        pytest.param(BODY, "}", False, False, id="a brace too many"),
        pytest.param(BODY, "return (n", False, False, id="an open bracket"),
        pytest.param(BODY, "return `a", False, False, id="an open string"),
        pytest.param("func f() {\n\tprint(|\n}\n", "1", True, False, id="what leaves open what was open"),
        pytest.param("func f() {\n\tprint(|\n}\n", "1)", True, True, id="what closes it"),
        pytest.param("func f() {\n\tprint(|\n}\n", "[", False, False, id="what opens more"),
        pytest.param(BODY, "return m", True, False, id="a name that stands for nothing"),
        pytest.param(BODY, "m := m", True, False, id="a name bound from itself"),
        pytest.param(BODY, "m := n\n\treturn m", True, True, id="a name bound before it is read"),
        pytest.param(BODY, "n", True, False, id="a value by itself"),
        pytest.param(BODY, "return n\n\tprint(n)", True, False, id="what is never reached"),
    ],
)
def test_an_answer_must_parse_and_leave_nothing_doubtful(marked, answer, accepted, sound):
    text, span = at_mark(marked)
    check = SyntaxCheck(text, (span,), GO)
    assert (check.accepts((answer,)), check.is_sound((answer,))) == (accepted, sound)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param("func f() {\n|\n}\n", ("\t",), id="deeper than a brace"),
        pytest.param("func f() {\n\ta()\n|\n}\n", ("\t", ""), id="as the lines beside it"),
        pytest.param("func f() {\n  a()\n  if b {\n|\n}\n", ("    ",), id="deeper by as much as elsewhere"),
    ],
)
def test_a_line_may_be_indented_as(marked, expected):
    assert indentations(*at_mark(marked), GO) == expected


def test_a_name_is_wanted_that_is_read_and_nowhere_bound():
    text, span = at_mark("func f(n int) int {\n\t|\n\treturn n + m\n}\n")
    assert wanted(parse(text, GO), span.start, "") == ("m",)
    assert wanted(parse(text, GO), span.start, "var m = 1") == ()


def test_without_openings_a_span_begins_with_anything():
    text, span = at_mark("func f(n int) int {\n\t|\n\treturn n + m\n}\n")
    assert SyntaxCheck(text, (span,), GO).openings() == ()


@pytest.mark.parametrize(
    ("marked", "prose"),
    [
        ("x := |", None),
        ("x := 1 // a|", Prose.COMMENT),
        ("x := a / |b", None),
        ("/* a\n|\n*/", Prose.COMMENT),
        ("/* a */ x|", None),
        ('x := "a // |"', Prose.STRING),
        ("x := `a|", Prose.STRING),
        ("x := `a\n`|", None),
        ("x := `\\`|", None),
        ("// it's `\nx := |", None),
    ],
    ids=ascii,
)
def test_a_cursor_stands_in_code_a_comment_or_a_string(marked, prose):
    text, span = at_mark(marked)
    assert prose_at(text, GO, span.start) is prose


def test_a_long_text_is_cut_between_its_blocks():
    block = "// Sum adds.\nfunc f() {\n\ta(`\nfunc no() {\n`)\n}\n\n"
    text = block * 20
    at = text.index("a(", len(text) // 2)
    window = Blocks.of(text, GO).narrow(Span(at, at), 4_000)
    assert cut(text, window.span) == block
    assert not window.is_ragged
