"""--check: sites of which a command says something new are dropped, and only these."""

import hashlib
import sys
from pathlib import Path

import pytest

from lacuna.refactor.checks import Checker
from lacuna.refactor.plan import Outcome, PlannedFile
from tests.refactor.crews import preparation, tasks
from tests.refactor.sketchers import rule

TEXT = "import os\n\none = 1\ntwo = 2\nthree = 3\n"
LONGER = rule(r"= (\d)\n", r"= \1\1\1\1\n")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "0.py").write_text(TEXT)
    (tmp_path / "src" / "beside.py").write_text("")
    (tmp_path / ".cache").mkdir()
    return tmp_path


def checked(tree: Path, script: str, text: str = TEXT, seconds: float = 30) -> PlannedFile:
    """What is left of a file after a script has judged it."""
    (tree / "check.py").write_text(
        f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\ntext = path.read_text()\n{script}\n"
    )
    [task] = tasks(text)
    entry = preparation(LONGER).proposer(lambda _: None).propose(task)
    assert isinstance(entry, PlannedFile)
    moved = PlannedFile("src/0.py", entry.hash, entry.sites)
    return Checker(f"{sys.executable} check.py", tree, seconds).checked(moved, task.data)


def outcomes(file: PlannedFile) -> list[tuple[Outcome, str]]:
    return [(site.outcome, site.reason) for site in file.sites]


KEPT = (Outcome.KEPT, "")


def test_what_a_command_takes_is_kept(tree: Path):
    file = checked(tree, "sys.exit(0)")
    assert outcomes(file) == [KEPT] * 3
    assert [site.verdicts[-1].gate for site in file.sites] == ["check"] * 3


def test_a_site_of_which_it_says_something_new_is_dropped(tree: Path):
    script = "if '2222' in text:\n    print(f'{path}:4: two is too long')\n    print('Found 1 error.')\n    sys.exit(1)"
    dropped = (Outcome.GATED, "src/N.py:N: two is too long")
    assert outcomes(checked(tree, script)) == [KEPT, dropped, KEPT]


def test_what_it_said_before_does_not_count_wherever_it_stands_by_now(tree: Path):
    script = "print(f'{path}:{len(text)}: os is not used')\nsys.exit(1)"
    assert outcomes(checked(tree, script)) == [KEPT] * 3


def test_a_command_that_only_ends_differently_counts_too(tree: Path):
    script = "sys.exit('3333' in text)"
    dropped = (Outcome.GATED, "the command of --check ended with exit code 1")
    assert outcomes(checked(tree, script)) == [KEPT, KEPT, dropped]


def test_a_command_that_does_not_end_counts_too(tree: Path):
    script = "import time\ntime.sleep(60 if '1111' in text else 0)"
    dropped = (Outcome.GATED, "the command of --check took more than 0.5 seconds")
    assert outcomes(checked(tree, script, seconds=0.5)) == [dropped, KEPT, KEPT]


def test_it_sees_what_lies_beside_the_file_and_changes_nothing(tree: Path):
    def state() -> dict[str, str]:
        files = [path for path in tree.rglob("*") if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    script = (
        "path.write_text('changed')\npath.with_name('made.py').write_text('')\n"
        "sys.exit(not path.with_name('beside.py').exists() or pathlib.Path('.cache').exists())"
    )
    before = state()
    assert outcomes(checked(tree, script)) == [KEPT] * 3
    assert {path: digest for path, digest in state().items() if not path.endswith("check.py")} == before


def test_a_command_may_say_where_the_file_goes(tree: Path):
    [task] = tasks(TEXT)
    entry = preparation(LONGER).proposer(lambda _: None).propose(task)
    assert isinstance(entry, PlannedFile)
    (tree / "0.py").write_text(TEXT)
    file = Checker("test -f {} && ! grep -q 1111 {}", tree).checked(entry, task.data)
    assert [outcome for outcome, _ in outcomes(file)] == [Outcome.GATED, Outcome.KEPT, Outcome.KEPT]
