"""What the commands about runs share: which tree they are about, and how a run is told."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import click

from lacuna.cli.exit_codes import ExitCode
from lacuna.refactor.carrying import as_found, ways_on
from lacuna.refactor.journal import Journal
from lacuna.refactor.records import SPOILT, FileState, Record, Run, Stage
from lacuna.refactor.report.words import one_line
from lacuna.refactor.state import State, state_of
from lacuna.refactor.testruns import ShellTests
from lacuna.refactor.tree import tree_of

_LIMIT = 600
"""Seconds that tests may take unless somebody says so."""
_BACK = (Stage.UNDOING, Stage.UNDONE)
_C = TypeVar("_C", bound=Callable[..., object])

number_argument = click.argument("number", metavar="[RUN]", type=click.IntRange(min=1), required=False)
json_option = click.option("--json", "is_json", is_flag=True, help="Print JSON, a line for each file and one at last.")
tree_option = click.option(
    "--tree",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The tree.  [default: the repository that you are in, else the current folder]",
)


def tests_options(command: _C) -> _C:
    """Options that `tests_of` takes."""
    command = click.option(
        "--test-timeout",
        "limit",
        metavar="SECONDS",
        type=click.IntRange(min=1),
        show_default=str(_LIMIT),
        help="The longest that --test may take, each time.",
    )(command)
    return click.option(
        "--test",
        "command",
        metavar="CMD",
        help="Run this shell command in the tree, before and after; take out the edits that break it.",
    )(command)


def state_at(folder: Path | None) -> State:
    """The state of the tree that a command is about."""
    return state_of(folder.resolve() if folder else tree_of((Path(),)))


def tests_of(command: str | None, state: State, limit: int | None) -> ShellTests | None:
    if command is not None:
        return ShellTests(command, state.tree, limit or _LIMIT)
    if limit is not None:
        raise click.UsageError("--test-timeout goes with --test.")
    return None


def interrupted(run: Run) -> ExitCode:
    click.echo(f"lacuna: interrupted; {ways_on(run)}.", err=True)
    return ExitCode.INTERRUPTED


def tell(records: Sequence[Record], run: Run | None, *, is_json: bool) -> ExitCode:
    """Print what became of a run's files: of all of them as JSON, else of those that need a word."""
    if is_json:
        for record in records:
            click.echo(json.dumps(_as_json(record)))
        click.echo(json.dumps(_summary(records, run)))
    else:
        for sentence in _sentences(records, run):
            click.echo(f"lacuna: {one_line(sentence)}", err=True)
        click.echo(_in_words(records, run))
    return ExitCode.FILE if any(record.state in SPOILT for record in records) else ExitCode.DONE


def line_of(journal: Journal, state: State, *, is_json: bool) -> str:
    """A run in one line."""
    run, records = journal.run, as_found(state.tree, journal)
    stage = "at work" if run.stage in (Stage.WRITING, Stage.TESTING) and state.is_busy() else run.stage
    if is_json:
        return json.dumps(_summary(records, run) | {"stage": stage, "began": run.began, "plan": run.plan})
    return one_line(f"{run.number:>3}  {run.began}  {stage}: {_counted(records)}  {run.plan}")


def _counted(records: Sequence[Record]) -> str:
    counts = Counter(record.state for record in records)
    return ", ".join(f"{counts[state]} {state}" for state in FileState if counts[state]) or "no files"


def _in_words(records: Sequence[Record], run: Run | None) -> str:
    if run is None:
        return f"Nothing to write: {_counted(records)}."
    dropped = 0 if run.stage in _BACK else sum(len(record.dropped) for record in records)
    broken = f" Edits that broke the tests and were taken out: {dropped}." if dropped else ""
    return f"Run {run.number}, {run.stage}: {_counted(records)}.{broken}"


def _sentences(records: Sequence[Record], run: Run | None) -> Iterator[str]:
    yield from (record.reason for record in records if record.state in SPOILT)
    if run is None or run.stage in _BACK:
        return
    if run.failing:
        yield f"these tests failed before, so they do not count: {', '.join(run.failing)}."
    for record in records:
        for site in record.dropped:
            yield f"{record.file}:{site.line}: what {site.rule} wrote here broke the tests, and was taken out."


def _as_json(record: Record) -> dict[str, object]:
    return {
        "file": record.file,
        "state": record.state,
        "reason": record.reason,
        "dropped": [{"rule": site.rule, "line": site.line, "outcome": "broke the tests"} for site in record.dropped],
    }


def _summary(records: Sequence[Record], run: Run | None) -> dict[str, object]:
    counts = Counter(record.state for record in records)
    return {
        "run": run.number if run else None,
        "stage": run.stage if run else None,
        "files": {state: counts[state] for state in FileState},
        "dropped": sum(len(record.dropped) for record in records),
        "failed_before": run.failing if run else None,
    }
