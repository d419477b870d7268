"""`lacuna refactor status`."""

from pathlib import Path

import click

from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.refactor import runs
from lacuna.refactor.carrying import as_found
from lacuna.refactor.journal import journal_of, runs_of
from lacuna.refactor.report.words import one_line


@click.command()
@runs.number_argument
@runs.tree_option
@runs.json_option
def status(*, number: int | None, folder: Path | None, is_json: bool) -> ExitCode:
    """List the runs in this tree and how far they are, or the files of RUN. It changes nothing."""
    state = runs.state_at(folder)
    if number is None:
        for run in runs_of(state):
            journal = journal_of(state, run.number)
            click.echo(runs.line_of(journal, state, is_json=is_json))
        return ExitCode.DONE
    journal = journal_of(state, number)
    records = as_found(state.tree, journal)
    if not is_json:
        for record in records:
            click.echo(one_line(f"{record.state:8}  {record.file}"))
    runs.tell(records, journal.run, is_json=is_json)
    return ExitCode.DONE
