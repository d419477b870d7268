"""What a rule is: where it matches and what it writes there, text that is known and blanks to be denoised."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from lacuna.syntax.parsing import Parsed
from lacuna.syntax.spans import Span


def _anything(text: str) -> bool:  # noqa: ARG001 -- it says the same of all texts
    return True


@dataclass(frozen=True, slots=True)
class Hole:
    """A blank of a sketch, as it is before it is denoised."""

    name: str = ""
    """For people who read the rule."""
    refused: str = ""
    """A regular expression for whole texts that may not stand there; empty: none."""
    fits: Callable[[str], bool] = _anything
    """Whether a whole text that is not refused may stand there."""
    why: str = ""
    """Why others may not, as a clause for people."""

    def takes(self, text: str) -> bool:
        return not (self.refused and re.fullmatch(self.refused, text)) and self.fits(text)


Piece = str | Hole
"""Text that is known, or a blank."""


@dataclass(frozen=True, slots=True)
class Replacement:
    r"""What is to stand in a span of a file's text; lines end with "\n"."""

    span: Span
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a rule would write at one place, all or nothing."""

    replacements: tuple[Replacement, ...]
    """By start and disjoint; an empty span inserts."""
    kept: tuple[str, ...] = ()
    """Texts that must stand in what is written as they stood in what is replaced."""
    left: str = ""
    """Why this place is left alone, as a clause for people; its only replacement says where it is, and what stands."""


class Sketcher(Protocol):
    """Finds the places of a rule. Pickled for the processes that plan."""

    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:
        """Sketches for one file, parsed whole, by start; `path` is relative to the tree, with "/"."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, ready to be used on any file of its language."""

    name: str
    explanation: str
    language: str
    sketcher: Sketcher
    hash: str
    """SHA-256 of the text that it was made of, in hexadecimal."""
    files: tuple[str, ...] = ()
    """Patterns as in .gitignore of files that it is for; none: all of its language."""
    threshold: float | None = None
    """Least confidence of a site that is kept; None is the artifact's."""
    is_joint: bool = False
    """All blanks of a file are filled in one go, each with the answers before it in view."""
    keeps_kind: bool = False
    """What replaces a node must be a node of the same kind."""
    has_blanks: bool = True
    """Some rewrite denoises; else no model is needed."""
    is_of_tree: bool = False
    """With `--since`, files that did not change may have places for it, too."""
