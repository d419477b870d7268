"""Which part of a file is judged, and relative to what; `‸` is where an answer goes."""

import random
from pathlib import Path

import pytest

from lacuna.syntax.gate import gate_of
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.python.gate import PythonGate
from lacuna.syntax.spans import Span
from tests.syntax.python.marked import FUNCTION, METHOD, REFUSED, UNBOUND, gate_at, kinds


def test_python_has_this_gate():
    assert gate_of(PYTHON) is PythonGate


BROKEN = "def g(\n    return (\n"
METHODS = "class A:\n    def f(self, a):\n        ‸\n\n    def g(self):\n        return ((\n"


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        pytest.param(FUNCTION + "\n" + BROKEN, "return await a", {REFUSED}, id="below"),
        pytest.param(BROKEN + "\n" + FUNCTION, "return await a", {REFUSED}, id="above"),
        pytest.param(METHODS, "return await a", {REFUSED}, id="a method beside it"),
        pytest.param("class B:\n    x = (\n\n" + METHOD, "return await a", {REFUSED}, id="another class"),
        pytest.param(FUNCTION + "\n" + BROKEN, "return c", {UNBOUND}, id="a name, below"),
        pytest.param(METHODS, "return c", {UNBOUND}, id="a name, in a method beside it"),
        pytest.param(FUNCTION + "\n" + BROKEN, "return a", set(), id="nothing is wrong, below"),
        pytest.param(METHODS, "return self.g(a)", set(), id="nothing is wrong, in a method beside it"),
        pytest.param("def f(a):\n    ‸\n    return ((\n", "return c", set(), id="about it"),
    ],
)
def test_what_is_broken_elsewhere(marked, answer, expected):
    assert kinds(marked, answer) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(("a=1", "c = 1", "return c"), set(), id="nothing is wrong"),
        pytest.param(("a=1", "c = 1", "return d"), {UNBOUND}, id="a name that no answer binds"),
        pytest.param(("b", "c = 1", "return c"), {REFUSED}, id="a parameter twice"),
        pytest.param(("a=1", "global b", "return c"), {REFUSED, UNBOUND} - {UNBOUND}, id="a parameter that is global"),
    ],
)
def test_several_places_are_judged_together(answers, expected):
    assert kinds("def f(b, ‸):\n    ‸\n    ‸\n", *answers) == expected


def test_what_is_brief_tells_no_findings():
    gate = gate_at("def f():\n    return 1\n\n‸\n")
    assert gate.faults(("def f():\n    return 2",), is_brief=True) == ()
    assert gate.faults(("def f():\n    return 2",), is_brief=False)
    assert gate.faults(("return 2",), is_brief=True)


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["CRLF", "CR"])
@pytest.mark.parametrize(
    ("marked", "answer"),
    [
        pytest.param("import a\n\n\nclass A:\n\n    def f(self):\n\n        return ‸\n\n\nx = 1\n", "c", id="unbound"),
        pytest.param("def f():\n\n    return 1\n\n\n‸\n", "def f():\n    return 2", id="twice"),
        pytest.param("def f(\n    a,\n    ‸\n):\n    pass\n", "a", id="refused"),
    ],
)
def test_line_ends_of_a_file(marked, answer, end):
    assert kinds(marked.replace("\n", end), answer) == kinds(marked, answer) != set()


@pytest.mark.parametrize("before", ["\ufeff", "\f\n", "#!/usr/bin/python\n# -*- coding: latin-1 -*-\n"])
def test_what_a_file_may_begin_with(before):
    assert kinds(before + "import a\n" + FUNCTION, "return c") == {UNBOUND}
    assert kinds(before + "import a\n" + FUNCTION, "return a") == set()


def test_tabs_indent():
    marked = "class A:\n\tdef f(self, a):\n\t\t‸\n\n\tdef g(self): pass\n"
    assert kinds(marked, "return c") == {UNBOUND}
    assert kinds(marked, "if a:\n\t\t\treturn a") == set()


def test_a_long_file_is_judged_by_the_definition_about_the_place():
    others = "".join(f"def g{i}(a):\n    return a + {i}\n\n\n" for i in range(3_000))
    assert kinds(others + FUNCTION + "\n" + others, "return g17(c)") == {UNBOUND}


SOURCES = sorted(Path(__file__).parents[3].glob("syntax/**/*.py"))


def _places(seed, count):
    """Places in our own sources: the rest of a line, a whole line or some lines, which an answer gives back."""
    rng = random.Random(seed)  # noqa: S311 -- no secret
    texts = [source.read_text("utf-8") for source in SOURCES]
    while count:
        text = rng.choice(texts)
        lines = text.splitlines(keepends=True)
        first = rng.randrange(len(lines) or 1)
        if not lines or not lines[first].strip():
            continue
        begin = sum(map(len, lines[:first]))
        start = begin + len(lines[first]) - len(lines[first].lstrip())
        end = begin + sum(map(len, lines[first : first + rng.choice((1, 1, 3))])) - 1
        start = rng.choice((start, rng.randrange(start, begin + len(lines[first]))))
        if start < end:
            count -= 1
            yield text, Span(start, end)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_stood_there_is_a_fault(seed):
    for text, span in _places(seed, 50):
        truth, hole = text[span.start : span.end], Span(span.start, span.start)
        gate = PythonGate(text[: span.start] + text[span.end :], (hole,), None)
        assert gate.faults((truth,), is_brief=False) == (), (text[: span.start][-200:], truth)
        assert PythonGate(text, (span,), None).faults((truth,), is_brief=False) == ()
