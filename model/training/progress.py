"""How far a run is, on stderr: a bar on a terminal, elsewhere one line every so many seconds."""

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lacuna.model.bars import Described
from lacuna.workspace.visible import visible_line

SECONDS = 15.0
"""Time between two lines where there is no terminal."""

Show = Callable[[int, str], None]
"""Takes how much is done, and a note."""


@contextlib.contextmanager
def shown(description: str, total: int, done: int = 0) -> Iterator[Show]:
    """Show the way from `done` to `total`."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(console, description, total, done).show
        return
    columns = (Described(), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}", markup=False), console=console) as progress:
        bar = progress.add_task(description, total=total, completed=done, note="")
        yield lambda now, note: progress.update(bar, completed=now, note=visible_line(note))


def say(sentence: str) -> None:
    """Print one line beside the progress."""
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(visible_line(sentence))


class _Lines:
    """Progress without a terminal: a line at first and at last, and one every so many seconds between."""

    def __init__(self, console: Console, description: str, total: int, done: int) -> None:
        self._console, self._description, self._total = console, description, total
        self._first, self._began, self._due = done, time.monotonic(), 0.0

    def show(self, done: int, note: str) -> None:
        now = time.monotonic()
        if now < self._due and done < self._total:
            return
        self._due = now + SECONDS
        seconds = (now - self._began) / max(1, done - self._first) * (self._total - done)
        line = f"{self._description} {done}/{self._total}  {timedelta(seconds=round(seconds))} left  {note}"
        self._console.print(visible_line(line.rstrip()), highlight=False, markup=False, soft_wrap=True)
