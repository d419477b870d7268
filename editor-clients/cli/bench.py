"""`lacuna bench`: what Lacuna costs on this machine."""

import click

from lacuna.cli.lazy import LazyCommand, LazyGroup

COMMANDS = {
    "keystroke": LazyCommand("lacuna.cli.bench_keystroke:keystroke", "A keystroke in documents of several lengths."),
    "refactor": LazyCommand("lacuna.cli.bench_refactor:refactor", "The rules that ship, on packages with tests."),
    "structural": LazyCommand("lacuna.cli.bench_structural:structural", "A rule without blanks, beside ast-grep."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def bench() -> None:
    """Measure what Lacuna costs on this machine, on what serves."""
