"""What is told of a plan while it is made: an estimate, on a terminal a bar, at last what came of it."""

import contextlib
from collections.abc import Iterator
from typing import Protocol, TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from lacuna.refactor.plan import Outcome
from lacuna.refactor.planning import SURVEYED, Estimate, Progress
from lacuna.refactor.report import words
from lacuna.workspace.visible import visible_line


class Shown(Protocol):
    """Where people see how far it is."""

    def estimated(self, estimate: Estimate, jobs: int) -> None: ...

    def went_on(self, progress: Progress) -> None: ...


def say(sentence: str) -> None:
    click.echo(f"lacuna: {visible_line(sentence)}", err=True)


@contextlib.contextmanager
def showing(stream: TextIO, progress: Progress) -> Iterator[Shown]:
    """What is to be told how far it is; at the end, however it comes, it sums up."""
    try:
        if stream.isatty():
            with _bar(stream) as bar:
                yield _OnTerminal(bar, progress.files)
        else:
            yield _InLines()
    finally:
        for sentence in _summary(progress):
            say(sentence)


class _InLines:
    def estimated(self, estimate: Estimate, jobs: int) -> None:
        say(_in_words(estimate, jobs))

    def went_on(self, progress: Progress) -> None:
        pass


class _OnTerminal:
    def __init__(self, bar: Bar, done: int) -> None:
        self._bar, self._done = bar, done
        self._task = bar.add_task("counting", total=None, rate="", counts="")

    def estimated(self, estimate: Estimate, jobs: int) -> None:
        self._bar.console.print(f"lacuna: {_in_words(estimate, jobs)}", markup=False, highlight=False)
        self._bar.update(self._task, description="planning", total=estimate.files)

    def went_on(self, progress: Progress) -> None:
        [task] = self._bar.tasks
        counts = f"{words.counted(progress.outcomes)}, {progress.skipped.total()} skipped"
        rate = f"{task.speed:.1f} files/s" if task.speed else ""
        self._bar.update(self._task, completed=progress.files - self._done, counts=counts, rate=rate)


def _bar(stream: TextIO) -> Bar:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}", markup=False),
    )
    return Bar(*columns, console=Console(file=stream), transient=True)


def _in_words(estimate: Estimate, jobs: int) -> str:
    said = f"{words.amount(estimate.files, 'file')}, about {words.amount(round(estimate.spans), 'span')}"
    if estimate.files > SURVEYED:
        said += f" by the first {SURVEYED}"
    if estimate.seconds is None:
        return f"{said}, nothing to be denoised."
    return f"{said}, about {_time(estimate.seconds / jobs)} of denoising."


def _time(seconds: float) -> str:
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return words.amount(max(1, round(seconds)), "second")


def _summary(progress: Progress) -> Iterator[str]:
    end = "" if progress.is_complete else "; it is not complete"
    yield f"{words.summed(progress.outcomes, progress.with_sites, progress.files)}{end}."
    yield from words.again(progress.again)
    if progress.skipped:
        yield words.passed_by(progress.skipped)
    if progress.outcomes[Outcome.KEPT]:
        yield "`lacuna refactor show` shows what would be written, `apply` writes it."
