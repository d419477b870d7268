"""`lacuna refactor plan`: from rules and paths to a plan."""

import contextlib
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from lacuna.cli import output, terminal
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.cli.refactor.progress import say, showing
from lacuna.cli.share import Share
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.refactor.catalogue import rule_at, rule_named, rule_of_query
from lacuna.refactor.checks import Checker
from lacuna.refactor.crew import Crew
from lacuna.refactor.earlier import earlier
from lacuna.refactor.plan import FORMAT, Entry, Footer, Header, Outcome, PlannedFile, RuleNote
from lacuna.refactor.planfile import open_plan, write_line
from lacuna.refactor.planning import Plans, Progress, Writing, estimate
from lacuna.refactor.planning import plan as planned
from lacuna.refactor.preparing import Preparation, artifact_hash, version
from lacuna.refactor.repository import repository
from lacuna.refactor.resuming import Resumed, check, resumed, without_footer
from lacuna.refactor.rule import Rule
from lacuna.refactor.rulesource import Grounds
from lacuna.refactor.sources import Sources
from lacuna.refactor.state import state_of
from lacuna.refactor.tree import real, tree_of
from lacuna.refactor.workers import Processes
from lacuna.syntax.errors import FileError, UsageError
from lacuna.workspace import textfile
from lacuna.workspace.changes import sha256

Line = Header | Entry | Footer


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be planned, as given."""

    rules: tuple[str, ...]
    query: str | None
    template: str | None
    paths: tuple[str, ...]
    since: str | None
    threshold: float | None
    most: int | None
    check: str | None
    is_alone: bool

    @property
    def options(self) -> dict[str, str]:
        """The same in words, for a plan; commands are not named there."""
        said = {
            "rules": shlex.join(self.rules),
            "query": self.query,
            "template": self.template,
            "paths": shlex.join(self.paths),
            "since": self.since,
            "threshold": None if self.threshold is None else f"{self.threshold:g}",
            "max-sites": None if self.most is None else str(self.most),
            "check": None if self.check is None else f"sha256:{sha256(self.check.encode())[:16]}",
            "alone": "yes" if self.is_alone else None,
        }
        return {name: words for name, words in said.items() if words}


@dataclass(frozen=True, slots=True)
class How:
    """How it is planned, whatever comes of it."""

    jobs: int | None
    ray: str | None
    model: ModelOptions
    opening: Opening


@click.command()
@click.argument("words", metavar="RULE [PATHS]...", nargs=-1)
@click.option("--rule", "rules", metavar="RULE", multiple=True, help="A rule; several are planned together.")
@click.option("--query", metavar="SCM", help="Instead of a rule, what this tree-sitter query captures as @hole.")
@click.option("--template", metavar="TEXT", help="What the query's holes become; ⟦…⟧ is a blank.  [default: a blank]")
@click.option("--since", metavar="REV", help="Only files that are not as they were at this revision.")
@click.option(
    "-o",
    "--output",
    "given",
    metavar="PLAN",
    type=click.Path(path_type=Path),
    help="Where to write it; - prints it.  [default: kept aside]",
)
@click.option(
    "--threshold",
    type=Share(),
    help="Least confidence of a site that is kept, where its rule has none.  [default: the model's]",
)
@click.option("--max-sites", "most", type=click.IntRange(min=1), help="End once so many sites are kept.")
@click.option("--check", "command", metavar="CMD", help="Drop sites of which this says something new; {} is the file.")
@click.option("--alone", "is_alone", is_flag=True, help="Read no other files of the tree, for hints.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes.  [default: one for each processor]")
@click.option("--ray", metavar="ADDRESS", help="Plan on this Ray cluster; local starts one here.")
@click.option("--resume", "old", metavar="PLAN", type=click.Path(path_type=Path), help="Go on with a plan.")
@click.option("--exit-code", "tells", is_flag=True, help="End with exit code 1 if there would be changes.")
@click.option("--json", "is_json", is_flag=True, help="Print the plan's lines as they come.")
@model_options
@click.pass_obj
def plan(  # noqa: PLR0913 -- one for each option
    opening: Opening,
    *,
    model: ModelOptions,
    words: tuple[str, ...],
    rules: tuple[str, ...],
    query: str | None,
    template: str | None,
    since: str | None,
    given: Path | None,
    threshold: float | None,
    most: int | None,
    command: str | None,
    is_alone: bool,
    jobs: int | None,
    ray: str | None,
    old: Path | None,
    tells: bool,
    is_json: bool,
) -> ExitCode:
    """Find what RULE would change in PATHS, and write it down; nothing else is written.

    RULE is one that ships (`lacuna refactor rules`) or a file of your own, PATHS are files and folders, by default all
    of the current one. With --rule or --query all arguments are PATHS.
    """
    before = resumed(old) if old else None
    if before:
        if words or rules or query or template or since or given or most or threshold is not None:
            raise click.UsageError("--resume goes on with a plan as it was begun; only --check is to be said again.")
        try:
            asked = _asked_before(before, command)
        except ValueError as error:
            raise UsageError(f"{old}, line 1: plan.options are none of `plan`: {error}.") from error
    else:
        is_named = bool(rules or query)
        if not (is_named or words):
            raise click.UsageError("Say which RULE; `lacuna refactor rules` lists those that ship.")
        if query and rules:
            raise click.UsageError("--query and --rule exclude each other.")
        if template is not None and not query:
            raise click.UsageError("--template goes with --query.")
        names, paths = (rules, words) if is_named else (words[:1], words[1:])
        asked = Asked(names, query, template, paths or (".",), since, threshold, most, command, is_alone)
    how = How(jobs, ray, model, opening)
    with _ended_politely():
        progress = _plan(asked, how, before, old, given, is_json=is_json)
    if progress.failures:
        return ExitCode.FILE
    return ExitCode.NOTHING_OFFERED if tells and progress.outcomes[Outcome.KEPT] else ExitCode.DONE


def _asked_before(before: Resumed, command: str | None) -> Asked:
    """What was asked for when a plan was begun; raise ValueError where its options are none that it can have had."""
    said = before.header.options
    threshold = float(said["threshold"]) if "threshold" in said else None
    if threshold is not None and not 0 <= threshold <= 1:
        raise ValueError(f"{threshold} is no threshold")
    tree = Path(before.header.tree)
    paths = tuple(str(tree / path) for path in shlex.split(said.get("paths", "")))
    return Asked(
        tuple(shlex.split(said.get("rules", ""))),
        said.get("query"),
        said.get("template"),
        paths,
        said.get("since"),
        threshold,
        int(said["max-sites"]) if "max-sites" in said else None,
        command,
        "alone" in said,
    )


def _plan(
    asked: Asked, how: How, before: Resumed | None, old: Path | None, given: Path | None, *, is_json: bool
) -> Progress:
    paths = [Path(path) for path in asked.paths]
    tree = Path(before.header.tree) if before else tree_of(paths)
    starts = [real(path) for path in paths]
    if outside := next((start for start in starts if not start.is_relative_to(tree)), None):
        raise UsageError(f"{outside} is not in {tree}.")
    asked = replace(asked, paths=tuple(start.relative_to(tree).as_posix() for start in starts))
    rules = _rules(asked, tree)
    plans = Plans(Sources(tree, starts, rules), _wanted(asked.since, tree))
    if before:
        plans = replace(plans, start=before.start, after=before.after)
    artifact = artifact_hash(how.model) if any(rule.has_blanks for rule in rules) else ""
    notes = tuple(RuleNote(rule.name, rule.explanation, rule.hash) for rule in rules)
    header = Header(FORMAT, version(), str(tree), artifact, notes, asked.options)
    if before:
        check(before.header, header)
    preparation = Preparation(
        rules, tree, asked.threshold, how.opening, how.model, header.version, artifact, asked.is_alone
    )
    checked = Checker(asked.check, tree).checked if asked.check else _as_it_is
    explained = earlier(tree, header).explained
    progress = before.progress if before else Progress()
    where = old or _where(given, tree)
    is_kept = not output.is_stream(where)
    writing_to = _written(where, header, is_new=not before, is_json=is_json)
    with _crew(how, preparation) as crew, writing_to as line, showing(sys.stderr, progress) as shown:
        try:
            shown.estimated(estimate(plans, crew), how.jobs or _processors())
            writing = Writing(line, shown.went_on, lambda entry, data: explained(checked(entry, data)))
            planned(plans.items(), crew, writing, progress, asked.most)
        except KeyboardInterrupt:
            if is_kept:
                say(f"`lacuna refactor plan --resume {shlex.quote(str(where))}` goes on with it.")
            raise
    if is_kept:
        terminal.say(str(where), is_error=is_json)
    return progress


def _as_it_is(entry: PlannedFile, _data: bytes) -> PlannedFile:
    return entry


def _rules(asked: Asked, tree: Path) -> tuple[Rule, ...]:
    if asked.query is not None:
        source = asked.query
        if source.endswith(".scm"):
            source = textfile.read(Path(source)).text
        return (rule_of_query(source, *([] if asked.template is None else [asked.template])),)
    grounds = Grounds(tree, asked.since)
    found = [
        rule_at(Path(name), grounds) if name.endswith(".toml") else rule_named(name, grounds) for name in asked.rules
    ]
    names = [rule.name for rule in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"Two rules are called {twice}.")
    return tuple(found)


def _wanted(since: str | None, tree: Path) -> Callable[[str, bytes], bool]:
    """Whether a file, by its path and bytes, is not as it was at a revision."""
    if since is None:
        return lambda _path, _data: True
    repo = repository(tree)
    if repo is None:
        raise UsageError(f"--since needs a git repository, and {tree} is in none.")
    snapshot = repo.at(since)
    return lambda path, data: not snapshot.holds(path, data)


def _where(given: Path | None, tree: Path) -> Path:
    """Where a new plan goes. Raise UsageError rather than overwrite what is no plan."""
    if given is None:
        return state_of(tree).new_plan()
    if not output.is_stream(given) and given.exists() and given.stat().st_size:
        try:
            open_plan(given)
        except (UsageError, FileError) as error:
            raise UsageError(f"{given} is no plan, so it is not overwritten.") from error
    return given


@contextlib.contextmanager
def _written(where: Path, header: Header, *, is_new: bool, is_json: bool) -> Iterator[Callable[[Line], None]]:
    """What to call with every line of a plan; whoever is killed leaves whole lines."""
    if not is_new:
        without_footer(where)
    with output.opened(where, "w" if is_new else "a") as file:
        streams = {file, sys.stdout} if is_json else {file}

        def line(value: Line) -> None:
            for stream in streams:
                write_line(stream, value)

        if is_new:
            line(header)
        yield line


def _crew(how: How, preparation: Preparation) -> AbstractContextManager[Crew]:
    if how.ray is None:
        return Processes(preparation, how.jobs or _processors())
    from lacuna.refactor.ray_workers import Cluster

    return Cluster(preparation.with_neighbours(), how.ray, how.jobs)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def _ended_politely() -> Iterator[None]:
    """A polite kill is taken for Ctrl-C: the plan says how far it came, and no process is left."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
