"""Uses written anew: which are asked for, what of the others is shown, and whether their old text is seen."""

from pathlib import Path

import pytest
from rich.table import Table

from lacuna.benchmarks.refactor import reworking, tables
from lacuna.benchmarks.refactor.cases import Case, Kind
from lacuna.benchmarks.refactor.drawing import drawn
from lacuna.benchmarks.refactor.reworking import Sees
from lacuna.model.denoiser import Scene
from tests.benchmarks.test_seeded_refactorings import PACKAGE
from tests.infill.scripted import Scripted


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in PACKAGE.items():
        path = tmp_path / "shapes-1.0" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "shapes-1.0"


@pytest.fixture
def case(package: Path) -> Case:
    """`area` loses an argument: two calls of the file that defines it have to change, and two of another."""
    cases = drawn(package, 20, 0, [Kind.REMOVED])
    return next(one for one in cases if one.definition == "area" and one.word == "unit")


@pytest.fixture
def renamed(package: Path) -> Case:
    """`area` is `marker` now."""
    cases = drawn(package, 20, 0, [Kind.FUNCTION])
    return next(one for one in cases if one.definition == "area" and one.path == "shapes/box.py")


BOTH = (Sees.OLD, Sees.NOTHING)


def echo(scene: Scene) -> dict[str, float]:
    """Writes the old text without its last argument if it is told, else nothing of use."""
    (before,) = scene.before or ("",)
    return {"area(other)": 1.0} if before else {"other": 1.0}


def test_the_last_use_is_asked_for_with_none_and_one_of_the_others_adapted(case: Case):
    denoiser = Scripted(echo)
    asked = list(reworking.ask(case, denoiser))
    assert [(one.shown, one.sees) for one in asked] == [(shown, sees) for shown in (0, 1) for sees in BOTH]
    assert {one.before for one in asked} == {"area(other, unit=2)"}
    assert [one.is_right for one in asked] == [True, False, True, False]
    shown = [scene.text for scene, _ in denoiser.looked]
    assert ["area(one, 1)" in text for text in shown] == [True, True, False, False]
    assert ["area(one) +" in text for text in shown] == [False, False, True, True]


def in_turn(scene: Scene) -> dict[str, float]:
    """Knows both uses, the second only where it sees the first adapted."""
    is_first = scene.text.startswith("area(one", scene.spans[0].start)
    return {"area(one)": 1.0} if is_first else {"area(other)" if "area(one) +" in scene.text else "area(one)": 1.0}


def test_a_whole_case_is_right_when_each_use_is_in_view_of_the_answers_before_it(case: Case):
    denoiser = Scripted(in_turn)
    old, nothing = reworking.ask_whole(case, denoiser)
    assert (old.sees, nothing.sees) == BOTH
    assert old.truths == old.answers == nothing.answers == ("area(one)", "area(other)")
    assert old.is_right
    assert nothing.is_right
    assert [bool(scene.before) for scene, _ in denoiser.looked] == [True, True, False, False]
    assert all("area(other, unit=2)" in scene.text for scene, _ in denoiser.looked[::2])


def test_a_whole_case_ends_with_its_first_wrong_answer(case: Case):
    for one in reworking.ask_whole(case, Scripted(echo)):
        assert (len(one.answers), one.is_right) == (1, False)


@pytest.mark.parametrize(("uses", "is_asked"), [(reworking.MOST, True), (reworking.MOST + 1, False)])
def test_a_whole_case_with_too_many_uses_is_not_asked(tmp_path: Path, uses: int, is_asked: bool):  # noqa: FBT001 -- a column
    path = tmp_path / "shapes-1.0" / "shapes.py"
    path.parent.mkdir()
    path.write_text("def area(box):\n    return box\n" + "area(1)\n" * uses)
    (case,) = drawn(path.parent, 20, 0, [Kind.FUNCTION])
    assert bool(list(reworking.ask_whole(case, Scripted(echo)))) is is_asked


def test_an_exact_rename_asks_no_denoiser_and_is_only_for_what_was_renamed(case: Case, renamed: Case):
    denoiser = Scripted(echo)
    asked = [one for one in reworking.ask(renamed, denoiser) if one.sees is Sees.RENAME]
    assert {(one.before, one.after, one.is_right) for one in asked} == {("area", "marker", True)}
    assert len(denoiser.looked) == 2 * len(asked)
    (whole,) = (one for one in reworking.ask_whole(renamed, denoiser) if one.sees is Sees.RENAME)
    assert (whole.answers, whole.is_right) == (("marker", "marker"), True)
    assert Sees.RENAME not in {one.sees for one in reworking.ask(case, denoiser)}


def test_what_is_replaced_everywhere_is_wrong_where_an_argument_and_a_variable_have_one_name(tmp_path: Path):
    path = tmp_path / "shapes-1.0" / "shapes.py"
    path.parent.mkdir()
    path.write_text(
        "def area(box, unit):\n    return box\n\n\ndef f(a, unit):\n    area(a, unit=1)\n    area(a, unit=unit)\n"
    )
    case = next(one for one in drawn(path.parent, 20, 0, [Kind.RENAMED]) if one.old_name == "unit")
    asked = (one for one in reworking.ask(case, Scripted(echo)) if one.sees is Sees.RENAME)
    assert {(one.after, one.is_right) for one in asked} == {("area(a, marker=marker)", False)}


def test_the_report_has_both_by_kind_and_by_what_is_shown(case: Case, renamed: Case):
    denoiser = Scripted(echo)
    whole = [one for each in (case, renamed) for one in reworking.ask_whole(each, denoiser)]
    found = reworking.report(list(reworking.ask(case, denoiser)), whole, seed=0, model="scripted")
    assert found.cases == 1
    assert found.shares[Sees.OLD]["all"].value == 1.0
    assert found.shares[Sees.NOTHING]["all"].value == 0.0
    assert found.shares[Sees.OLD][Kind.REMOVED].rows == 2
    assert found.shares[Sees.OLD]["1 uses shown"].rows == 1
    assert found.whole_shares[Sees.OLD]["all"].rows == 2
    assert found.whole_shares[Sees.RENAME]["all renames"].value == 1.0
    assert '"is_right": true' in reworking.to_json(found)
    first, second, _ = tables.of_rework(found)
    assert isinstance(first, Table)
    assert isinstance(second, Table)
    *_, renames = second.columns
    assert list(renames.cells)[:2] == ["-", "100.0 (100-100)"]
