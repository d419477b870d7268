"""From sites of a plan to a file's new bytes: all of it, or a sentence that says what does not fit."""

import itertools
import re
from collections.abc import Iterable

from lacuna.refactor.plan import Part, PlannedFile, Site
from lacuna.syntax.errors import FileError
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import Edit, sha256
from lacuna.workspace.textfile import TextFile, with_edits

_FORBIDDEN = re.compile(r"[\0\r\ud800-\udfff]")
"""Line ends are "\\n" in a plan; half a character has no bytes."""


class MisfitError(FileError):
    """Sites that do not fit each other, or not the bytes that they are said to be found in."""


def rewritten(file: PlannedFile, source: TextFile, sites: Iterable[Site]) -> bytes:
    """The bytes of `source` with `sites` of the file carried out; raise MisfitError if anything does not fit."""
    sites = tuple(sites)
    check(file, source, sites)
    return with_edits(source, edits(file, sites))


def check(file: PlannedFile, source: TextFile, sites: Iterable[Site]) -> None:
    """Raise MisfitError unless `source` is what the sites of the file were found in."""
    if sha256(source.data) != file.hash:
        raise MisfitError(f"{file.path} has changed since the plan was made.")
    for site in sites:
        where = f"{file.path}, line {site.line}"
        for part in site.parts:
            _check(where, part, source.text)
        if not site.parts or any(one.end > other.start for one, other in itertools.pairwise(site.parts)):
            raise MisfitError(f"{where}: the parts of a site are missing or out of order.")


def edits(file: PlannedFile, sites: Iterable[Site]) -> tuple[Edit, ...]:
    """The edits of some sites, by start; raise MisfitError where two of them would write in one place.

    Equal insertions are one. Others may share a place only if each brings whole lines, as imports do: they stay in the
    order of their sites.
    """
    found: dict[tuple[int, int, str], Site] = {}
    for site in sites:
        for part in site.parts:
            key = (part.start, part.end, part.new)
            if key in found and part.start < part.end:
                raise _overlap(file.path, found[key], site)
            found.setdefault(key, site)
    ordered = sorted(found, key=lambda key: key[:2])
    for before, after in itertools.pairwise(ordered):
        if not _is_disjoint(before, after):
            raise _overlap(file.path, found[before], found[after])
    return tuple(Edit(Span(start, end), new) for start, end, new in ordered)


def _is_disjoint(before: tuple[int, int, str], after: tuple[int, int, str]) -> bool:
    if before[:2] == after[:2]:
        return before[0] == before[1] and _is_of_lines(before[2]) and _is_of_lines(after[2])
    return before[1] <= after[0]


def _is_of_lines(new: str) -> bool:
    return new.startswith("\n") or new.endswith("\n")


def _overlap(path: str, one: Site, other: Site) -> MisfitError:
    return MisfitError(
        f"{path}: what {one.rule} writes in line {one.line} overlaps what {other.rule} writes in line {other.line}."
    )


def _check(where: str, part: Part, text: str) -> None:
    if not 0 <= part.start <= part.end <= len(text):
        raise MisfitError(f"{where}: the plan's span {part.start} to {part.end} is outside the file.")
    if text[part.start : part.end] != part.old:
        raise MisfitError(f"{where}: the file does not have the text that the plan replaces.")
    if _FORBIDDEN.search(part.new):
        raise MisfitError(f"{where}: the plan's new text has characters that no text file may have.")
    bounds = [0, *(bound for blank in part.blanks for bound in (blank.start, blank.end)), len(part.new)]
    if any(after < before for before, after in itertools.pairwise(bounds)):
        raise MisfitError(f"{where}: a blank is not within the new text.")
