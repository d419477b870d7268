"""A real Ray cluster of two nodes on this machine: the same entries as without it, whatever becomes of a node."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import ray.cluster_utils

from lacuna.refactor.crew import Limits, Work
from lacuna.refactor.plan import PlannedFile, Skipped
from lacuna.refactor.preparing import Preparation
from lacuna.refactor.proposing import Task
from lacuna.refactor.ray_workers import Cluster
from lacuna.syntax.errors import ModelError
from tests.refactor import crews
from tests.refactor.crews import ANNOTATE, POISON, RENAME, Alone, preparation, tasks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore")]  # Ray's own warnings


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    settings = {"include_dashboard": False, "object_store_memory": 100 * 1024 * 1024}
    cluster = ray.cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 1, **settings})
    cluster.add_node(num_cpus=1, object_store_memory=100 * 1024 * 1024)
    yield cluster
    cluster.shutdown()


def cluster(nodes: Any, prepared: Preparation, **settings: Any):
    return Cluster(prepared, nodes.address, 2, **settings)


def many(rules: int = 1) -> list[Task | Skipped]:
    texts = [f"def f{n}(a): ...\nold = {n}\n" if n % 3 else "x = 1\n" for n in range(30)]
    return [Skipped("0", "why"), *tasks(*texts, rules=rules)]


def test_a_cluster_proposes_what_one_process_does_though_a_node_is_killed_on_the_way(nodes: Any):
    prepared = preparation(RENAME, ANNOTATE, how=crews.unhurried)
    with cluster(nodes, prepared) as crew:
        results = crew.results(Work.PROPOSE, many(2))
        found = [next(results) for _ in range(8)]
        nodes.remove_node(nodes.list_all_nodes()[-1], allow_graceful=False)
        found += results
    alone = Alone(prepared.proposer(lambda _: None))
    assert found == list(alone.results(Work.PROPOSE, many(2)))
    assert not [one for one in found if isinstance(one, Skipped) and one.is_failure]


def test_a_poisonous_file_has_the_same_end_as_elsewhere_and_others_go_on(nodes: Any):
    items = tasks("old = 1\n", "# compute\n", "# die\n", "# fail\n", "old = 2\n", rules=2)
    with cluster(nodes, preparation(RENAME, POISON), limits=Limits(file=0.5)) as crew:
        before, *poisoned, after = crew.results(Work.PROPOSE, items)
    assert isinstance(before, PlannedFile)
    assert isinstance(after, PlannedFile)
    assert poisoned == [
        Skipped("1.py", "It took more than 0.5 seconds of computing.", is_failure=True),
        Skipped("2.py", "The process that looked through it was ended, perhaps for want of memory.", is_failure=True),
        Skipped("3.py", "A defect of Lacuna came up (LookupError).", is_failure=True),
    ]


def test_an_actor_that_says_nothing_is_given_up(nodes: Any):
    items = tasks("# sleep\n", "old = 2\n", rules=2)
    with cluster(nodes, preparation(RENAME, POISON), deadline=8.0) as crew:
        skipped, after = crew.results(Work.PROPOSE, items)
    assert skipped == Skipped("0.py", "Nothing was heard of it for 8 seconds.", is_failure=True)
    assert isinstance(after, PlannedFile)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        pytest.param({"version": "0.0"}, "made with Lacuna 0.0, but a worker has", id="another Lacuna"),
        pytest.param({"artifact": "ab"}, "is not the one that the plan is made with", id="another artifact"),
    ],
)
def test_workers_with_something_else_plan_nothing(nodes: Any, other: dict[str, str], words: str):
    with cluster(nodes, replace(preparation(ANNOTATE), **other)) as crew, pytest.raises(ModelError, match=words):
        list(crew.results(Work.PROPOSE, tasks("def f(a): ...\n")))


def test_where_no_cluster_is_that_is_said():
    with pytest.raises(ModelError, match="There is no Ray cluster that can be used at 127"):
        Cluster(preparation(RENAME), "127.0.0.1:1").__enter__()
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
