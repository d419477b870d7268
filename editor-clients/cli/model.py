"""`lacuna model`: which artifacts there are, which one is used, and whether one is whole."""

from collections.abc import Iterator
from pathlib import Path

import click
from rich.table import Table

from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.tables import show
from lacuna.cli.terminal import say
from lacuna.export import artifact
from lacuna.export import shelf as models
from lacuna.export.artifact import ArtifactError
from lacuna.export.providers import Provider
from lacuna.infill.opening import ModelOptions, open_engine
from lacuna.syntax.errors import FileError


@click.group(name="model")
def shelf() -> None:
    """See, choose and check artifacts."""


@shelf.command(name="list")
def list_() -> ExitCode:
    """Show the embedded artifact, those of your own and the one in use."""
    show(_rows())
    return ExitCode.DONE


@shelf.command()
@click.argument("name", metavar="NAME|PATH")
def use(name: str) -> ExitCode:
    """Work with an artifact from now on: `embedded`, one of your own by name, or a folder.

    A language server that runs already takes it when it is restarted.
    """
    folder = models.named(name)
    engine = open_engine(ModelOptions(folder, Provider.AUTO, None))
    try:
        models.use(folder)
    except OSError as error:
        raise FileError(f"{error.filename} cannot be written: {error.strerror}.") from error
    say(f"{engine.name} is used from now on ({folder}).")
    return ExitCode.DONE


@shelf.command()
@click.argument("name", metavar="[NAME|PATH]", required=False)
def verify(name: str | None) -> ExitCode:
    """Check the hashes of an artifact, by default the one in use, and open it."""
    folder = models.named(name) if name else models.in_use()
    engine = open_engine(ModelOptions(folder, Provider.AUTO, None))
    say(f"{folder} is whole: {engine.name}, {engine.manifest.precision}, on {engine.provider}.")
    return ExitCode.DONE


def _rows() -> Iterator[Table | str]:
    used = models.in_use()
    table = Table("", "name", "size", "trained on")
    table.add_column("folder", overflow="fold")
    folders = models.listed()
    for folder in folders if used in folders else (*folders, used):
        table.add_row("in use" if folder == used else "", *_described(folder), str(folder))
    yield table


def _described(folder: Path) -> tuple[str, str, str]:
    try:
        found = artifact.load(folder)
    except ArtifactError as error:
        return folder.name, "", str(error)
    size = sum(map(len, found.files.values()))
    return found.manifest.name, f"{size / 1e6:.1f} MB", found.manifest.corpus.name
