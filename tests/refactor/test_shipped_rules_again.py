"""A rule that ships finds nothing more where its plan was applied, by the denoiser that ships."""

from pathlib import Path

import pytest

from lacuna.export.providers import Provider
from lacuna.infill.opening import ModelOptions, open_model
from lacuna.infill.request import Infill
from lacuna.refactor.plan import Outcome, PlannedFile
from lacuna.refactor.proposing import Proposer, Task
from lacuna.refactor.rewriting import rewritten
from lacuna.workspace.textfile import decode
from tests.refactor.test_shipped_rules import CASES, NAMES, rule

LEAST = {"docstrings": 0.05, "print-to-logging": 0.1}
"""Thresholds at which rules keep something of their cases that keep next to nothing by the model's own."""

STUBS = "stub-bodies"
"""Keeps nothing of its cases by the model's own threshold; below it bodies that were written call for others."""


@pytest.fixture(scope="module")
def infill() -> Infill:
    return open_model(ModelOptions(None, Provider.AUTO, 1)).infill


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [name for name in NAMES if name != STUBS])
def test_a_second_plan_keeps_nothing(name: str, infill: Infill) -> None:
    proposer = Proposer((rule(name),), infill, LEAST.get(name))
    kept = 0
    for case in CASES:
        if case.path.parent.name == name:
            found, after = applied(proposer, case.before.encode())
            again, _ = applied(proposer, after)
            assert again == 0, case.path.name
            kept += found
    assert kept


def applied(proposer: Proposer, data: bytes) -> tuple[int, bytes]:
    """How many sites of a file are kept, and the file with them."""
    entry = proposer.propose(Task("a.py", data, None, (0,)))
    if not isinstance(entry, PlannedFile):
        return 0, data
    kept = [site for site in entry.sites if site.outcome is Outcome.KEPT]
    return len(kept), rewritten(entry, decode(Path("a.py"), data), kept)
