"""Tables and lines of text on stdout, as wide as the terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

PIPED_WIDTH = 120


def show(parts: Iterable[Table | str]) -> None:
    on_terminal = Console().is_terminal
    console = Console(width=None if on_terminal else PIPED_WIDTH, highlight=False)
    for part in parts:
        console.print(part)
