"""Work in a process of its own: what it finds and raises comes back, and the system ends what takes too much."""

import pytest

from lacuna.syntax.errors import UsageError
from lacuna.syntax.limited import LimitError, limited


def refuse(sentence: str) -> None:
    raise UsageError(sentence)


def endless() -> None:
    while True:
        pass


def greedy() -> int:
    return len(bytes(64 * 1024**3))


def test_what_it_makes_comes_back():
    assert limited(5, sorted, [2, 1]) == [1, 2]


def test_what_it_raises_for_the_user_is_raised_here():
    with pytest.raises(UsageError, match=r"^No\.$"):
        limited(5, refuse, "No.")


@pytest.mark.slow
@pytest.mark.parametrize("work", [endless, greedy])
def test_it_is_ended_when_it_takes_too_much(work):
    with pytest.raises(LimitError):
        limited(1, work)
