"""`lacuna refactor`: one change at many places, planned, reviewed, applied, undone."""

import click

from lacuna.cli.lazy import LazyCommand, LazyGroup

COMMANDS = {
    "plan": LazyCommand("lacuna.cli.refactor.plan:plan", "Find the places of a rule, and what it would write there."),
    "show": LazyCommand("lacuna.cli.refactor.show:show", "Show a plan as a diff, or as a page."),
    "apply": LazyCommand("lacuna.cli.refactor.apply:apply", "Write what a plan keeps."),
    "undo": LazyCommand("lacuna.cli.refactor.undo:undo", "Bring back what a run has overwritten."),
    "resume": LazyCommand("lacuna.cli.refactor.resume:resume", "Finish a run that was interrupted."),
    "status": LazyCommand("lacuna.cli.refactor.status:status", "List the runs in this tree, or one run's files."),
    "rules": LazyCommand("lacuna.cli.refactor.rules:rules", "List the rules that ship."),
}


@click.group(name="refactor", cls=LazyGroup, lazy=COMMANDS)
def refactor() -> None:
    """Change many places of a repository as a rule says. Only `apply`, `undo` and `resume` write to it."""
