"""A real Ray cluster of two nodes on this machine: the same plan as without it, whatever becomes of a node."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import ray.cluster_utils

from lacuna.cli import main
from lacuna.refactor.crew import Limits, Work
from lacuna.refactor.plan import Outcome, PlannedFile, Skipped
from lacuna.refactor.planfile import open_plan
from lacuna.refactor.preparing import Preparation
from lacuna.refactor.ray_workers import Cluster
from lacuna.syntax.errors import ModelError
from tests.refactor import crews
from tests.refactor.crews import ANNOTATE, POISON, RENAME, preparation, tasks
from tests.refactor.plans import laid_out

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.filterwarnings("ignore")]  # Ray's own warnings


RULE = """
name = "{0}"
explanation = "Why."
language = "python"
[[rewrite]]
query = '{1}'
template = "{2}"
"""
NODE = {"num_cpus": 1, "object_store_memory": 100 * 1024 * 1024}


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        cluster = ray.cluster_utils.Cluster(initialize_head=True, head_node_args={"include_dashboard": False, **NODE})
        cluster.add_node(**NODE)
        yield cluster
        cluster.shutdown()


def cluster(nodes: Any, prepared: Preparation, **settings: Any):
    return Cluster(prepared, nodes.address, 2, **settings)


def test_a_cluster_makes_the_plan_of_one_process_though_a_node_is_killed_on_the_way(nodes: Any, tmp_path: Path):
    tree, on_ray, alone = (tmp_path / name for name in ("tree", "on_ray", "alone"))
    laid_out(tree, {f"{n}.py": b"def f(a): ...\nold = 1\n" if n % 3 else b"x = 1\n" for n in range(30)})
    command = ["refactor", "plan", str(tree)]
    for name, query, template in (
        ("annotate", "(parameters (identifier) @hole)", "⟦hole⟧: ⟦…⟧"),
        ("rename", '((identifier) @hole (#eq? @hole "old"))', "new"),
    ):
        rule = tmp_path / f"{name}.toml"
        rule.write_text(RULE.format(name, query, template))
        command += ["--rule", str(rule)]
    killed: list[int] = []

    def kill_a_node() -> None:
        deadline = time.monotonic() + 120
        while not killed and time.monotonic() < deadline:
            if on_ray.exists() and (done := on_ray.read_bytes().count(b'{"file"')) >= 4:
                nodes.remove_node(nodes.list_all_nodes()[-1], allow_graceful=False)
                killed.append(done)
            time.sleep(0.05)

    killer = threading.Thread(target=kill_a_node)
    killer.start()
    try:
        assert main.run([*command, "-o", str(on_ray), "--ray", nodes.address, "--jobs", "2"], crews.unhurried) == 0
    finally:
        killer.join()
        nodes.add_node(**NODE)
    assert main.run([*command, "-o", str(alone), "--jobs", "1"], crews.opening) == 0
    assert killed[0] < 15
    assert on_ray.read_bytes() == alone.read_bytes()
    planned = [entry for entry in open_plan(alone).entries() if isinstance(entry, PlannedFile)]
    assert [[site.outcome for site in entry.sites] for entry in planned] == [[Outcome.KEPT] * 2] * 20


def test_a_poisonous_file_has_the_same_end_as_elsewhere_and_others_go_on(nodes: Any):
    items = tasks("old = 1\n", "# compute\n", "# die\n", "# fail\n", "old = 2\n", rules=2)
    with cluster(nodes, preparation(RENAME, POISON), limits=Limits(file=0.5, patience=120)) as crew:
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
    with cluster(nodes, preparation(RENAME, POISON)) as crew:
        list(crew.results(Work.PROPOSE, tasks("old = 1\n", "old = 1\n")))  # actors take their time to begin
        crew.deadline = 5.0
        skipped, after = crew.results(Work.PROPOSE, items)
    assert skipped == Skipped("0.py", "Nothing was heard of it for 5 seconds.", is_failure=True)
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
