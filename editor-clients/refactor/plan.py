r"""The plan as values: what is to be written where, why, and what was left out.

It is the contract between all commands. Spans are code points of a file's decoded text, without byte order mark. In new
texts lines end with "\n"; they become the file's own where bytes are written.
`lacuna.refactor.planfile` reads and writes plans.
"""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FORMAT = 1
"""Of plan files; others are refused."""


class Outcome(enum.StrEnum):
    """What became of a site; only what is kept is written by `apply`."""

    KEPT = "kept"
    LOW = "low confidence"
    EMPTY = "nothing offered"
    """The denoiser has no answer that may stand there."""
    GATED = "failed a gate"
    OVERLAPS = "overlaps another"
    UNTICKED = "taken out by hand"
    LEFT = "left alone"
    """The rule itself cannot tell what belongs there."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One text for a blank, given the best texts of the blanks before it."""

    text: str
    confidence: float
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """A part of a new text that was denoised."""

    start: int
    """In the part's new text."""
    end: int
    candidates: tuple[Alternative, ...]
    """Best first."""


@dataclass(frozen=True, slots=True)
class Part:
    """One replacement of a site."""

    start: int
    end: int
    old: str
    """What stands there, line ends as in the file."""
    new: str
    blanks: tuple[Blank, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one gate said about a site."""

    gate: str
    is_passed: bool
    words: str = ""
    """Why not, as a clause for people."""


@dataclass(frozen=True, slots=True)
class Site:
    """One place that a rule changes: parts that are written all or none.

    Sites of one file may share an equal part that replaces nothing, such as an import that all of them need: it is
    written once.
    """

    rule: str
    line: int
    """Of the first part that replaces something, else of the first; counted from 1."""
    parts: tuple[Part, ...]
    """By start, disjoint, at least one."""
    confidence: float | None
    """Product over its blanks; None where nothing was denoised."""
    outcome: Outcome
    reason: str = ""
    """Why it is not kept, or is though its rule has been there before, in words."""
    verdicts: tuple[Verdict, ...] = ()


def kept_again(sites: Iterable[Site]) -> Iterator[str]:
    """The reasons of sites that are kept though their rule has been there before."""
    return (site.reason for site in sites if site.outcome is Outcome.KEPT and site.reason)


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file with sites, kept or not."""

    path: str
    """Relative to the tree, with "/"."""
    hash: str
    """SHA-256 of the bytes that the sites were found in, in hexadecimal."""
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not looked through."""

    path: str
    reason: str
    is_failure: bool = False
    """It should have been: it ran out of its time, or cannot be read."""


@dataclass(frozen=True, slots=True)
class RuleNote:
    """A rule as a plan names it."""

    name: str
    explanation: str
    hash: str
    """SHA-256 of the rule's text."""


@dataclass(frozen=True, slots=True)
class Header:
    """What holds for a whole plan."""

    format: int
    version: str
    """Of Lacuna."""
    tree: str
    """The absolute path of the folder that paths are relative to."""
    artifact: str
    """SHA-256 of the artifact's manifest; empty where no rule denoises."""
    rules: tuple[RuleNote, ...]
    options: dict[str, str]
    """How `plan` was called: paths, --since, --threshold and so on, in words."""


@dataclass(frozen=True, slots=True)
class Footer:
    """How far planning came."""

    is_complete: bool
    files: int
    """Looked through, with sites or without."""
    next_path: str = ""
    """The first file that was not looked through, if it was interrupted."""


Entry = PlannedFile | Skipped
"""A line of a plan between its header and its footer, in the order of the walk."""
