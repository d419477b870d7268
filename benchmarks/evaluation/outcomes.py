"""What an offer is worth to whoever sees it: how much of it is right, what accepting it saves, what must be deleted."""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.benchmarks.evaluation.metrics import is_exact

_WORD = re.compile(r"\s*(?:\w+|[^\w\s]+)")
"""What an editor accepts as the next word: white space, and what follows it, a word or other signs."""


class Outcome(enum.StrEnum):
    """What of an offer is right; each offer has one."""

    EXACT = "exact"
    """It is what stood there, or all of that and, where the text ended, more of what came."""
    PREFIX = "correct prefix"
    """It is whole words that stood there, and more stood there."""
    DELETING = "needs deleting"
    """It begins with a word that stood there, or more, and goes on with what must be deleted."""
    WRONG = "nothing right"
    """Its first word is wrong."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What came of one offer."""

    outcome: Outcome
    whole: int
    """Characters that accepting all of it saves, less those that must then be deleted."""
    by_words: int
    """Characters that are saved if words are accepted as long as they are right."""


def worth(offer: str, truth: str, beyond: str = "") -> Worth:
    """Compare an offer with what stood at its place, and what came behind that if the text ended at the place."""
    said, wanted, coming = offer.rstrip(), truth.rstrip(), truth + beyond
    if is_exact(offer, truth):
        return Worth(Outcome.EXACT, len(wanted), len(wanted))
    same = _same(said, coming)
    words = min(sum(map(len, right_words(said, coming))), len(wanted))
    if goes_on_right(said, coming):
        outcome = Outcome.EXACT if len(said) >= len(wanted) else Outcome.PREFIX
    else:
        outcome = Outcome.DELETING if words else Outcome.WRONG
    return Worth(outcome, min(same, len(wanted)) - (len(said) - same), words)


def goes_on_right(said: str, coming: str) -> bool:
    """Whether all that is said comes, and ends where a word of what comes ends."""
    return coming.startswith(said) and not (_is_letter(said[-1:]) and _is_letter(coming[len(said) : len(said) + 1]))


def right_words(said: str, coming: str) -> Iterator[str]:
    """The words of what is said, up to the first that is wrong."""
    end = 0
    while (word := _WORD.match(said, end)) and goes_on_right(said[: word.end()], coming):
        yield word.group()
        end = word.end()


def _same(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"
