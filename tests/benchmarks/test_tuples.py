"""Functions that return two values now: which can, what becomes of them and of their uses, which answers are right."""

import ast
from pathlib import Path

import pytest

from lacuna.benchmarks.refactor import tuples
from lacuna.benchmarks.refactor.cases import Case, Kind
from lacuna.benchmarks.refactor.drawing import drawn
from lacuna.benchmarks.refactor.seeded import is_same

SHAPES = """\
def area(box, unit: int) -> int:
    if unit < 0:
        raise ValueError(unit)
    elif unit == 1:
        return (box.width
                * box.height)  # plain
    else:
        return sum(scaled(unit) for scaled in box.sides)


def report(box):
    area(box, 1)
    whole = area(box, unit=1)
    box.area = area(box, 2)
    return [area(box, 3) + whole]
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "shapes-1.0" / "shapes.py"
    path.parent.mkdir()
    path.write_text(SHAPES)
    return path.parent


@pytest.fixture
def case(package: Path) -> Case:
    (case,) = drawn(package, 20, 0, [Kind.TUPLE])
    return case


def function(text: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return node


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("def f(a, b):\n return 1", ["a", "b"], id="a parameter"),
        pytest.param("def f(a, b):\n return a", ["b"], id="not the one that is returned"),
        pytest.param("def f(a: int, b) -> int:\n return 1", ["a"], id="one with a type, where the function has one"),
        pytest.param("def f(a):\n def g():\n  yield\n return g", ["a"], id="what an inner function does is its own"),
        pytest.param("def f(a):\n try:\n  return 1\n except E:\n  return 2", ["a"], id="ends however it goes"),
        pytest.param("def f(a):\n with a:\n  return 1", ["a"], id="within with"),
        pytest.param("def f(a):\n if a:\n  return 1", [], id="may return nothing"),
        pytest.param("def f(a):\n if a:\n  return 1\n return None", [], id="returns None"),
        pytest.param("def f(a):\n if a:\n  return\n return 1", [], id="returns without a value"),
        pytest.param("def f(a):\n return 1, 2", [], id="returns a tuple"),
        pytest.param("def f(a):\n yield a\n return 1", [], id="generator"),
        pytest.param("async def f(a):\n return 1", [], id="coroutine"),
        pytest.param("def f(a):\n raise E", [], id="never returns"),
    ],
)
def test_a_function_that_always_returns_one_plain_value_can_return_a_parameter_too(text: str, found: list[str]):
    node = function(text)
    assert tuples.extras(node, [each.arg for each in node.args.args]) == found


def test_every_return_and_the_type_of_the_definition_have_changed(case: Case):
    assert case.new["shapes.py"] == (
        SHAPES.replace("-> int:", "-> tuple[int, int]:")
        .replace("box.height)  # plain", "box.height), unit  # plain")
        .replace("in box.sides)", "in box.sides), unit")
    )


def test_a_function_that_another_one_may_override_is_not_drawn(package: Path):
    (package / "other.py").write_text("class Shape:\n    def area(self):\n        return 1\n")
    assert not list(drawn(package, 20, 0, [Kind.TUPLE]))


def test_uses_are_assignments_to_a_name_and_calls_and_a_dropped_value_stays(case: Case):
    assert [(case.text_at(site), site.truth) for site in case.targets] == [
        ("area(box, 1)", "area(box, 1)"),
        ("whole = area(box, unit=1)", "whole, _unit = area(box, unit=1)"),
        ("area(box, 2)", "area(box, 2)[0]"),
        ("area(box, 3)", "area(box, 3)[0]"),
    ]


@pytest.mark.parametrize(
    ("answer", "truth", "is_right"),
    [
        ("whole, _ = area(box, unit=1)", "whole, _unit = area(box, unit=1)", True),
        ("(whole, unit) = area(box, 1)", "whole, _unit = area(box, unit=1)", True),
        ("whole = area(box, 1)[0]", "whole, _unit = area(box, unit=1)", True),
        ("whole = area(box, 1)", "whole, _unit = area(box, unit=1)", False),
        ("whole = area(box, 1)[1]", "whole, _unit = area(box, unit=1)", False),
        ("_, whole = area(box, 1)", "whole, _unit = area(box, unit=1)", False),
        ("whole, whole = area(box, 1)", "whole, _unit = area(box, unit=1)", False),
        ("whole, _, _ = area(box, 1)", "whole, _unit = area(box, unit=1)", False),
        ("area(box, 1)[0]", "whole, _unit = area(box, unit=1)", False),
        ("", "whole, _unit = area(box, unit=1)", False),
        ("area(unit=3, box=box)[0]", "area(box, 3)[0]", True),
        ("area(box, 3)", "area(box, 3)[0]", False),
    ],
)
def test_the_first_of_two_values_may_be_taken_either_way(case: Case, answer: str, truth: str, is_right: bool):  # noqa: FBT001 -- a column
    assert is_same(case, answer, truth) is is_right
