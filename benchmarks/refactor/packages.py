"""The rules that ship on packages with tests: what is planned, kept, written, what the tests say, and undone."""

import json
import os
import shlex
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dulwich import porcelain

from lacuna.refactor.plan import Outcome, PlannedFile
from lacuna.refactor.planfile import open_plan
from lacuna.refactor.testruns import ShellTests
from lacuna.syntax.errors import FileError
from lacuna.workspace.changes import sha256

_PINNED = Path(__file__).with_name("packages.txt")
_LIMIT = 900
"""Seconds that tests may take."""
_WHO = b"Lacuna <lacuna@localhost>"
ALL = "all"


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    tests: str
    """Shell command; {python} is the interpreter."""


PACKAGES = (
    Package("supervisor", "{python} -B -m pytest -q -p no:cacheprovider supervisor/tests"),
    Package("ply", "cd test && {python} -B testlex.py; lex=$?; {python} -B testyacc.py || exit; exit $lex"),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One rule, or all together, on one package."""

    package: str
    rule: str
    spans: int
    outcomes: dict[str, int]
    kept: int
    kept_by_rule: dict[str, int]
    seconds: dict[int, float]
    """Of `plan`, by number of processes, start and estimate included."""
    is_same: bool
    """The plans do not differ by that number."""
    broken: tuple[str, ...]
    """Tests that passed before and fail with all that is kept."""
    dropped: int | None
    """Edits that `apply --test` takes out; None if it was not asked, since nothing broke."""
    is_undone: bool
    """Afterwards the tree is what it was, byte for byte."""


@dataclass(frozen=True, slots=True)
class PackagesReport:
    machine_load: float
    """Mean number of processes that wanted to run at the start."""
    most: int
    runs: tuple[Planned, ...]
    failing_before: dict[str, tuple[str, ...]]


def fetched(folder: Path) -> Iterator[tuple[Package, Path]]:
    """Download the pinned packages and unpack each into a git repository with one commit."""
    archives = folder / "archives"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    done = subprocess.run([*command, "-r", str(_PINNED), "-d", str(archives)], check=False)  # noqa: S603 -- ours
    if done.returncode:
        raise FileError("The packages cannot be downloaded.")
    for package in PACKAGES:
        (archive,) = archives.glob(f"{package.name}-*.tar.gz")
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
        yield package, committed(folder / archive.name.removesuffix(".tar.gz"))


def committed(tree: Path) -> Path:
    porcelain.init(str(tree))
    files = [str(path) for path in tree.rglob("*") if path.is_file() and ".git" not in path.parts]
    porcelain.add(str(tree), files)
    porcelain.commit(str(tree), b"As it was published", author=_WHO, committer=_WHO)
    return tree


@dataclass(frozen=True, slots=True)
class Bench:
    """One package whose tests were run once."""

    package: Package
    tree: Path
    work: Path
    most: int
    """Sites of a rule that are kept; of all together four times as many."""

    @property
    def command(self) -> str:
        return self.package.tests.format(python=shlex.quote(sys.executable))

    def failing(self) -> tuple[str, ...]:
        """The tests that fail now; raise FileError if that cannot be told."""
        ran = ShellTests(self.command, self.tree, _LIMIT)()
        if not ran.is_passed and not ran.failed:
            raise FileError(f"The tests of {self.package.name} {ran.words}, and do not say which fail.")
        return tuple(sorted(ran.failed))

    def run(self, rules: Sequence[str], failing: Sequence[str], *, more: Sequence[str] = ()) -> Planned:
        """Plan with one process and with two, apply, test, undo; then apply with tests as a gate, and undo."""
        before = _contents(self.tree)
        plans, seconds = [], dict[int, float]()
        for jobs in (1, 2):
            plans.append(self.work / f"{self.package.name}-{len(rules)}-{rules[0]}-{jobs}.jsonl")
            began = time.perf_counter()
            options = [part for rule in rules for part in ("--rule", rule)]
            most = str(self.most * min(4, len(rules)))
            options += ["--jobs", str(jobs), "--max-sites", most, "-o", str(plans[-1]), *more]
            self._lacuna("plan", *options, ".")
            seconds[jobs] = round(time.perf_counter() - began, 2)
        sites = [
            site for entry in open_plan(plans[0]).entries() if isinstance(entry, PlannedFile) for site in entry.sites
        ]
        kept = [site for site in sites if site.outcome is Outcome.KEPT]
        broken: tuple[str, ...] = ()
        dropped: int | None = None
        if kept:
            self._lacuna("apply", str(plans[0]))
            broken = tuple(sorted(set(self.failing()) - set(failing)))
            self._lacuna("undo")
            if broken:
                dropped = self._dropped(plans[0])
        return Planned(
            self.package.name,
            rules[0] if len(rules) == 1 else ALL,
            len(sites),
            dict(Counter(str(site.outcome) for site in sites)),
            len(kept),
            dict(Counter(site.rule for site in kept)),
            seconds,
            plans[0].read_bytes() == plans[1].read_bytes(),
            broken,
            dropped,
            _contents(self.tree) == before,
        )

    def _dropped(self, plan: Path) -> int:
        said = self._lacuna("apply", str(plan), "--test", self.command, "--test-timeout", str(_LIMIT), "--json")
        self._lacuna("undo")
        found = json.loads(said.splitlines()[-1])["dropped"]
        assert isinstance(found, int), "the summary counts them"
        return found

    def _lacuna(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 -- our own command
            [sys.executable, "-m", "lacuna.cli", "refactor", *arguments],
            cwd=self.tree,
            env=os.environ | {"XDG_STATE_HOME": str(self.work / "state")},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = done.stderr.strip().rpartition("\n")[2]
            raise FileError(f"lacuna refactor {arguments[0]} ended with exit code {done.returncode}: {last}")
        return done.stdout


def measured(rules: Sequence[str], most: int) -> Iterator[Planned | tuple[str, tuple[str, ...]]]:
    """Of each package the tests that fail before anything is done, then each rule, then all together."""
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder:
        work = Path(folder)
        for package, tree in fetched(work):
            bench = Bench(package, tree, work, most)
            failing = bench.failing()
            yield package.name, failing
            for rule in rules:
                yield bench.run([rule], failing)
            yield bench.run(rules, failing)


def _contents(tree: Path) -> dict[str, tuple[str, int]]:
    """Hash and mode of each file of a tree, what git and Python keep there aside."""
    return {
        path.relative_to(tree).as_posix(): (sha256(path.read_bytes()), path.stat().st_mode)
        for path in sorted(tree.rglob("*"))
        if path.is_file() and not {".git", "__pycache__"} & set(path.parts)
    }


def to_json(found: PackagesReport) -> str:
    return json.dumps(asdict(found), indent=1) + "\n"
