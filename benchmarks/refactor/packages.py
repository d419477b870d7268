"""The rules that ship on packages with tests: what is planned, kept, written, what the tests say, and undone."""

import json
import os
import shlex
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from dulwich import porcelain

from lacuna.benchmarks.refactor.cases import Kind
from lacuna.benchmarks.refactor.costs import Cost, cost_of
from lacuna.benchmarks.refactor.drawing import drawn
from lacuna.refactor.plan import Outcome, PlannedFile, Site
from lacuna.refactor.planfile import open_plan
from lacuna.refactor.testruns import ShellTests
from lacuna.syntax.errors import FileError
from lacuna.workspace.changes import sha256

_PINNED = Path(__file__).with_name("packages.txt")
_LIMIT = 900
"""Seconds that tests may take."""
_SAMPLE = 40
"""Spans, at least, that are planned with one process and with two."""
_CHANGED = ("--since", "HEAD")
_WHO = b"Lacuna <lacuna@localhost>"
ALL = "all"
ADAPT = "adapt-calls"
"""Works on what changed in a tree, and is alone."""


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    tests: str
    """Shell command; {python} is the interpreter."""
    listed: str = ""
    """Shell command that prints the names of pytest's tests."""


_PYTEST = "{python} -B -m pytest -q -p no:cacheprovider supervisor/tests"
PACKAGES = (
    Package("supervisor", f"{_PYTEST} --continue-on-collection-errors", f"{_PYTEST} --collect-only"),
    Package(
        "ply",
        "cd test && rm -f pkg_test4/parsing/parser.out; {python} -B testlex.py; lex=$?; "
        "{python} -B testyacc.py || exit; exit $lex",
    ),
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
    sample: int
    """Spans of some files that were planned again, to see what that costs."""
    costs: dict[int, Cost]
    """Of `plan` on these files, by number of processes; none where nothing is found."""
    is_same: bool
    """The plans do not differ by that number."""
    broken: tuple[str, ...]
    """Tests that passed at first and fail with all that is kept."""
    dropped: int | None
    """Edits that `apply --test` takes out; None if it was not asked, since nothing broke."""
    is_undone: bool
    """Afterwards the tree is what it was, byte for byte."""
    broken_before: tuple[str, ...] = ()
    """Tests that failed before it was applied, since definitions had been changed."""
    broken_after: tuple[str, ...] = ()
    """Tests that passed at first and fail with what `apply --test` leaves."""

    @property
    def fine(self) -> int:
        """Edits that are kept, if no test breaks by them; else none."""
        return 0 if self.broken else self.kept

    @property
    def left(self) -> int:
        """Edits that stay with `--test`; none if tests break nevertheless."""
        return 0 if self.broken_after else self.kept - (self.dropped or 0)


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
    every: tuple[str, ...] = ()
    """Names of all tests, if pytest tells them."""

    @property
    def command(self) -> str:
        return _with_python(self.package.tests)

    def failing(self, but: Sequence[str] = ()) -> tuple[str, ...]:
        """The tests that fail now, but those that do anyway; where none can be named, how they ended."""
        there = _contents(self.tree)
        ran = ShellTests(self.command, self.tree, _LIMIT)()
        self._tidy(there)
        found = ran.failed if ran.is_passed or ran.failed else {f"the tests {ran.words}"}
        return tuple(sorted({test for name in found for test in self._tests(name)} - set(but)))

    def _tests(self, name: str) -> list[str]:
        """The test of a name, or all tests of a file that cannot be loaded."""
        return [test for test in self.every if test.startswith(f"{name}::")] or [name]

    def _tidy(self, there: Mapping[str, object]) -> None:
        """Remove what tests have left beside the files that were there."""
        for path in _contents(self.tree).keys() - there.keys():
            (self.tree / path).unlink()

    def run(self, rules: Sequence[str], failing: Sequence[str]) -> Planned:
        """Plan, apply, test, undo; then apply with tests as a gate, and undo."""
        plan = self._plan(rules, [], ["."], 2)
        before = _contents(self.tree)
        broken: tuple[str, ...] = ()
        broken_after: tuple[str, ...] = ()
        dropped: int | None = None
        if _kept(plan):
            self._lacuna("apply", str(plan))
            broken = self.failing(failing)
            self._lacuna("undo")
        if broken:
            dropped, broken_after = self._tested(plan, failing)
            self._tidy(before)
        found = self._report(rules, [], plan, broken, is_undone=_contents(self.tree) == before)
        return replace(found, dropped=dropped, broken_after=broken_after)

    def _tested(self, plan: Path, failing: Sequence[str]) -> tuple[int, tuple[str, ...]]:
        """Apply with tests as a gate, and undo; return how many edits go, and which tests fail with the others."""
        tests = ("--test", self.command, "--test-timeout", str(_LIMIT))
        said = self._lacuna("apply", str(plan), "--allow-dirty", *tests, "--json")
        broken = self.failing(failing)
        self._lacuna("undo")
        return json.loads(said.splitlines()[-1])["dropped"], broken

    def adapt(self, failing: Sequence[str], seed: int) -> Planned:
        """Change definitions, and let `adapt-calls` change their uses: tests that broke have to pass again."""
        published = _contents(self.tree)
        changed = _with_other_definitions(self.tree, seed)
        texts = {path: (self.tree / path).read_bytes() for path in changed}
        for path, text in changed.items():
            (self.tree / path).write_text(text, "utf-8", newline="")
        broken_before, before = self.failing(failing), _contents(self.tree)
        plan = self._plan([ADAPT], _CHANGED, ["."], 2)
        self._lacuna("apply", str(plan), "--allow-dirty")
        broken = self.failing(failing)
        self._lacuna("undo")
        dropped, broken_after = self._tested(plan, failing)
        found = self._report([ADAPT], _CHANGED, plan, broken, is_undone=_contents(self.tree) == before)
        for path, data in texts.items():
            (self.tree / path).write_bytes(data)
        assert _contents(self.tree) == published, "only definitions had been changed"
        return replace(found, broken_before=broken_before, dropped=dropped, broken_after=broken_after)

    def _plan(self, rules: Sequence[str], more: Sequence[str], paths: Sequence[str], jobs: int) -> Path:
        plan = self._place(rules, paths, jobs)
        options = [part for rule in rules for part in ("--rule", rule)]
        most = str(self.most * min(4, len(rules)))
        self._lacuna("plan", *options, "--jobs", str(jobs), "--max-sites", most, "-o", str(plan), *more, *paths)
        return plan

    def _place(self, rules: Sequence[str], paths: Sequence[str], jobs: int) -> Path:
        again = "" if "." in paths else "-again"
        return self.work / f"{self.package.name}-{len(rules)}-{rules[0]}-{jobs}{again}.jsonl"

    def _again(
        self, rules: Sequence[str], more: Sequence[str], paths: Sequence[str]
    ) -> tuple[int, dict[int, Cost], bool]:
        """Plan some files with one process and with two; return the spans, the costs, whether the plans are equal."""
        plans, costs = list[Path](), dict[int, Cost]()
        for jobs in (1, 2):
            plans.append(self._place(rules, paths, jobs))
            costs[jobs] = cost_of(partial(self._plan, rules, more, paths, jobs))
        one, two = plans
        return len(_sites(one)), costs, one.read_bytes() == two.read_bytes()

    def _report(
        self, rules: Sequence[str], more: Sequence[str], plan: Path, broken: tuple[str, ...], *, is_undone: bool
    ) -> Planned:
        sites, kept, first = _sites(plan), _kept(plan), _first(plan)
        sample, costs, is_same = self._again(rules, more, first) if first else (0, {}, True)
        return Planned(
            self.package.name,
            rules[0] if len(rules) == 1 else ALL,
            len(sites),
            dict(Counter(str(site.outcome) for site in sites)),
            len(kept),
            dict(Counter(site.rule for site in kept)),
            sample,
            costs,
            is_same,
            broken,
            None,
            is_undone,
        )

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


def measured(
    names: Sequence[str], rules: Sequence[str], most: int, seed: int
) -> Iterator[Planned | tuple[str, tuple[str, ...]]]:
    """Of each package the tests that fail before anything is done, then each rule, then all of one file together."""
    of_a_file = [rule for rule in rules if rule != ADAPT]
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder:
        work = Path(folder)
        for package, tree in fetched(work):
            if package.name not in names:
                continue
            bench = Bench(package, tree, work, most, _listed(package, tree))
            failing = bench.failing()
            yield package.name, failing
            for rule in of_a_file:
                yield bench.run([rule], failing)
            if len(of_a_file) > 1:
                yield bench.run(of_a_file, failing)
            if ADAPT in rules:
                yield bench.adapt(failing, seed)


def _listed(package: Package, tree: Path) -> tuple[str, ...]:
    command = _with_python(package.listed)
    done = subprocess.run(command, shell=True, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S602 -- ours
    return tuple(line for line in done.stdout.splitlines() if "::" in line)


def _with_python(command: str) -> str:
    return command.format(python=shlex.quote(sys.executable))


_SEEDED = (Kind.RENAMED, Kind.REORDERED, Kind.FIELD, Kind.FUNCTION)
"""What leaves a package as it was once all uses follow."""
_PER_KIND = 8


def _with_other_definitions(tree: Path, seed: int) -> dict[str, str]:
    """Files with a definition that has another name or other parameters, one a file, no name twice."""
    found, defined = dict[str, str](), set[str]()
    for number, case in enumerate(drawn(tree, _PER_KIND, seed, _SEEDED)):
        if case.path not in found and case.definition not in defined:
            # The names that cases give are nowhere else in the package, and are the same in all of them.
            found[case.path] = case.new[case.path].replace(case.fresh, f"{case.fresh}_{number}")
            defined.add(case.definition)
    return found


def _sites(plan: Path) -> list[Site]:
    return [site for entry in open_plan(plan).entries() if isinstance(entry, PlannedFile) for site in entry.sites]


def _first(plan: Path) -> list[str]:
    """The first files with sites that have enough of them to see what planning costs."""
    found: list[str] = []
    count = 0
    for entry in open_plan(plan).entries():
        if isinstance(entry, PlannedFile) and count < _SAMPLE:
            found.append(entry.path)
            count += len(entry.sites)
    return found


def _kept(plan: Path) -> list[Site]:
    return [site for site in _sites(plan) if site.outcome is Outcome.KEPT]


def _contents(tree: Path) -> dict[str, tuple[str, int]]:
    """Hash and mode of each file of a tree, what git and Python keep there aside."""
    return {
        path.relative_to(tree).as_posix(): (sha256(path.read_bytes()), path.stat().st_mode)
        for path in sorted(tree.rglob("*"))
        if path.is_file() and not {".git", "__pycache__"} & set(path.parts)
    }


def to_json(found: PackagesReport) -> str:
    return json.dumps(asdict(found), indent=1) + "\n"
