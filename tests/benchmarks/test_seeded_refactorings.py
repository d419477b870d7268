"""Refactorings made on purpose: what they do to calls, whose uses are told apart, and how contenders are judged."""

from pathlib import Path

import pytest

from lacuna.benchmarks.refactor import seeded, seeds, trees
from lacuna.benchmarks.refactor.cases import ADAPTED, Case, Contender, Kind, Label
from lacuna.benchmarks.refactor.drawing import drawn
from lacuna.benchmarks.refactor.seeds import Seed
from lacuna.infill.opening import OpenModel
from tests.command_line import Scripted

PACKAGE = {
    "shapes/__init__.py": "",
    "shapes/box.py": """\
class Box:
    def __init__(self, width, height):
        self.width = width
        self.height = height

    def grow(self, by, twice):
        self.width += by * twice


def area(box, unit):
    return box.width * box.height * unit


def both(one, other):
    return area(one, 1) + area(other, unit=2)
""",
    "shapes/other.py": """\
def area(number, unit):
    return number * unit


area(1, 2)
""",
    "use.py": """\
from shapes.box import Box, area
from shapes import other

box = Box(1, 2)
box.grow(1, 2)
box.grow(3, twice=4)
print(area(box, 3), area(unit=4, box=box), other.area(5, 6))
print(box.width, 2 * box.width)
""",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in PACKAGE.items():
        path = tmp_path / "shapes-1.0" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "shapes-1.0"


@pytest.fixture
def cases(package: Path) -> list[Case]:
    return list(drawn(package, 20, 0, ADAPTED))


@pytest.mark.parametrize(
    ("seed", "before", "after"),
    [
        pytest.param(seeds.removed("a", 0), "f(1, 2)", "f(2)", id="removed, by position"),
        pytest.param(seeds.removed("b", 1), "f(1, b=2)", "f(1)", id="removed, by name"),
        pytest.param(seeds.removed("b", 1), "f(1)", "f(1)", id="removed, not given"),
        pytest.param(seeds.renamed("b", "c"), "f(1, b=b)", "f(1, c=b)", id="renamed"),
        pytest.param(seeds.swapped(0, ("a", "b")), "f(1, 2, 3)", "f(2, 1, 3)", id="swapped"),
        pytest.param(seeds.swapped(0, ("a", "b")), "f(1, b=2)", "f(a=1, b=2)", id="swapped, the second by name"),
        pytest.param(seeds.as_method("f", "a"), "f(x + 1, 2)", "(x + 1).f(2)", id="method"),
        pytest.param(seeds.as_method("f", "a"), "f(b=2, a=x)", "x.f(b=2)", id="method, by name"),
        pytest.param(seeds.appended("c"), "f(1)", "f(1, c=c)", id="appended"),
        pytest.param(seeds.appended("c"), "f(x for x in y)", "f((x for x in y), c=c)", id="appended to a generator"),
        pytest.param(seeds.swapped(0, ("a", "b")), "f(x for x in y)", "f(a=(x for x in y))", id="a generator swapped"),
        pytest.param(seeds.renamed("a", "c"), "f(x for x in y)", "f(x for x in y)", id="a generator alone"),
        pytest.param(Seed(word="g"), "f(1)", "g(1)", id="called otherwise"),
    ],
)
def test_a_call_becomes_what_it_has_to_be(seed: Seed, before: str, after: str):
    assert seeds.rewritten(before, seed, frozenset({(1, 0)})) == after
    assert seeds.rewritten(before, seed, frozenset()) == before


def test_uses_of_the_same_name_are_told_apart(cases: list[Case]):
    case = next(
        one for one in cases if one.kind is Kind.REMOVED and one.definition == "area" and one.path == "shapes/box.py"
    )
    found = {(site.path, case.text_at(site)): site.label for site in case.sites}
    assert {text: label for (path, text), label in found.items() if path == "use.py"} == {
        "area(box, 3)": Label.TARGET,
        "area(unit=4, box=box)": Label.TARGET,
        "other.area(5, 6)": Label.OTHER,
    }
    assert found["shapes/other.py", "area(1, 2)"] is Label.OTHER
    assert sum(label is Label.TARGET for label in found.values()) == 4


def test_all_kinds_that_the_rule_adapts_are_drawn_and_only_definitions_have_changed(cases: list[Case]):
    assert {case.kind for case in cases} == {*ADAPTED}
    for case in cases:
        assert case.old != case.new[case.path]
        if case.kind is not Kind.ADDED:
            assert case.old == PACKAGE[case.path]
            assert all(text == PACKAGE[path] for path, text in case.new.items() if path != case.path)


def test_what_a_rewrite_does_exactly_is_right_everywhere(cases: list[Case]):
    model = OpenModel(Scripted(("1",)).infill)
    for case in cases:
        for outcome in seeded.outcomes(case, model, 0.0):
            told = [use for use in outcome.uses if use.label is not Label.UNSURE]
            if case.kind is not Kind.ADDED and outcome.contender is Contender.RULE:
                assert all(use.is_right for use in told), (case.kind, case.definition)
            assert outcome.compiling == outcome.files


def test_a_new_argument_is_right_by_position_or_by_name(cases: list[Case]):
    case = next(one for one in cases if one.kind is Kind.ADDED and one.definition == "area" and one.word == "unit")
    found = {outcome.contender: outcome for outcome in seeded.outcomes(case, OpenModel(Scripted(("3",)).infill), 0.0)}
    uses = {use.truth: (use.before, use.after, use.is_right) for use in found[Contender.RULE].uses}
    assert uses["area(box, 3)"] == ("area(box)", "area(box, 3)", True)
    assert uses["area(other, unit=2)"] == ("area(other)", "area(other, 3)", False)
    assert uses["area(unit=4, box=box)"] == ("area(box=box)", "area(box=box, unit=3)", False)
    assert uses["other.area(5, 6)"] == ("other.area(5, 6)", "other.area(5, 6)", True)
    by_name = {use.truth: use.after for use in found[Contender.BY_NAME].uses}
    assert by_name["other.area(5, 6)"] == "other.area(5, 6, unit=unit)"
    report = seeded.report(list(found.values()), seed=0, threshold=0.0, model="scripted")
    assert report.all["adapt-calls"].adapted.value == 1 / 4
    assert report.all["adapt-calls"].spared.value == 1.0
    assert report.all["by name alone"].spared.value == 0.0


def test_offsets_are_code_points():
    text = "é = f('ü')\ng(é).f\n"
    (use,) = trees.calls(text, frozenset({"f"}))
    assert text[use.span.start : use.span.end] == "f('ü')"
    (use,) = trees.attributes(text, frozenset({"f"}))
    assert text[use.name : use.name + 1] == "f"
