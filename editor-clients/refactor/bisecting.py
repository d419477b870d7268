"""Which of several changes break what they are in: found by halves."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Change = TypeVar("Change")
Why = TypeVar("Why")


def without_breaking(
    changes: Sequence[Change],
    why_not: Callable[[Sequence[Change]], Why | None],
    instead: Callable[[Change, Sequence[Change], Why], Change | None],
) -> tuple[tuple[Change, ...], tuple[tuple[Change, Why], ...]]:
    """The changes that can stand together, in an order of their own, and the others with the reason.

    `why_not` says what is wrong with some of them; `instead` gives another form of one that breaks the others, if any
    form does not. Nobody is asked about none.
    """
    kept: list[Change] = []
    broken: list[tuple[Change, Why]] = []

    def add(group: Sequence[Change]) -> None:
        why = why_not([*kept, *group]) if group else None
        if why is None:
            kept.extend(group)
        elif len(group) > 1:
            half = len(group) // 2
            add(group[:half])
            add(group[half:])
        elif (other := instead(group[0], kept, why)) is not None:
            kept.append(other)
        else:
            broken.append((group[0], why))

    add(changes)
    return tuple(kept), tuple(broken)
