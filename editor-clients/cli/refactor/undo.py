"""`lacuna refactor undo`."""

from pathlib import Path

import click

from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.refactor import runs
from lacuna.refactor.carrying import Interrupted
from lacuna.refactor.journal import journal_of, journal_to_undo
from lacuna.refactor.undoing import undo as take_back


@click.command()
@runs.number_argument
@runs.tree_option
@runs.json_option
def undo(*, number: int | None, folder: Path | None, is_json: bool) -> ExitCode:
    """Bring back what RUN, by default the newest that has not been undone, has overwritten.

    A file that has been edited since is named and left as it is.
    """
    state = runs.state_at(folder)
    with state.locked():
        journal = journal_of(state, number) if number else journal_to_undo(state)
        try:
            records = take_back(state.tree, journal)
        except Interrupted as stop:
            return runs.interrupted(stop.run)
    return runs.tell(records, journal.run, is_json=is_json)
