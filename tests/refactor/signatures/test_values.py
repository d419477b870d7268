"""What may stand in the blank of an added argument: one expression, whatever the model would write."""

import functools
from collections.abc import Mapping

import pytest

from lacuna.infill.infill import infill
from lacuna.model.denoiser import Scene
from lacuna.refactor.plan import Outcome, PlannedFile, Site
from lacuna.refactor.proposing import Proposer, Task
from lacuna.refactor.python.signatures.values import Value
from lacuna.refactor.rule import Rule
from tests.infill.scripted import Scripted
from tests.refactor.signatures import trees

FITS = Value(frozenset({"t", "m.t"}))


@pytest.mark.parametrize(
    "text",
    [
        *("2", "tax", "m.tax", "t(1)", "self.t", "(1, 2)", "[x for x in rows]", "lambda a, b=1: a", "x if y else z"),
        *("(yield)", "rate := 2", "'a, b'", "1  # as it was", "[\n    1,\n]", "_"),
    ],
)
def test_an_expression_is_a_value(text: str) -> None:
    assert FITS(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "tax=2",
            "tax=2, currency=2",
            "1, 2",
            "*rows",
            "**named",
            "x for x in rows",
            "yield",
            "1)(2",
            "1, _) + _(_, 2",
        ),
        *("1, _), _(_, 2", "1\n, _)\n_(_, 2", "", "1,", "1 +", "# no more", "\0", "-" * 100_000 + "1"),
        *("t", "m.t", "(t)"),
    ],
)
def test_what_is_more_or_less_than_an_expression_is_none(text: str) -> None:
    assert not FITS(text)


DEFINED = "def t(prices, tax, old=None):\n    return prices, tax\n"
CHANGED = "def t(tax, prices, currency):\n    return prices, tax\n"
USE = "from m import t\n\nt([1], 2)\n"
BY_NAME = "from m import t\n\nt(prices=[1], tax=2)\n"


def site(use: str, answers: Mapping[str, float]) -> Site:
    """The only site of a file in which a call is adapted."""
    adapting = trees.rule({"m.py": DEFINED, "a.py": use}, {"m.py": CHANGED, "a.py": use})
    rule = Rule("adapt-calls", "", "python", adapting, "", is_joint=True)
    found = Proposer((rule,), functools.partial(infill, model(answers)), 0.1).propose(
        Task("a.py", use.encode(), None, (0,))
    )
    assert isinstance(found, PlannedFile)
    (one,) = found.sites
    return one


def model(answers: Mapping[str, float]) -> Scripted:
    def answer(_: Scene) -> Mapping[str, float]:
        return answers

    return Scripted(answer)


@pytest.mark.parametrize("use", [USE, BY_NAME], ids=["by position", "by name"])
@pytest.mark.parametrize("answer", ["tax=2", "2, tax=2", "tax=2, currency=2", "t"])
def test_an_answer_with_which_the_call_would_fail_gives_way_to_the_next(use: str, answer: str) -> None:
    found = site(use, {answer: 0.6, "'EUR'": 0.4})
    assert found.outcome is Outcome.KEPT
    assert found.parts[-1].new.endswith("'EUR'")


@pytest.mark.parametrize("answer", ["tax=2", "2, tax=2", "tax=2, currency=2", "t"])
def test_a_call_whose_only_answer_would_fail_is_not_written(answer: str) -> None:
    found = site(USE, {answer: 1.0})
    assert (found.outcome, found.reason) == (Outcome.GATED, "it is no value for currency")
