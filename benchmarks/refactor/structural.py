"""A rule without blanks on many files, beside ast-grep with the same rule."""

import ast
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from lacuna.benchmarks.refactor.costs import Cost, cost_of, median_of
from lacuna.syntax.errors import FileError

QUERY = """
(call
  function: (attribute object: (_) @list attribute: (identifier) @name)
  arguments: (argument_list . (_) @item .)
  (#eq? @name "append")) @hole
"""
TEMPLATE = "⟦list⟧ += [⟦item⟧]"
_LONGER = 1.3
"""Times as many lines as asked for, at most."""
PATTERN, REWRITE = "$LIST.append($ITEM)", "$LIST += [$ITEM]"


@dataclass(frozen=True, slots=True)
class StructuralReport:
    machine_load: float
    """Mean number of processes that wanted to run at the start."""
    files: int
    lines: int
    """Of all files."""
    plan: tuple[Cost, ...]
    """Each time."""
    apply: tuple[Cost, ...]
    ast_grep_dry: tuple[Cost, ...]
    ast_grep: tuple[Cost, ...]
    """It writes at once."""
    same: int
    """Files that both leave the same."""
    differing: int
    ratio_dry: tuple[float, float]
    """Planning to a dry run, of the medians, by the clock and by CPU time."""
    ratio: tuple[float, float]
    """Planning and applying to rewriting."""


def measured(files: int, lines: int, rounds: int) -> StructuralReport:
    """Both at work on the same files, in turn; raise FileError where ast-grep is missing or either fails."""
    grep = shutil.which("ast-grep") or str(Path(sysconfig.get_path("scripts")) / "ast-grep")
    load, costs = os.getloadavg()[0], dict[str, list[Cost]]()
    with tempfile.TemporaryDirectory(prefix="lacuna-bench-") as folder:
        work = Path(folder)
        count = written(work / "ours", files, lines)
        shutil.copytree(work / "ours", work / "theirs")
        for number in range(rounds):
            plan = work / f"{number}.jsonl"
            command = [grep, "run", "--lang", "python", "--pattern", PATTERN, "--rewrite", REWRITE]
            asked = ["--query", QUERY, "--template", TEMPLATE, "-o", str(plan), "."]
            steps: tuple[tuple[str, Callable[[], None]], ...] = (
                ("dry", partial(_run, [*command, "--json=compact", "."], work / "theirs")),
                ("plan", partial(_lacuna, ["plan", *asked], work)),
                ("grep", partial(_run, [*command, "--update-all", "."], work / "theirs")),
                ("apply", partial(_lacuna, ["apply", str(plan)], work)),
            )
            for name, step in steps:
                costs.setdefault(name, []).append(cost_of(step))
            pairs = [
                (path.read_bytes(), (work / "theirs" / path.name).read_bytes()) for path in (work / "ours").iterdir()
            ]
            same, differing = sum(one == other for one, other in pairs), sum(one != other for one, other in pairs)
            if number + 1 < rounds:
                _lacuna(["undo"], work)
                shutil.rmtree(work / "theirs")
                shutil.copytree(work / "ours", work / "theirs")
    dry, planning, rewriting, applying = (median_of(costs[name]) for name in ("dry", "plan", "grep", "apply"))
    return StructuralReport(
        load,
        files,
        count,
        tuple(costs["plan"]),
        tuple(costs["apply"]),
        tuple(costs["dry"]),
        tuple(costs["grep"]),
        same,
        differing,
        (round(planning.clock / dry.clock, 2), round(planning.cpu / dry.cpu, 2)),
        (
            round((planning.clock + applying.clock) / rewriting.clock, 2),
            round((planning.cpu + applying.cpu) / rewriting.cpu, 2),
        ),
    )


def _lacuna(arguments: Sequence[str], work: Path) -> None:
    command = [sys.executable, "-m", "lacuna.cli", "refactor", *arguments]
    _run(command, work / "ours", {"XDG_STATE_HOME": str(work / "state")})


def _run(command: Sequence[str], folder: Path, more: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(  # noqa: S603 -- our own commands
            command, cwd=folder, env=os.environ | (more or {}), capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise FileError(f"{command[0]} is missing; install it with: pip install ast-grep-cli") from error
    if done.returncode:
        raise FileError(f"{Path(command[0]).name} ended with exit code {done.returncode}.")


def written(folder: Path, files: int, lines: int) -> int:
    """Write so many files of about so many lines of the standard library; return how many lines there are."""
    folder.mkdir()
    count = 0
    for number, text in enumerate(islice(cycle(_texts(lines)), files)):
        (folder / f"m{number:04}.py").write_text(text, "utf-8")
        count += text.count("\n")
    return count


def _texts(lines: int) -> Iterator[str]:
    """Parts of the standard library of whole statements, each a module by itself."""
    for path in sorted(Path(os.__file__).parent.glob("*.py")):
        text = path.read_text("utf-8")
        rows = text.splitlines(keepends=True)
        begin = 0
        for node in ast.parse(text).body:
            end = node.end_lineno or 0
            if end - begin >= lines:
                if end - begin <= _LONGER * lines:
                    yield "".join(rows[begin:end])
                begin = end


def to_json(found: StructuralReport) -> str:
    return json.dumps(asdict(found), indent=1) + "\n"
