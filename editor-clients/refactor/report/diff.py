"""A plan as a diff that `git apply` takes: what is said of sites stands where it ignores that.

That is before a file, and behind the "@@" of a hunk.
"""

import bisect
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lacuna.refactor.plan import Outcome, PlannedFile, Site, Skipped
from lacuna.refactor.report import words
from lacuna.refactor.report.reviewed import PROPOSED, Reviewed
from lacuna.refactor.rewriting import MisfitError, edits, rewritten
from lacuna.workspace.diff import unified_as
from lacuna.workspace.textfile import TextFile

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@$", re.MULTILINE)
_NAMED = 3
"""Sites that a hunk names; an import may be there for hundreds."""


@dataclass(frozen=True, slots=True)
class FileDiff:
    notes: tuple[str, ...]
    """Lines that are no part of the diff."""
    diff: bytes


def skipped_note(skipped: Skipped) -> str:
    return words.one_line(f"{skipped.path}: {'failed' if skipped.is_failure else 'skipped'}: {skipped.reason}")


def file_diff(reviewed: Reviewed, drawn: frozenset[Outcome]) -> FileDiff:
    """Draw the sites with one of the outcomes `drawn`; all others, and what overlaps these, are notes."""
    file, source = reviewed.file, reviewed.source
    if source is None:
        notes = (reviewed.why_not, *(_note(file.path, site) for site in file.sites))
        return FileDiff(tuple(map(words.one_line, notes)), b"")
    fitting = _fitting(file, [site for site in file.sites if site.outcome in drawn & PROPOSED])
    are_drawn = set(map(id, fitting))
    notes = tuple(_note(file.path, site) for site in file.sites if id(site) not in are_drawn)
    diff = unified_as(os.fsencode(file.path), source.data, rewritten(file, source, fitting))
    return FileDiff(notes, _titled(diff, source, fitting))


def _note(path: str, site: Site) -> str:
    proposal = f": {words.change(site)}" if site.outcome in PROPOSED else ""
    return words.one_line(f"{path}: {words.headline(site)}{proposal}")


def _fitting(file: PlannedFile, sites: list[Site], beside: Sequence[Site] = ()) -> list[Site]:
    """All that can be written together, and with those `beside`; of two that cannot, the first."""
    try:
        edits(file, [*beside, *sites])
    except MisfitError:
        if len(sites) == 1:
            return []
        half = len(sites) // 2
        first = _fitting(file, sites[:half], beside)
        return [*first, *_fitting(file, sites[half:], [*beside, *first])]
    return sites


def _titled(diff: bytes, source: TextFile, sites: list[Site]) -> bytes:
    """Say behind each hunk's "@@" which sites it shows."""
    hunks = [_rows(found) for found in _HUNK.finditer(diff)]
    titles: list[dict[int, Site]] = [{} for _ in hunks]
    feeds = [found.start() for found in re.finditer("\n", source.text)]
    for site in sites:
        for part in site.parts:
            row = bisect.bisect_left(feeds, part.start)
            # Where lines repeat, a diff may show an insertion a little further on than it is made.
            nearest = min(range(len(hunks)), key=lambda n: max(hunks[n].start - row, row - hunks[n].stop + 1, 0))
            titles[nearest][id(site)] = site
    said = iter(titles)
    return _HUNK.sub(lambda found: found.group() + b" " + _title([*next(said).values()]).encode(), diff)


def _rows(hunk: re.Match[bytes]) -> range:
    """The lines of the old file that a hunk shows, from 0."""
    first, count = int(hunk[1]), int(hunk[2] or 1)
    return range(max(first - 1, 0), max(first - 1, 0) + count)


def _title(sites: list[Site]) -> str:
    named = "; ".join(map(words.headline, sites[:_NAMED]))
    return f"{named}; {len(sites) - _NAMED} more" if len(sites) > _NAMED else named
