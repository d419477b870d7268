"""What of a plan is shown: the sites that were asked for, with the files that they were found in."""

import fnmatch
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from lacuna.refactor.plan import Entry, Outcome, PlannedFile, Site, Skipped, kept_again
from lacuna.refactor.report import words
from lacuna.refactor.rewriting import check
from lacuna.syntax.errors import FileError
from lacuna.workspace import textfile
from lacuna.workspace.textfile import TextFile

PROPOSED = frozenset(Outcome) - {Outcome.EMPTY, Outcome.LEFT}
"""Outcomes of sites that have a text to be written."""

Locate = Callable[[str], Path]
"""Finds the file that a path of a plan names; raises FileError if Lacuna may not read it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which sites are asked for; nothing given is all of them."""

    rules: frozenset[str] = frozenset()
    outcomes: frozenset[Outcome] = frozenset()
    files: tuple[str, ...] = ()
    """Shell patterns for paths."""
    below: float | None = None
    """Only sites with less confidence than that."""

    def of(self, file: PlannedFile) -> PlannedFile:
        if self.files and not any(fnmatch.fnmatchcase(file.path, pattern) for pattern in self.files):
            return replace(file, sites=())
        return replace(file, sites=tuple(filter(self._takes, file.sites)))

    def _takes(self, site: Site) -> bool:
        return (
            (not self.rules or site.rule in self.rules)
            and (not self.outcomes or site.outcome in self.outcomes)
            and (self.below is None or (site.confidence is not None and site.confidence < self.below))
        )


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A file with the sites that were asked for, and its text if this is the one that they were found in."""

    file: PlannedFile
    source: TextFile | None
    why_not: str = ""
    """Why there is no source, as a sentence."""


@dataclass(slots=True)
class Totals:
    """What was shown, counted while it goes by."""

    looked_through: int | None = None
    """Files, with sites or without; None if planning was ended before it could say."""
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    files: int = 0
    """With sites that were asked for."""
    again: Counter[str] = field(default_factory=Counter)
    """What is kept though its rule has been there before, by the reasons."""
    without_source: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """By reason."""

    def sentence(self) -> str:
        return f"{words.summed(self.outcomes, self.files, self.looked_through)}."


def reviewed(
    entries: Iterable[Entry], selection: Selection, locate: Locate, totals: Totals
) -> Iterator[Reviewed | Skipped]:
    """Read a plan's files one after another, and count in `totals`."""
    for entry in entries:
        if isinstance(entry, Skipped):
            totals.skipped[entry.reason] += 1
            yield entry
            continue
        file = selection.of(entry)
        if not file.sites:
            continue
        found = _read(file, locate)
        totals.files += 1
        totals.without_source += found.source is None
        totals.outcomes.update(site.outcome for site in file.sites)
        totals.again.update(kept_again(file.sites))
        yield found


def _read(file: PlannedFile, locate: Locate) -> Reviewed:
    try:
        source = textfile.read(locate(file.path))
        check(file, source, file.sites)
    except FileError as error:
        return Reviewed(file, None, str(error))
    return Reviewed(file, source)
