"""Tests as a gate: which of a run's sites break them, found by halving, and taken out again."""

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lacuna.refactor.bisecting import without_breaking
from lacuna.refactor.carrying import carry_out
from lacuna.refactor.journal import Journal
from lacuna.refactor.plan import PlannedFile, Site
from lacuna.refactor.records import SPOILT, SiteName
from lacuna.refactor.testruns import Tests, new_ones
from lacuna.syntax.errors import UsageError


class TrialError(UsageError):
    """Tests that cannot judge a run."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A site that can be in or out of the tree."""

    file: str
    site: SiteName


Group = tuple[Unit, ...]
"""The sites of a file."""


def failing_before(tests: Tests) -> tuple[str, ...]:
    """Run the tests before anything is written; return which fail. Raise TrialError if that cannot be told."""
    ran = tests()
    if ran.is_passed:
        return ()
    if not ran.failed:
        raise TrialError(
            f"The tests {ran.words} before anything was written, and their output does not tell which of them fail, "
            "so nothing can be told by them; no file changed."
        )
    return tuple(sorted(ran.failed))


def settle(tree: Path, journal: Journal, tests: Tests) -> None:
    """Take out the sites that break the tests, of as few files as can be; what failed before does not count."""
    failing = journal.run.failing or ()

    def is_fine() -> bool:
        ran = tests()
        return ran.is_passed or (bool(ran.failed) and not new_ones(ran.failed, failing))

    @functools.cache  # halves of halves come to the same sites again
    def why_not(units: frozenset[Unit]) -> bool | None:
        carry_out(tree, journal, lambda file: _those(file, units))
        return None if is_fine() else True

    def by_site(group: Group, kept: Sequence[Group], _why: bool) -> Group | None:  # noqa: FBT001 -- what `why_not` says
        beside = frozenset(itertools.chain.from_iterable(kept))
        those, broken = without_breaking(group, lambda units: why_not(beside.union(units)), lambda *_: None)
        for unit, _ in broken:
            record = journal.records[unit.file]
            journal.note(replace(record, dropped=(*record.dropped, unit.site)), is_lasting=True)
        return those or None

    groups, _ = without_breaking(
        _by_file(journal), lambda groups: why_not(frozenset(itertools.chain.from_iterable(groups))), by_site
    )
    kept = frozenset(itertools.chain.from_iterable(groups))
    carry_out(tree, journal, lambda file: _those(file, kept))


def _by_file(journal: Journal) -> list[Group]:
    """The sites of each file that have not been dropped before."""
    found: list[Group] = []
    for file in journal.plan().entries():
        if isinstance(file, PlannedFile) and journal.records[file.path].state not in SPOILT:
            dropped = journal.records[file.path].dropped
            names = (SiteName(number, site.rule, site.line) for number, site in enumerate(file.sites))
            found.append(tuple(Unit(file.path, name) for name in names if name not in dropped))
    return found


def _those(file: PlannedFile, units: frozenset[Unit]) -> list[Site]:
    return [
        site
        for number, site in enumerate(file.sites)
        if Unit(file.path, SiteName(number, site.rule, site.line)) in units
    ]
