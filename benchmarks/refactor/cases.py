"""What `lacuna eval refactor` and `rework` ask: trees in which a definition has changed and its uses have not yet."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lacuna.benchmarks.refactor.trees import Texts, Use
from lacuna.syntax.spans import Span


class Kind(enum.StrEnum):
    ADDED = "argument added"
    REMOVED = "argument removed"
    RENAMED = "argument renamed"
    REORDERED = "arguments reordered"
    METHOD = "function turned method"
    FIELD = "field renamed"
    FUNCTION = "function renamed"
    TUPLE = "return value made a tuple"


ADAPTED = tuple(kind for kind in Kind if kind is not Kind.TUPLE)
"""What `adapt-calls` is for."""


class Contender(enum.StrEnum):
    RULE = "adapt-calls"
    ALONE = "one site at a time"
    """The same blanks, no answer in view of another."""
    LISTS = "whole argument lists"
    """What stands between the brackets of the same calls is a blank."""
    BY_NAME = "by name alone"
    """A structural rule without scopes and imports; for a new argument, a variable of its name."""


class Label(enum.StrEnum):
    """Whose use it is."""

    TARGET = "of the definition"
    OTHER = "of something else"
    UNSURE = "not known"
    """It cannot be told without running the code."""


@dataclass(frozen=True, slots=True)
class Site:
    path: str
    span: Span
    """In the tree that is to be adapted."""
    truth: str
    by_name: str
    """As a rule by name alone leaves it."""
    label: Label


@dataclass(frozen=True, slots=True)
class Case:
    """A definition changed, its uses not yet."""

    package: str
    kind: Kind
    definition: str
    path: str
    old: str
    """Of the file with the definition."""
    new: Texts
    """All files; the definition has changed."""
    sites: tuple[Site, ...]
    names: frozenset[str]
    """Of what is used, then and now."""
    word: str
    """The new name, or the parameter that comes, goes or moves, or the class that gets a method."""
    fresh: str
    """A name that the package does not have: the new one, if there is one."""
    parameters: tuple[str, ...]
    """The new ones that can be given by position, in order."""
    by_name: tuple[str, ...]
    """The files that a rule by name alone changes, as it leaves them."""
    old_name: str = ""
    """Its place is taken by the fresh name; empty where nothing is renamed."""

    @property
    def targets(self) -> tuple[Site, ...]:
        return tuple(site for site in self.sites if site.label is Label.TARGET)

    def text_at(self, site: Site) -> str:
        return self.new[site.path][site.span.start : site.span.end]


@dataclass(frozen=True, slots=True)
class Uses:
    """Uses of a name in a package as it is, in order, by path, and whose they are."""

    by_path: Mapping[str, list[Use]]
    labels: Mapping[tuple[str, int], Label]
    """By path and offset; what is not there is of something else."""

    def label(self, path: str, use: Use) -> Label:
        return self.labels.get((path, use.name), Label.OTHER)

    def targets(self, path: str) -> list[Use]:
        return [use for use in self.by_path.get(path, ()) if self.label(path, use) is Label.TARGET]


Found = Callable[[str], list[Use]]
"""Finds uses in a text, in order."""


def sites(uses: Uses, versions: tuple[Texts, Texts, Texts], find: Found) -> tuple[Site, ...] | None:
    """The uses of a package where they are in other versions of it; None if it has not the same in all of them."""
    done = []
    for path, found in uses.by_path.items():
        texts = [version[path] for version in versions]
        others = [find(text) for text in texts]
        if any(len(other) != len(found) for other in others):
            return None
        for use, *spans in zip(found, *([one.span for one in other] for other in others), strict=True):
            _, truth, by_name = (text[span.start : span.end] for text, span in zip(texts, spans, strict=True))
            done.append(Site(path, spans[0], truth, by_name, uses.label(path, use)))
    return tuple(done)
