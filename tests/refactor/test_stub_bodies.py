"""What may take the place of a stub: nothing that says no more than it."""

import pytest

from lacuna.refactor.python.stub_bodies import StubBodies
from lacuna.refactor.rule import Hole
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.parsing import parse


@pytest.fixture
def hole() -> Hole:
    parsed = parse("def f(x):\n    raise NotImplementedError\n", PYTHON)
    assert parsed
    ((found,),) = (one.pieces for sketch in StubBodies().sketches("a.py", parsed) for one in sketch.replacements)
    assert isinstance(found, Hole)
    return found


@pytest.mark.parametrize(
    ("body", "is_refused"),
    [
        ("...", True),
        ("pass  # TODO", True),
        ('raise NotImplementedError("later")', True),
        ('"""Has one."""', True),
        ('"""Has one."""\n    return x', False),
        ("return x", False),
        ("passed(x)", False),
        ("raise ValueError(x)", False),
    ],
)
def test_a_stub_takes_no_stubs_place(hole: Hole, body: str, is_refused: bool):  # noqa: FBT001 -- a table's column
    assert hole.takes(body) != is_refused
