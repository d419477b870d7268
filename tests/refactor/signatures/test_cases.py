"""What becomes of call sites when a definition changes: each case file has a tree then, now, and as it is to be."""

import pickle
from pathlib import Path

import pytest

from tests.refactor.signatures import trees

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_sites_become_what_they_have_to_be_and_no_others(path: Path) -> None:
    case = trees.read(path)
    adapting = pickle.loads(pickle.dumps(trees.rule(case.old, case.new)))  # noqa: S301 -- as processes that plan get it
    found = {name: trees.sketches(adapting, name, text) for name, text in case.new.items()}
    assert {name: trees.written(text, found[name]) for name, text in case.new.items()} == case.expected
    left = [line for name, text in case.new.items() for line in trees.reasons(name, text, found[name])]
    assert tuple(left) == case.left


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_is_written_compiles_and_a_second_run_changes_nothing(path: Path) -> None:
    case = trees.read(path)
    adapting = trees.rule(case.old, case.new)
    done = {name: trees.written(text, trees.sketches(adapting, name, text), "None") for name, text in case.new.items()}
    again = trees.rule(case.old, done)
    for name, text in done.items():
        compile(text, name, "exec")
        assert trees.written(text, trees.sketches(adapting, name, text), "None") == text
        assert trees.written(text, trees.sketches(again, name, text), "None") == text
