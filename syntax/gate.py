"""What can be known to be wrong with a text without running it; a language that knows has a gate."""

import enum
import functools
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lacuna.syntax.languages.language import Language
from lacuna.syntax.spans import Span

Version = tuple[int, int]
"""Of a language: major, minor."""


class FaultKind(enum.StrEnum):
    REFUSED = "the language refuses it"
    """Its own compiler does not take what the grammar takes."""
    UNBOUND = "a name is bound nowhere"
    REBOUND = "something is defined twice"
    FOREIGN = "a member belongs to another class"
    BODILESS = "a definition has no body"
    WRONG = "it cannot work"
    """It would fail, or mean nothing, whenever it ran."""


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    about: str
    """A name, or what the compiler says."""
    words: str
    """What is wrong, as a clause for people."""


class Gate(Protocol):
    """Judges texts for some spans of one document, by what a language can tell without running it."""

    def __init__(self, text: str, spans: tuple[Span, ...], oldest: Version | None) -> None:
        """`spans` are code points of `text`, sorted and disjoint.

        `oldest` is the oldest version of the language that the text is for, if anybody says.
        """

    def faults(self, replacements: tuple[str, ...], *, is_brief: bool) -> tuple[Fault, ...]:
        """What is wrong with each span replaced by its text, and is not wrong with the document anyway.

        If brief, only what is cheap to tell: refusals and names.
        """


class Judge(Protocol):
    """Judges what whole texts have become, by all that a language can tell without running them, while nobody waits."""

    def __init__(self, before: str, oldest: Version | None) -> None:
        """`before` is the text as it was; `oldest` as for a Gate."""

    def faults(self, after: str, written: Sequence[tuple[str, str]]) -> tuple[Fault, ...] | None:
        """What is wrong with the text by now and was not; None where the language's compiler cannot tell.

        `written` are the changes: what each replaced, and what stands there now.
        """


def judge_of(language: Language) -> type[Judge] | None:
    """The language's judge of whole texts, loaded when it is first needed; None where it has none."""
    return _loaded_judge(language.judge) if language.judge else None


@functools.cache
def _loaded_judge(name: str) -> type[Judge]:
    judge: type[Judge] = pkgutil.resolve_name(name)
    return judge


def gate_of(language: Language) -> type[Gate] | None:
    """The language's gate, loaded when it is first needed; None where it has none."""
    return _loaded(language.gate) if language.gate else None


@functools.cache
def _loaded(name: str) -> type[Gate]:
    gate: type[Gate] = pkgutil.resolve_name(name)
    return gate
