"""`lacuna bench refactor` and `structural`: what is counted; the packages themselves are downloaded elsewhere."""

import ast
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from rich.console import Console

from lacuna.benchmarks.refactor import costs, packages, structural, tables
from lacuna.benchmarks.refactor.costs import Cost, cost_of
from lacuna.benchmarks.refactor.packages import Bench, Package, PackagesReport

CODE = """\
import unittest


class Case(unittest.TestCase):
    def test_one(self):
        self.assertEqual(1, 1)

    def test_two(self):
        number = 2
        self.assertEqual('%s items' % (number,), '2 items')


if __name__ == "__main__":
    unittest.main()
"""
SENSITIVE = """\
import unittest
from pathlib import Path


class Case(unittest.TestCase):
    def test_it_is_as_it_was(self):
        assert "%" in Path("code.py").read_text()
"""
TESTS = "{python} -B -m unittest code.py sensitive.py"


@pytest.mark.slow
def test_a_rule_is_planned_applied_tested_and_undone(tmp_path: Path):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "code.py").write_text(CODE)
    (tree / "sensitive.py").write_text(SENSITIVE)
    bench = Bench(Package("tree", TESTS), packages.committed(tree), tmp_path, 10)
    assert bench.failing() == ()
    asserts, strings = bench.run(["unittest-asserts"], ()), bench.run(["f-strings"], ())
    assert (asserts.spans, asserts.kept, asserts.broken, asserts.dropped) == (2, 2, (), None)
    assert (strings.kept, len(strings.broken), strings.dropped, strings.broken_after) == (1, 1, 1, ())
    assert asserts.is_undone
    assert strings.is_undone
    assert asserts.is_same
    report = PackagesReport(0.0, 10, (asserts, strings), {"tree": ()})
    assert json.loads(packages.to_json(report))["runs"][1]["dropped"] == 1
    console = Console(record=True, width=120)
    for part in tables.of_packages(report):
        console.print(part)
    said = console.export_text()
    assert "by rule, spans and kept: unittest-asserts 2 2, f-strings 1 1" in said
    assert "each by itself: 3 kept; no test breaks by 2 (66.7 %), 2 (66.7 %) stay with --test" in said


def test_all_tests_of_a_file_that_cannot_be_loaded_fail(tmp_path: Path):
    (tmp_path / "test_a.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "test_b.py").write_text("def test_x():\n    assert 0\n")
    command = "{python} -B -m pytest -q -p no:cacheprovider --continue-on-collection-errors"
    every = ("test_a.py::test_x", "test_a.py::test_y", "test_b.py::test_x", "test_b.py::test_y")
    bench = Bench(Package("tree", command), tmp_path, tmp_path, 10, every)
    assert bench.failing() == every[:3]


def test_many_files_are_parts_of_the_standard_library(tmp_path: Path):
    count = structural.written(tmp_path / "files", 20, 50)
    texts = [path.read_text() for path in sorted((tmp_path / "files").iterdir())]
    assert len(texts) == 20
    assert sum(text.count("\n") for text in texts) == count
    for text in texts:
        ast.parse(text)
        assert 50 <= text.count("\n") <= 66


def test_times_are_told_as_ratios():
    plan, apply, grep = (Cost(2.0, 4.0), Cost(3.0, 5.0)), (Cost(1.0, 1.0),) * 2, (Cost(0.5, 0.25),) * 2
    found = structural.StructuralReport(0.0, 2, 600, plan, apply, grep, grep, 2, 0, (5.0, 18.0), (7.0, 22.0))
    assert json.loads(structural.to_json(found)) == json.loads(json.dumps(asdict(found)))
    *_, dry, ratio, same, _ = tables.of_structural(found)
    assert dry == "planning to a dry run: 5 times as long, 18 times the CPU time"
    assert ratio == "planning and applying to a rewrite: 7 times as long, 22 times the CPU time"
    assert same == "2 files are the same afterwards, 0 differ"


def test_a_step_costs_what_the_processes_that_it_starts_compute():
    cost = cost_of(lambda: subprocess.run([sys.executable, "-c", "sum(range(10_000_000))"], check=True))
    assert cost.cpu > 0
    assert costs.median_of([cost, Cost(0.0, 0.0), Cost(9e9, 9e9)]) == cost
