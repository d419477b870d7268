"""Tables and lines of text on stdout, as wide as the terminal."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lacuna.workspace.visible import visible_text

PIPED_WIDTH = 120


def show(parts: Iterable[Table | str]) -> None:
    on_terminal = Console().is_terminal
    console = _Plain(width=None if on_terminal else PIPED_WIDTH, highlight=False)
    for part in parts:
        console.print(part)


class _Plain(Console):
    """Takes text as it is: a name is no markup, and drives no terminal."""

    def render_str(self, text: str, **how: Any) -> Text:  # noqa: ANN401 -- how is Rich's own
        return super().render_str(visible_text(text), **{**how, "markup": False, "emoji": False})
