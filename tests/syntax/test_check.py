"""An answer may heal what is broken and must break nothing; `|` is where it goes."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lacuna.syntax.check import SyntaxCheck, filled
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.nodes import every
from lacuna.syntax.parsing import parse
from lacuna.syntax.spans import Kind, Span

SOUND = (Path(__file__).parent / "data/sound.txt").read_text("utf-8")
LONG = SOUND * 60
SPANS = {kind: every(parse(SOUND, PYTHON), kind) for kind in Kind}
PLACES = st.sampled_from(Kind).flatmap(lambda kind: st.sampled_from(SPANS[kind]))
METHODS = "class A:\n    def f(self):\n        return |\n\n    @p\n    def g(self): pass\n"


def check_of(marked):
    """The document with `|` at every hole, the holes being empty."""
    pieces = marked.split("|")
    offsets = [len("".join(pieces[: i + 1])) for i in range(len(pieces) - 1)]
    return SyntaxCheck("".join(pieces), tuple(Span(offset, offset) for offset in offsets), PYTHON)


ACCEPTED = {
    "a whole expression": ("x = |\n", "f()"),
    "at the end of the file": ("x = |", "f()"),
    "into an empty file": ("|", "x = 1"),
    "nothing into an empty file": ("|", ""),
    "behind a byte-order mark": ("\ufeff|\r\n", "x = 1"),
    "what closes an open call": ("f(|", "a, b)"),
    "what leaves open what was open": ("f(|", "a, b"),
    "what leaves a colon to be typed": ("if x|\ny = 1\n", " > 3"),
    "what adds the colon": ("if x|\ny = 1\n", ": f()"),
    "what closes a string": ('x = "|\ny = 1\n', 'abc"'),
    "beside a broken function": ("def f():\n    |\n\ndef g(\n", "return 1"),
    "below an open fence": ('"""\ndef f():\n\nx = |', "3"),
    "a loop's head": ("for |:\n    pass\n", "i in range(3)"),
    "a definition's head": ("def |:\n    pass\n", "f(a, b)"),
    "behind a long string at the margin": ('x = """\ndef a\n""" + |\n', "3"),
    "in a long string at the margin": ('x = """\ndef a\n|\n"""\n', "any ( thing"),
    "in a method": (METHODS, "self.x"),
    "among decorators": ("@|\ndef f(): pass\n", "a(1)"),
    "several lines": ("def f():\n    |\n", "a = 1\n    return a"),
    "astral text": ("x = |\n", "'𝒳'"),
    "a lone surrogate in a string": ("x = |\n", "'\ud800'"),
    "a block farther right than another": ("def f():\n    if x:\n        y = 1\n    else:\n|", "            y = 2\n"),
    "a comment farther right": ("def f():\n    x = 1\n|    return x\n", "        # so\n"),
    "statements on one line": ("def f():\n    |\n", "x = 1; y = 2"),
    "a line and its end above another": ("def f():\n    x = 1\n|    return x\n", "    x += 1\n"),
    "a block with its body": ("def f():\n|    return 1\n", "    if x:\n        return 2\n"),
    "a block with its body on its line": ("def f():\n|    return 1\n", "    if x: return 2\n"),
    "a head above a body": ("def f():\n|        return 2\n    return 1\n", "    if x:\n"),
    "a head behind what was begun": ("def f():\n    if x|\n    return 1\n", " > 3:"),
    "a try with what it needs": ("def f():\n    |\n", "try:\n        g()\n    finally:\n        h()"),
    "lines that brackets join": ("x = |\n", "f(a ==\n    b)[\n    c +\n    d]"),
    "lines that a backslash joins": ("x = |\n", "a + \\\n    b"),
    "a string of several lines": ("x = |\n", 'a + """\n""" + b'),
    "a line less far right": ("def f():\n    if x:\n        y = 1\n|", "    return y\n"),
}
REJECTED = {
    "no head above a body": ("def f():\n    x = 1\n|        g()\n    return 1\n", "    y = 2\n"),
    "no body below a head": ("def f():\n    if x:\n|    return 1\n", "    y = 2\n"),
    "a statement above the body of a head": ("if x:\n|    y = 1\n", "  z = 2\n"),
    "an operator whose line ends": ("def f():\n    |\n    a += 1\n", "a +="),
    "a member whose line ends": ("def f():\n    |\n    a = 1\n", "b."),
    "a condition whose line ends": ("def f():\n    if |\n    g(a):\n        return 1\n", "a =="),
    "an open bracket": ("x = |\n", "f("),
    "a closing bracket": ("x = |\n", "f)"),
    "an open quote": ("x = |\n", '"a'),
    "an open fence": ("x = |\ny = 1\n", '"""a'),
    "one open bracket more": ("f(|", "a, b["),
    "an open quote in an open call": ("f(|", '"'),
    "a bracket behind the colon it adds": ("if x|\ny = 1\n", ": f("),
    "beside a broken function": ("def f():\n    |\n\ndef g(\n", "return (1"),
    "a loop's head": ("for |:\n    pass\n", "i in range(3"),
    "a definition's head": ("def |:\n    pass\n", "f(a, b"),
    "behind a long string at the margin": ('x = """\ndef a\n""" + |\n', "3)"),
    "out of a long string at the margin": ('x = """\ndef a\n|\n"""\n', '"""'),
    "in a method": (METHODS, "self.x]"),
    "among decorators": ("@|\ndef f(): pass\n", "a(1"),
    "into an empty file": ("|", "("),
    "a block without its body": ("def f():\n    x = 1\n    |\n    y = 2\n", "if x == :"),
    "half of an operator": ("x = |\n", "a +"),
    "a line without its end above another": ("def f():\n    x = 1\n|    return x\n", "    x += 1"),
    "a head without a body": ("def f():\n|    return 1\n", "    if x:\n"),
    "a head above a comment alone": ("def f():\n|    return 1\n", "    if x:\n        # so\n"),
    "an else without a body": ("def f():\n    if x:\n        y = 1\n|    return y\n", "    else:\n"),
    "a try without what it needs": ("def f():\n    |\n", "try:\n        g()"),
    "a lone surrogate": ("x = |\n", "\ud800"),
    "indentation that the next line has already": ("def f():\n    x = 1\n|    return x\n", "    "),
    "a line farther right than its block": ("def f():\n    x = 1\n|    return x\n", "        x = 2\n"),
    "a line farther right behind a comment": ("def f():\n    x = 1\n        # so\n|", "        x = 2\n"),
}


@pytest.mark.parametrize(("marked", "answer"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_accepted(marked, answer):
    assert check_of(marked).accepts((answer,))


@pytest.mark.parametrize(("marked", "answer"), REJECTED.values(), ids=REJECTED.keys())
def test_rejected(marked, answer):
    assert not check_of(marked).accepts((answer,))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (("a", "return a", "f(2)"), True),
        (("a", "return a", "f(2"), False),
        (("a", "return {a", "f(2)"), False),
        (("a=(", "return a", "f(2)"), False),
    ],
    ids=["all sound", "the last broken", "the second broken", "the first broken"],
)
def test_holes_are_judged_together(answers, expected):
    assert check_of("def f(|):\n    |\nx = |\n").accepts(answers) is expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        pytest.param("x = |\n", "len(x)", True, id="nothing is wrong"),
        pytest.param("f(|", "1, 2)", True, id="what was wrong is healed"),
        pytest.param("f(|", "a, b", False, id="accepted, but still open"),
        pytest.param("if x|\ny = 1\n", " > 3", False, id="accepted, but without a colon"),
        pytest.param("def f():\n    |\n    g()\n", "x", False, id="a name by itself"),
        pytest.param("def f():\n    |\n    g()\n", "f()", True, id="a call by itself"),
        pytest.param("def f():\n    |\n    g()\n", "return 1", False, id="what follows is never reached"),
        pytest.param("def f():\n    |\n    # so\n", "return 1", True, id="a comment need not be reached"),
        pytest.param("def f():\n    |\n", "return", False, id="a return that ends what ends anyway"),
        pytest.param("def f():\n    if x:\n        |\n    g()\n", "return", True, id="a return that ends more"),
        pytest.param("def f():\n    |\n    g()\n", "x.a = x.a", False, id="what changes nothing"),
        pytest.param("def f():\n    |\n    g()\n", "#", False, id="a comment that says nothing"),
        pytest.param("def f():\n    |\n    g()\n", "# so", True, id="a comment"),
        pytest.param("def f():\n    return 1\n    g(|)\n", "f", True, id="what was not reached anyway"),
        pytest.param("x = |\n\n\ndef g(\n", "1", True, id="an error elsewhere"),
        pytest.param("def f():\n    |\n    g()\n", "def f():\n        pass", False, id="a function in itself"),
        pytest.param("def f():\n    g()\n\n|\n", "def f():\n    pass", False, id="a function once more"),
        pytest.param("@p\ndef f():\n    g()\n\n|\n", "@p\ndef f():\n    pass", True, id="a decorated one"),
        pytest.param("def f(ab):\n    |\n", "return a", False, id="a name that stands nowhere"),
        pytest.param("def f(ab):\n    return a|\n", "b", True, id="the rest of a name"),
        pytest.param("def f(ab):\n    return a|\n", "c", False, id="the rest of none"),
        pytest.param("def f():\n    |\n    # so\n", "so()", False, id="a name in a comment"),
        pytest.param("def f():\n    |\n\n\ndef g():\n    pass\n", "g()", True, id="a name bound behind"),
        pytest.param("def f():\n    |\n    g = 1\n", "h(g)", False, id="a name bound too late"),
        pytest.param("def f():\n    |\n", "g = g + f", False, id="a name bound from itself"),
        pytest.param("def f():\n    |\n", "for i in i: f(i)", False, id="a loop over what it binds"),
        pytest.param("def f():\n    |\n", "f([i for i in f()])", True, id="a name of a comprehension"),
        pytest.param("def f(xs):\n    f([| for x in xs])\n", "x", True, id="a name of a comprehension about it"),
        pytest.param("def f(xs):\n    f([x for x in xs], |)\n", "y", False, id="a name of no comprehension about it"),
        pytest.param(
            "def f(a):\n    match a:\n        |\n            pass\n",
            "case {'a': [x, *y], **z} as b if f(x, y, z, b):",
            True,
            id="names of a pattern",
        ),
        pytest.param(
            "def f(a):\n    match a:\n        |\n            pass\n",
            "case f(y=1, z=x):",
            True,
            id="keywords of a pattern",
        ),
        pytest.param("class A:\n    def f(self):\n        |\n", "return __class__", True, id="a method's class"),
        pytest.param("def f(a):\n    |\n", "with a as (x, *y): f(x, y)", True, id="names of a with"),
        pytest.param("from a import *\ndef f():\n    |\n", "g()", True, id="a name that may come from elsewhere"),
        pytest.param("def f():\n    |\n", "é = 1; print(é)", True, id="a name that begins there"),
        pytest.param("def f():\n    |\n", "for i, (j, *k) in f(): f(i, j, k)", True, id="names of a loop"),
        pytest.param("def f():\n    |\n", "f(lambda a, b=1, *c: a + b + c)", True, id="names of a lambda"),
        pytest.param("def f():\n    |\n", "import a.b as c, d", True, id="names of modules"),
        pytest.param("def f():\n    |\n", "f.a(b=1)", True, id="names of members"),
        pytest.param("def f():\n    |\n", "f.a(b=c)", False, id="a name given to a member"),
    ],
)
def test_sound_is_what_leaves_nothing_wrong_at_the_spans(marked, answer, expected):
    assert check_of(marked).accepts((answer,))
    assert check_of(marked).is_sound((answer,)) is expected


def test_a_name_may_begin_in_another_hole():
    hole = "\ndef f():\n    |\n\n"
    check = check_of(hole + LONG + hole)
    assert check.is_sound(("global abc; abc = 1", "return abc"))
    assert not check.is_sound(("return 1", "return abc"))


def test_holes_far_apart_are_judged_each():
    hole = "\ndef f():\n    return |\n\n"
    check = check_of(hole + SOUND + hole + LONG + hole)
    assert check.accepts(("1", "[2]", "(3)"))
    assert not check.accepts(("1", "[2]", "(3"))
    assert not check.accepts(("1", "[2", "(3)"))


# A sound document


@given(PLACES)
def test_what_stood_there_is_accepted_and_leaves_the_document_as_it_was(span):
    original = SOUND[span.start : span.end]
    assert SyntaxCheck(SOUND, (span,), PYTHON).accepts((original,))
    assert filled(SOUND, (span,), (original,)) == SOUND


@given(st.sampled_from([kind for kind in Kind if kind is not Kind.REST_OF_LINE]), st.data())
def test_disjoint_spans_filled_with_themselves_are_accepted(kind, data):
    spans, position = [], 0
    for span in data.draw(st.lists(st.sampled_from(SPANS[kind]), max_size=8).map(sorted_by_start)):
        if span.start >= position:
            spans.append(span)
            position = span.end
    originals = tuple(SOUND[span.start : span.end] for span in spans)
    assert SyntaxCheck(SOUND, tuple(spans), PYTHON).accepts(originals)


def sorted_by_start(spans):
    return sorted(spans, key=lambda span: (span.start, span.end))


@given(
    st.sampled_from(SPANS[Kind.EXPRESSION] + SPANS[Kind.STATEMENT]), st.sampled_from(["(", ")", "[", "]", "}", "'''"])
)
def test_an_unbalanced_delimiter_is_rejected(span, delimiter):
    original = SOUND[span.start : span.end]
    # In a format specification brackets are text.
    assume("{" not in SOUND[max(0, span.start - 12) : span.start])
    # A comment may be the last that belongs to a statement.
    answer = original + ("\n" if "#" in original else " ") + delimiter
    assert not SyntaxCheck(SOUND, (span,), PYTHON).accepts((answer,))


@given(st.sampled_from(SPANS[Kind.EXPRESSION]))
def test_an_error_elsewhere_changes_nothing(span):
    broken = "def broken(:\n    ]\n\n" + SOUND
    moved = Span(span.start + len(broken) - len(SOUND), span.end + len(broken) - len(SOUND))
    assert SyntaxCheck(broken, (moved,), PYTHON).accepts((SOUND[span.start : span.end],))


@given(st.text(st.sampled_from("ax1 \n\r\té𝒳\ud800()[]{}\"'#:=@,\\"), max_size=200), st.data())
def test_any_document_accepts_what_makes_it_sound_and_what_was_there(text, data):
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    check = SyntaxCheck(text, (span,), PYTHON)
    answer = data.draw(st.sampled_from(["", "x", "(x)", text[span.start : span.end]]))
    whole = filled(text, (span,), (answer,))
    assume(not re.search(r"[\r\n][ \t]+[^\s#]", whole))  # which a grammar may take, and a check does not
    if not parse(whole, PYTHON).tree.root_node.has_error:
        assert check.accepts((answer,))


# Cost and contract


def test_spans_must_be_sorted_and_disjoint():
    with pytest.raises(AssertionError, match="sorted and disjoint"):
        SyntaxCheck("abc", (Span(1, 3), Span(2, 3)), PYTHON)


def test_no_span_wants_two_replacements():
    with pytest.raises(AssertionError, match="1 spans, 2 replacements"):
        check_of("|").accepts(("a", "b"))


@pytest.mark.parametrize(
    ("marked", "replacement", "is_accepted", "is_sound"),
    [
        pytest.param("x = f(|, |)\n", "1", True, True, id="nothing need stand there"),
        pytest.param("x = |\ny = |\n", "1", True, True, id="an expression is missing"),
        pytest.param("for i in |:\n|", "[1]", True, True, id="a block is missing"),
        pytest.param(
            "def f():\n    x = |\n    try:\n        return x\n|",
            "1",
            True,
            False,
            id="no one text stands in for a value and a header",
        ),
        pytest.param("x = |\ny = |\n", "((", False, False, id="no parse"),
        pytest.param("x = |\n" + "\n" * 500 + "y = |\n", "1", True, True, id="far away"),
        pytest.param("x = |\ny = |\n", "nobody", True, False, id="a name that stands for nothing"),
    ],
)
def test_spans_behind_those_with_replacements_are_stood_in_for(marked, replacement, is_accepted, is_sound):
    check = check_of(marked)
    assert (check.accepts((replacement,)), check.is_sound((replacement,))) == (is_accepted, is_sound)


def test_no_spans_are_nothing_to_break():
    assert SyntaxCheck("f(", (), PYTHON).accepts(())


def test_a_document_beyond_the_budget_does_not_parse():
    garbage = "\ud800x(" * 60_000
    assert not SyntaxCheck(garbage, (Span(0, 0),), PYTHON).accepts(("\ud800(" * 60_000,))
