"""Annotations: what the project and the width of a line allow, and answers that cannot be types of what is there."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from lacuna.refactor.catalogue import rule_named
from lacuna.refactor.plan import Outcome
from lacuna.refactor.rule import Hole, Rule
from lacuna.refactor.rulesource import Grounds
from tests.refactor.sketching import sketched, sketches
from tests.refactor.test_proposing import sites

SOMETIMES = "def f(x: int):\n    if x:\n        return True\n"
DEFAULT = "def f(x=None) -> None: ...\n"


@pytest.fixture
def annotations(tmp_path: Path) -> Rule:
    """For a project that says nothing of versions."""
    (tmp_path / "pyproject.toml").write_text("")
    return rule_named("annotations", Grounds(tmp_path))


@pytest.mark.parametrize(
    ("head", "result", "default"),
    [
        ("", "⟦…⟧", "⟦…⟧"),
        ("from __future__ import annotations\n", "bool | None", "⟦…⟧ | None"),
        ("x: int | None = 3\n", "bool | None", "⟦…⟧ | None"),
        ("from typing import Any, Optional\n", "Optional[bool]", "Optional[⟦…⟧]"),
        ("import typing as t\n", "t.Optional[bool]", "t.Optional[⟦…⟧]"),
        ("import typing\n", "typing.Optional[bool]", "typing.Optional[⟦…⟧]"),
    ],
)
def test_none_is_said_as_the_module_says_it(annotations, head, result, default):
    assert sketched(annotations, head + SOMETIMES) == head + SOMETIMES.replace("):", f") -> {result}:")
    assert sketched(annotations, head + DEFAULT) == head + DEFAULT.replace("x=", f"x: {default} = ")


@pytest.mark.parametrize(("versions", "result"), [(">=3.9", "⟦…⟧"), (">=3.10", "bool | None")])
def test_none_is_said_as_the_project_s_versions_allow(tmp_path, versions, result):
    (tmp_path / "pyproject.toml").write_text(f'[project]\nrequires-python = "{versions}"\n')
    rule = rule_named("annotations", Grounds(tmp_path))
    assert sketched(rule, SOMETIMES) == SOMETIMES.replace("):", f") -> {result}:")


def test_a_class_that_is_not_there_yet_is_in_quotes_unless_annotations_are_late(annotations):
    text = "class A:\n    def f(self):\n        return self\n"
    late = "from __future__ import annotations\n"
    typing = "from typing import Self\n"
    assert '-> "A":' in sketched(annotations, text)
    assert "-> A:" in sketched(annotations, late + text)
    assert "-> Self:" in sketched(annotations, typing + text)


LONG = "def f(" + "a" * 66 + ", b=True):\n    return a is b\n"


def test_what_is_known_is_written_first_where_a_line_has_not_room_for_all(annotations):
    made = sketched(annotations, LONG)
    assert made == LONG.replace("b=True)", "b: bool = True) -> bool")
    assert len(made.split("\n")[0]) <= 100
    [left] = [sketch for sketch in sketches(annotations, LONG) if sketch.left]
    assert left.left == "the line would be longer than any other"
    assert [one.pieces for one in left.replacements] == [("a" * 66,)]


def test_a_longer_line_of_code_makes_room_and_one_of_text_does_not(annotations):
    code = "x = [" + "1, " * 40 + "]\n"
    text = 'x = "' + "1, " * 40 + '"\n# ' + "1, " * 40 + "\n"
    assert not any(sketch.left for sketch in sketches(annotations, code + LONG))
    assert any(sketch.left for sketch in sketches(annotations, text + LONG))


def test_parameters_on_lines_of_their_own_have_room(annotations):
    text = LONG.replace("f(", "f(\n    ").replace(", b", ",\n    b").replace("):", ",\n):")
    assert not any(sketch.left for sketch in sketches(annotations, text.replace("a" * 66, "a" * 96)))


def refused(rule: Rule, text: str, answer: str) -> bool:
    """Whether the only blank refuses an answer."""
    pieces = [piece for sketch in sketches(rule, text) for one in sketch.replacements for piece in one.pieces]
    [hole] = [piece for piece in pieces if isinstance(piece, Hole)]
    return bool(re.fullmatch(hole.refused, answer))


@pytest.mark.parametrize(
    ("text", "answers", "refusals"),
    [
        ("def f():\n    return g()\n", "int Any A.B dict[str,int] Callable[[],None]", "None 'None' NoReturn t.Never"),
        ("def f():\n    yield 1\n", "Iterator[int] t.Generator AsyncIterator", "None int list[Iterator]"),
        ("def f():\n    def g() -> None: ...\n    return g\n", "Callable t.Callable[[],None] Any", "None str G"),
        ("def f(a) -> None: ...\n", "int A.B", "None int=0 int: int#x"),
        ("def f(*a) -> None: ...\n", "int str object", "None tuple Tuple[int,...] list"),
        ("def f(**a) -> None: ...\n", "int str object", "None dict dict[str,int] Dict"),
        ("def f(): ...\n", "int None", "NoReturn None:#x"),
        ("def f(): return [g()]\n", "list List[int] t.Sequence[int]", "str Listing tuple int|list"),
        ("def f(): return {**g()}\n", "dict[str,int] t.Mapping", "str set"),
        ("def f(a) -> None:\n    print(a.children)\n", "Node Any Node[str]", "str t.List[Node] object Optional[int]"),
        ("def f(a) -> None:\n    print(a.strip())\n", "str bytes Text", "int list Path"),
        ("def f(a) -> None:\n    a(1)\n", "Callable type", "str Mapping"),
        ("def f(a) -> None:\n    for x in a: a[x] = 1\n", "dict list", "str int tuple Iterable"),
        ("def f(a) -> None:\n    print(a / 'x')\n", "Path float int", "str"),
        ("def f(a) -> None:\n    a = g(a)\n    a.x()\n", "str int", "None"),
        ("def f(a) -> None:\n    if isinstance(a, A): a.x()\n", "str int", "None int|A"),
        ("def f():\n    for x in y:\n        if x.a: return x\n    return x\n", "Item Any", "str Optional[int]"),
        ("def f():\n    x = g()\n    x = x.a\n    return x\n", "Item str", "None"),
        ("def f(x=1) -> None: ...\n", "int float Fraction Any object", "str bool list Path"),
        ("def f(x=()) -> None: ...\n", "tuple Tuple[int,...] t.Sequence[int] Iterable", "list str int"),
        ("def f(x=False) -> None: x.y()\n", "Log", "bool"),
        ("def f(x=g) -> None: ...\n", "str", "_BIG_NUMBER"),
    ],
)
def test_a_blank_refuses_what_is_no_type_of_what_is_there(annotations, text, answers, refusals):
    assert not any(refused(annotations, text, answer) for answer in answers.split())
    assert all(refused(annotations, text, answer) for answer in refusals.split())


def test_a_refused_answer_gives_way_to_the_next(annotations):
    text = "def f():\n    return g()\n\n\ndef g() -> int: ...\n"
    [site] = sites(text, replace(annotations, threshold=0.3), answers={"-> ": {"None": 0.6, "int": 0.4}})
    assert (site.outcome, site.parts[-1].new, site.confidence) == (Outcome.KEPT, " -> int", 0.4)


def test_a_site_with_refused_answers_alone_says_why(annotations):
    text = "def f():\n    return g()\n\n\ndef g() -> int: ...\n"
    [site] = sites(text, annotations, answers={"-> ": {"None": 1.0}})
    assert site.outcome is Outcome.GATED
    assert site.reason == "it is no type of what the function returns"
