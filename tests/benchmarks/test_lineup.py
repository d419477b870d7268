"""Several processes that answer: in order, and gone when nobody reads on."""

import multiprocessing
import os
import signal

import pytest

from lacuna.benchmarks.evaluation import lineup
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.lineup import Column, Lineup, System
from lacuna.benchmarks.evaluation.questions import Question
from lacuna.export.providers import Provider
from lacuna.infill.opening import ModelOptions, open_model
from lacuna.syntax.errors import ModelError
from lacuna.syntax.spans import Span

NO_MODEL = ModelOptions(None, Provider.AUTO, None)
FLOORS = Lineup((Column("pass", System.PASS, NO_MODEL), Column("empty", System.EMPTY, NO_MODEL)), open_model)


def questions(count):
    texts = (f"{'    ' * n}x = {n}\n" for n in range(count))
    return [Question("line", (Hole("p", "p.py", text, Span(len(text) - 2, len(text) - 1)),)) for text in texts]


def test_answers_come_in_the_order_of_the_questions():
    found = list(lineup.answers(FLOORS, questions(5), jobs=2))
    assert [answers["pass"].text for answers in found] == ["    " * n + "pass" for n in range(5)]
    assert {answers["empty"].text for answers in found} == {""}


def test_processes_end_when_nobody_reads_on():
    answers = lineup.answers(FLOORS, questions(500), jobs=2)
    next(answers)
    assert multiprocessing.active_children()
    answers.close()
    assert not multiprocessing.active_children()


def test_a_process_that_was_killed_is_one_sentence():
    answers = lineup.answers(FLOORS, questions(5000), jobs=2)
    next(answers)
    os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
    with pytest.raises(ModelError, match="try fewer --jobs"):
        list(answers)
