"""Everyone in a lineup answers every question, in one process or in several."""

import pytest

from lacuna.benchmarks.evaluation import lineup
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.lineup import Column, Lineup, System
from lacuna.benchmarks.evaluation.questions import Question
from lacuna.export.providers import Provider
from lacuna.infill.opening import ModelOptions, open_model
from lacuna.syntax.spans import Span

NO_MODEL = ModelOptions(None, Provider.AUTO, None)
FLOORS = Lineup((Column("pass", System.PASS, NO_MODEL), Column("empty", System.EMPTY, NO_MODEL)), open_model)


def questions(count):
    texts = (f"{'    ' * n}x = {n}\n" for n in range(count))
    return [Question("line", (Hole("p", "p.py", text, Span(len(text) - 2, len(text) - 1)),)) for text in texts]


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_come_in_the_order_of_the_questions(jobs: int):
    found = list(lineup.answers(FLOORS, questions(5), jobs))
    assert [answers["pass"].text for answers in found] == ["    " * n + "pass" for n in range(5)]
    assert {answers["empty"].text for answers in found} == {""}
