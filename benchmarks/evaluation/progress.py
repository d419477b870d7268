"""A bar on stderr that says how far a long measurement is."""

from collections.abc import Iterable
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

from lacuna.model.bars import Described

T = TypeVar("T")


def tracked(items: Iterable[T], description: str, total: int | None = None) -> Iterable[T]:
    """Yield the items while a bar grows; `total` is needed for items that have no length."""
    columns = (
        Described(),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield from progress.track(items, total, description=description)
