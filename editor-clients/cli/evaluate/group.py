"""`lacuna eval`: the commands that ask questions with known answers."""

import click

from lacuna.cli.lazy import LazyCommand, LazyGroup

COMMANDS = {
    "infilling": LazyCommand("lacuna.cli.evaluate.infilling:infilling", "HumanEval-Infilling rows, by running them."),
    "holes": LazyCommand("lacuna.cli.evaluate.holes:holes", "Holes in held-out packages, by kind."),
    "complete": LazyCommand("lacuna.cli.evaluate.complete:complete", "What is shown where nothing is missing."),
    "places": LazyCommand("lacuna.cli.evaluate.places:places", "What is shown where people type, by kind of place."),
    "doubt": LazyCommand("lacuna.cli.evaluate.doubt:doubt", "Whether planted wrong tokens are found."),
    "mend": LazyCommand("lacuna.cli.evaluate.mend:mend", "What rework mends of planted faults, and what it harms."),
    "refactor": LazyCommand("lacuna.cli.evaluate.refactor:refactor", "Uses of definitions that were changed, by kind."),
    "rework": LazyCommand("lacuna.cli.evaluate.rework:rework", "Uses of changed definitions, with their old text."),
    "calibration": LazyCommand("lacuna.cli.evaluate.calibration:calibration", "How far confidence can be trusted."),
}


@click.group(name="eval", cls=LazyGroup, lazy=COMMANDS)
def evaluate() -> None:
    """Measure answers on data with known ones. docs/evaluation.md says what each command measures."""
