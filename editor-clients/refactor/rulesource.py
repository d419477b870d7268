"""What a rule comes from, and what people are told of it before it is used."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lacuna.refactor.rule import Sketcher


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a run is about, for rules that look at more than one file."""

    tree: Path
    """The folder that paths are relative to, real and absolute."""
    since: str | None = None
    """A git revision, as it was asked for."""


class RuleSource(Protocol):
    """Code of ours that finds a rule's places, in a table by the name that rules call it by."""

    @property
    def has_blanks(self) -> bool:
        """Some of what it writes is denoised."""

    @property
    def is_of_tree(self) -> bool:
        """It compares with a revision: files that did not change since may have places for it, too."""

    def sketcher(self, grounds: Grounds) -> Sketcher:
        """Made once for a run, by its driver; raise UsageError if the grounds will not do."""


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule for people who choose one, with an example of what it does."""

    name: str
    explanation: str
    before: str
    after: str
    """Blanks stand in it as in a template, as `⟦…⟧`."""
