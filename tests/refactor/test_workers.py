"""Processes that look through files: in order, and each file at its own risk."""

import multiprocessing
from collections.abc import Iterator

import pytest

from lacuna.refactor.crew import Limits, Work
from lacuna.refactor.plan import PlannedFile, Skipped
from lacuna.refactor.proposing import Survey, Task
from lacuna.refactor.workers import Processes
from lacuna.syntax.errors import ModelError
from tests.refactor import crews
from tests.refactor.crews import ANNOTATE, POISON, RENAME, preparation, tasks

ENDED = "The process that looked through it was ended"


def test_results_come_in_the_order_of_the_files_whoever_is_done_first():
    items = [Skipped("first.py", "why"), *tasks("old = 1\n", "x = 1\n", "old = 2\n"), Skipped("last.py", "why")]
    with Processes(preparation(RENAME), 2) as crew:
        found = list(crew.results(Work.PROPOSE, items))
    assert [one and one.path for one in found] == ["first.py", "0.py", None, "2.py", "last.py"]


def test_the_same_processes_survey_first_and_sample_their_model():
    [task] = tasks("def f(a): ...\ndef g(b): ...\n")
    with Processes(preparation(ANNOTATE), 1) as crew:
        [survey] = crew.results(Work.SURVEY, [task])
        [sample] = crew.results(Work.SAMPLE, [task])
        [entry] = crew.results(Work.PROPOSE, [task])
    assert survey == Survey(2, 2)
    assert isinstance(sample, Survey)
    assert sample.seconds > 0
    assert isinstance(entry, PlannedFile)
    assert [site.parts[0].new for site in entry.sites] == [": int", ": int"]


@pytest.mark.parametrize(
    ("poison", "patience", "reason"),
    [
        pytest.param("# compute\n", 100, "It took more than 0.4 seconds of computing.", id="it computes for ever"),
        pytest.param("# sleep\n", 5, "It took more than 2 seconds.", id="it waits for ever"),
        pytest.param("# die\n", 100, f"{ENDED}, perhaps for want of memory.", id="it dies"),
        pytest.param("# fail\n", 100, "A defect of Lacuna came up (LookupError).", id="it raises"),
    ],
)  # fmt: skip
def test_a_poisonous_file_costs_its_own_limit_and_the_others_go_on(poison: str, patience: float, reason: str):
    items = tasks("old = 1\n", poison, "old = 2\n", rules=2)
    with Processes(preparation(RENAME, POISON), 1, Limits(file=0.4, patience=patience)) as crew:
        before, skipped, after = crew.results(Work.PROPOSE, items)
    assert isinstance(before, PlannedFile)
    assert isinstance(after, PlannedFile)
    assert skipped == Skipped("1.py", reason, is_failure=True)


@pytest.mark.parametrize(("seconds", "kind"), [(10, PlannedFile), (0.01, Skipped)], ids=["enough", "too little"])
def test_a_file_has_more_time_for_each_of_its_blanks(seconds: float, kind: type):
    with Processes(preparation(ANNOTATE, how=crews.slow), 1, Limits(file=0.4, blank=seconds)) as crew:
        [found] = crew.results(Work.PROPOSE, tasks("def f(a): ...\n"))
    assert isinstance(found, kind)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        pytest.param(crews.unopened, "This model cannot run.", id="it says why"),
        pytest.param(crews.dying, "A process that was to plan was ended", id="it dies"),
    ],
)
def test_where_no_model_can_be_opened_nothing_is_planned(how, words: str):
    with Processes(preparation(ANNOTATE, how=how), 1) as crew, pytest.raises(ModelError, match=words):
        list(crew.results(Work.PROPOSE, tasks("def f(a): ...\n")))


def test_no_process_is_left_and_files_are_read_as_they_are_needed():
    def endless() -> Iterator[Task]:
        nonlocal read
        while True:
            read += 1
            yield from tasks("old = 1\n")

    read = 0
    with Processes(preparation(RENAME), 2) as crew:
        results = crew.results(Work.PROPOSE, endless())
        for _ in range(5):
            next(results)
    assert read < 40
    assert multiprocessing.active_children() == []
