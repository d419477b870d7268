"""Uses written anew: which use is asked for, what of the others is shown, and whether its old text is seen."""

from pathlib import Path

import pytest

from lacuna.benchmarks.refactor import reworking
from lacuna.benchmarks.refactor.cases import Case, Kind
from lacuna.benchmarks.refactor.drawing import drawn
from lacuna.benchmarks.refactor.reworking import Sees
from lacuna.model.denoiser import Scene
from tests.benchmarks.test_seeded_refactorings import PACKAGE
from tests.infill.scripted import Scripted


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """`area` loses an argument: two calls of the file that defines it have to change, and two of another."""
    for name, text in PACKAGE.items():
        path = tmp_path / "shapes-1.0" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    cases = drawn(tmp_path / "shapes-1.0", 20, 0, [Kind.REMOVED])
    return next(one for one in cases if one.definition == "area" and one.word == "unit")


def echo(scene: Scene) -> dict[str, float]:
    """Writes the old text without its last argument if it is told, else nothing of use."""
    (before,) = scene.before or ("",)
    return {"area(other)": 1.0} if before else {"other": 1.0}


def test_the_last_use_is_asked_for_with_none_and_one_of_the_others_adapted(case: Case):
    denoiser = Scripted(echo)
    asked = list(reworking.ask(case, denoiser))
    assert [(one.shown, one.sees) for one in asked] == [(shown, sees) for shown in (0, 1) for sees in Sees]
    assert {one.before for one in asked} == {"area(other, unit=2)"}
    assert [one.is_right for one in asked] == [True, False, True, False]
    shown = [scene.text for scene, _ in denoiser.looked]
    assert ["area(one, 1)" in text for text in shown] == [True, True, False, False]
    assert ["area(one) +" in text for text in shown] == [False, False, True, True]


def test_the_report_has_both_by_kind_and_by_what_is_shown(case: Case):
    found = reworking.report(list(reworking.ask(case, Scripted(echo))), seed=0, model="scripted")
    assert found.cases == 1
    assert found.shares[Sees.OLD]["all"].value == 1.0
    assert found.shares[Sees.NOTHING]["all"].value == 0.0
    assert found.shares[Sees.OLD][Kind.REMOVED].rows == 2
    assert found.shares[Sees.OLD]["1 uses shown"].rows == 1
    assert '"is_right": true' in reworking.to_json(found)
