"""Whoever kills an apply, a resume or an undo finds whole files, and can go on or back."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.refactor.plans import at, contents, laid_out, plan_for, planned

ROOT = Path(__file__).parents[2]
ORIGINALS = {f"package{n % 4}/module{n}.py": b"def f():\r\n    return old\r\n" * (n % 3 + 1) for n in range(12)}


class Killer:
    """The driver, which kills what it runs."""

    def __init__(self, process: subprocess.Popen[str], tree: Path) -> None:
        self._process, self._tree = process, tree

    def run(self, *arguments: str, moment: int | None = None) -> int:
        """Run a command of `refactor`; return how many moments it had."""
        assert self._process.stdin
        assert self._process.stdout
        print(
            json.dumps([moment, ["refactor", *arguments, "--tree", str(self._tree)]]),
            file=self._process.stdin,
            flush=True,
        )
        return int(self._process.stdout.readline())


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return laid_out(tmp_path / "tree", ORIGINALS)


@pytest.fixture
def killer(tree: Path) -> Iterator[Killer]:
    command = [sys.executable, "-m", "tests.refactor.killing"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Killer(process, tree)


@pytest.fixture
def plan(tree: Path) -> str:
    files = []
    for path, data in ORIGINALS.items():
        text = data.decode()
        sites = [at(text, n, "old", "new(\n    1)") for n in range(len(text)) if text.startswith("old", n)]
        files.append(planned(path, data, *sites))
    return str(plan_for(tree, tree.parent / "plan", files).path)


@pytest.mark.slow
@pytest.mark.timeout(300)  # hundreds of processes: long beside other tests
def test_an_apply_that_is_killed_at_fifty_random_moments(killer: Killer, tree: Path, plan: str):
    rng = random.Random(18)  # noqa: S311 -- moments
    moments = killer.run("apply", plan, moment=0)
    written = contents(tree)
    assert written == {path: data.replace(b"old", b"new(\r\n    1)") for path, data in ORIGINALS.items()}
    moments_of_undo = killer.run("undo", moment=0)
    assert contents(tree) == ORIGINALS

    counts: list[int] = []
    for number in range(50):
        shutil.rmtree(Path.home() / ".local")
        # Every other one towards the end, where files are written.
        killer.run("apply", plan, moment=rng.randint(moments * 3 // 4 if number % 2 else 1, moments))
        found = contents(tree)
        assert all(found[path] in (data, written[path]) for path, data in ORIGINALS.items())
        counts.append(sum(found[path] == data for path, data in written.items()))
        if not list(Path.home().rglob("runs/*.json")):
            assert found == ORIGINALS
            killer.run("apply", plan)
        if number % 3:  # others are taken back as they were left
            if number % 2:
                killer.run("resume", moment=rng.randint(1, moments // 2))
            killer.run("resume")
            assert contents(tree) == written
        if not number % 2:
            killer.run("undo", moment=rng.randint(1, moments_of_undo))
        killer.run("undo")
        assert contents(tree) == ORIGINALS
    assert sum(0 < count < len(ORIGINALS) for count in counts) >= 10
