"""`lacuna refactor apply`."""

from pathlib import Path

import click

from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.refactor import runs
from lacuna.cli.terminal import say
from lacuna.refactor.carrying import Interrupted, ways_on
from lacuna.refactor.journal import runs_of
from lacuna.refactor.planfile import Plan, open_plan
from lacuna.refactor.records import Stage
from lacuna.refactor.state import State
from lacuna.syntax.errors import UsageError


@click.command()
@click.argument("path", metavar="[PLAN]", type=click.Path(path_type=Path), required=False)
@click.option("--interactive", "is_interactive", is_flag=True, help="Ask about each edit.")
@runs.tests_options
@click.option("--allow-dirty", is_flag=True, help="Also write files with changes that git has not committed.")
@runs.tree_option
@runs.json_option
def apply(
    *,
    path: Path | None,
    is_interactive: bool,
    command: str | None,
    limit: int | None,
    allow_dirty: bool,
    folder: Path | None,
    is_json: bool,
) -> ExitCode:
    """Write what PLAN keeps, by default the newest plan of this tree: exactly that, or nothing of a file.

    A file that has changed since, or that Lacuna may not touch, is refused; the others are written. What stood there
    before is kept: `undo` brings it back.
    """
    from lacuna.refactor import applying

    state = runs.state_at(folder)
    tests = runs.tests_of(command, state, limit)
    plan = _plan(path, state)
    if folder is None and Path(plan.header.tree) != state.tree:
        # A plan may come from anywhere: where it writes is for who applies it to say.
        raise UsageError(
            f"This plan is for {plan.header.tree}; go there to apply it, or name the tree to be changed with --tree."
        )
    asking = None
    if is_interactive:
        from lacuna.cli.refactor.asking import ask

        asking = ask
    wishes = applying.Wishes(allow_dirty, asking, tests)
    with state.locked():
        _warn_of_interrupted(state)
        try:
            done = applying.apply(plan, state, wishes)
        except Interrupted as stop:
            return runs.interrupted(stop.run)
    return runs.tell(done.records, done.run, is_json=is_json)


def _plan(path: Path | None, state: State) -> Plan:
    path = path or state.newest_plan()
    if path is None:
        raise UsageError(f"There is no plan for {state.tree}; `lacuna refactor plan` makes one.")
    plan = open_plan(path)
    footer = plan.footer()
    if footer is None or not footer.is_complete:
        click.echo("lacuna: this plan was interrupted: it does not have all files.", err=True)
    return plan


def _warn_of_interrupted(state: State) -> None:
    for run in runs_of(state)[-1:]:
        if run.stage in (Stage.WRITING, Stage.TESTING):
            say(f"lacuna: run {run.number} was interrupted; {ways_on(run)}.", is_error=True)
