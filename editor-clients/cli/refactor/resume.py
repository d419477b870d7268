"""`lacuna refactor resume`."""

from pathlib import Path

import click

from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.refactor import runs
from lacuna.refactor.carrying import Interrupted
from lacuna.refactor.journal import journal_of
from lacuna.refactor.records import FileState, Stage
from lacuna.refactor.undoing import resume as go_on


@click.command()
@runs.number_argument
@runs.tests_options
@runs.tree_option
@runs.json_option
def resume(
    *, number: int | None, command: str | None, limit: int | None, folder: Path | None, is_json: bool
) -> ExitCode:
    """Finish RUN, by default the newest: write what it has not written, by a kill or because it could not.

    It needs the plan no more. A file that has been edited since is named and left as it is.
    """
    state = runs.state_at(folder)
    tests = runs.tests_of(command, state, limit)
    with state.locked():
        journal = journal_of(state, number)
        if journal.run.stage is Stage.TESTING and command is None:
            click.echo("lacuna: its tests were interrupted, too; --test goes on with them.", err=True)
        try:
            go_on(state.tree, journal, tests)
        except Interrupted as stop:
            return runs.interrupted(stop.run)
    # It has nothing to do with files that it refused.
    records = [record for record in journal.records.values() if record.state is not FileState.REFUSED]
    return runs.tell(records, journal.run, is_json=is_json)
