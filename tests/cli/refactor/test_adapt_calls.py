"""`lacuna refactor plan adapt-calls --since`: calls in files that did not change are adapted, too."""

from pathlib import Path

import pytest
from dulwich import porcelain

from lacuna.cli import main
from lacuna.refactor.plan import Outcome, PlannedFile
from lacuna.refactor.planfile import open_plan
from tests.refactor import crews


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A function whose parameters changed places since the last commit, and two calls."""
    tree = tmp_path / "tree"
    tree.mkdir()
    files = {
        "m.py": "def f(a, b):\n    return a - b\n",
        "use.py": "from m import f\n\nf(1, 2)\nf(*pair)\nprint('%s' % x)\n",
    }
    porcelain.init(str(tree))
    for name, text in files.items():
        (tree / name).write_text(text)
    porcelain.add(str(tree), [str(tree / name) for name in files])
    porcelain.commit(str(tree), b"first", author=b"A <a@b.c>", committer=b"A <a@b.c>")
    (tree / "m.py").write_text("def f(b, a):\n    return a - b\n")
    monkeypatch.chdir(tree)
    return tree


def test_calls_follow_a_definition(tree: Path, tmp_path: Path):
    plan = tmp_path / "plan"
    arguments = ("--rule", "adapt-calls", "--rule", "f-strings", "--since", "HEAD", "--jobs", "1", "-o", str(plan))
    assert main.run(["refactor", "plan", *arguments], crews.opening) == 0
    (file,) = [entry for entry in open_plan(plan).entries() if isinstance(entry, PlannedFile)]
    found = [(site.line, [part.new for part in site.parts], site.outcome, site.reason) for site in file.sites]
    assert found == [
        (3, ["2", "1"], Outcome.KEPT, ""),
        (4, ["f(*pair)"], Outcome.LEFT, "what is given with * may be for parameters that stand elsewhere now"),
    ], "what f-strings are for did not change"
    assert main.run(["refactor", "apply", str(plan)], crews.opening) == 0
    assert (tree / "use.py").read_text() == "from m import f\n\nf(2, 1)\nf(*pair)\nprint('%s' % x)\n"


def test_a_second_plan_says_why_it_changes_nothing(tree: Path, tmp_path: Path):
    (tree / "use.py").write_text("from m import f\n\nf(2, 1)\n")
    plan = tmp_path / "plan"
    assert main.run(["refactor", "plan", "adapt-calls", "--since", "HEAD", "-o", str(plan)], crews.opening) == 0
    (file,) = [entry for entry in open_plan(plan).entries() if isinstance(entry, PlannedFile)]
    assert [site.reason for site in file.sites] == ["its line was changed since, and it fits f as it is now"]
