"""What earlier runs of a tree tell of a new plan: why there is something to be done where the same rule has been."""

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path

from lacuna.refactor.journal import Journal, journal_of, runs_of
from lacuna.refactor.plan import Header, Outcome, PlannedFile, RuleNote, Site
from lacuna.refactor.records import FileState, Record, Stage
from lacuna.refactor.state import state_at
from lacuna.syntax.errors import FileError, UsageError


@dataclass(frozen=True, slots=True)
class Earlier:
    """The runs of a tree, the newest first, with the rules of each."""

    runs: tuple[tuple[Journal, frozenset[RuleNote]], ...]
    rules: tuple[RuleNote, ...]
    """Those of the new plan."""

    def explained(self, entry: PlannedFile) -> PlannedFile:
        """The file with a reason at each kept site whose rule has been through these very bytes."""
        numbers = self._numbers(entry)
        if not numbers:
            return entry
        return replace(entry, sites=tuple(_explained(site, numbers.get(site.rule)) for site in entry.sites))

    def _numbers(self, entry: PlannedFile) -> dict[str, int]:
        """The newest run of each rule, by its name, that had a part in making the file what it is."""
        found: dict[str, int] = {}
        made = entry.hash
        for journal, rules in self.runs:
            record = journal.records.get(entry.path)
            if record and record.after == made and _has_been_through(journal, record):
                for rule in rules.intersection(self.rules):
                    found.setdefault(rule.name, journal.run.number)
                made = record.before
        return found


def earlier(tree: Path, header: Header) -> Earlier:
    """The runs of a tree of which a new plan's header is; one that cannot be read explains nothing."""
    state = state_at(tree)
    found: list[tuple[Journal, frozenset[RuleNote]]] = []
    with contextlib.suppress(FileError, UsageError):
        for run in reversed(runs_of(state)):
            journal = journal_of(state, run.number)
            found.append((journal, frozenset(journal.plan().header.rules)))
    return Earlier(tuple(found), header.rules)


def _has_been_through(journal: Journal, record: Record) -> bool:
    """Whether a run has left the file as its rules and its tests wanted it, changed or not."""
    is_all_out = record.state is FileState.REVERTED and bool(record.dropped) and journal.run.stage is Stage.DONE
    return record.state is FileState.WRITTEN or is_all_out


def _explained(site: Site, number: int | None) -> Site:
    if number is None or site.outcome is not Outcome.KEPT:
        return site
    return replace(site, reason=f"left out, or not likely enough yet, in run {number} of the same rule")
