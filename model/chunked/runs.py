"""Runs: where the tokens before a place stand elsewhere in a text as well, and what follows them there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lacuna.model.tokenizer import HOLE, MASK, PAD

Ints = NDArray[np.int64]

LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16)
"""Least tokens of a run of each strength, from 1 on; strength 0 is no hint."""
LONGEST = LENGTHS[-1]


class Reached(NamedTuple):
    """The runs that end before a place, as they are found elsewhere."""

    places: Ints  # of their last tokens
    runs: Ints  # their lengths


class Runs:
    """A text of tokens in which runs are found.

    A masked slot is a wildcard: the runs that reach it go on through it.
    """

    def __init__(self, tokens: Ints) -> None:
        self.tokens = tokens
        # Places sorted by their token: where a token stands is then one slice.
        self._order = np.argsort(tokens, kind="stable")
        self._sorted = tokens[self._order]

    def at(self, token: int) -> Ints:
        """The places of a token, ascending."""
        start, end = np.searchsorted(self._sorted, (token, token + 1))
        return self._order[start:end]

    def after(self, reached: Reached, token: int) -> Reached:
        """The runs that reach the place after one more slot, MASK or a token."""
        return self._followed(reached) if token == MASK else self._extended(token, reached)

    def best(self, reached: Reached, near: int, count: int) -> tuple[list[int], list[int]]:
        """Find `count` different tokens that follow the longest runs, of equal ones those nearest to a place.

        Returns tokens and strengths; PAD and 0 where there is none.
        """
        hints, strengths = [PAD] * count, [0] * count
        places, runs = self._followed(reached)
        strong = np.searchsorted(LENGTHS, runs, side="right")  # how many of LENGTHS a run reaches
        # One number that sorts by strength first, then by nearness: no distance is as much as one strength.
        worth = strong * (1 + len(self.tokens)) - np.abs(places - near)
        following = self.tokens[places]
        for n in range(count):
            if not len(worth):
                break
            best = worth.argmax()
            hints[n], strengths[n] = int(following[best]), int(strong[best])
            differs = following != hints[n]
            worth, following, strong = worth[differs], following[differs], strong[differs]
        return hints, strengths

    def before(self, place: int, places: Ints, run: int) -> Reached:
        """Lengthen runs that end at places by the tokens left of another place that are repeated there.

        `run`: their lengths so far.
        """
        runs = np.full(len(places), run, np.int64)
        goes_on = np.ones(len(places), bool)
        for back in range(min(LONGEST - run, place)):
            token = self.tokens[place - 1 - back]
            if token == HOLE or not goes_on.any():
                break
            goes_on &= places >= back
            goes_on[goes_on] = self.tokens[places[goes_on] - back] == token  # only those that went on are looked at
            runs += goes_on
        return Reached(places, runs)

    def _followed(self, reached: Reached) -> Reached:
        """The runs, one token on, whatever it is; none goes through a hole."""
        after = reached.places + 1
        stays = after < len(self.tokens)
        stays[stays] = self.tokens[after[stays]] != HOLE
        return Reached(after[stays], reached.runs[stays])

    def _extended(self, token: int, reached: Reached) -> Reached:
        """The runs that a token continues, and those that begin with it."""
        places, runs = reached
        here = self.at(token)
        if not len(places):
            return Reached(here, np.ones(len(here), np.int64))
        # Both are ascending: a binary search finds, for each place, whether a run ends just before it.
        before = np.minimum(np.searchsorted(places, here - 1), len(places) - 1)
        continued = np.where(places[before] == here - 1, runs[before], 0)
        return Reached(here, np.minimum(continued + 1, LONGEST))
