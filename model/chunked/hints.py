"""Hints: what followed, elsewhere in the document, the longest runs of tokens that stand before a place.

A place has up to two different hints, the second from a run as long or shorter. The network weighs them by the lengths
of their runs (their strengths), so that it can copy from the document from its first steps of training on; attention
would have to learn this ("n-gram heads", Akyürek et al. 2024; "prompt lookup"). A masked slot is a wildcard: the runs
that reach it go on through it. If a hole has a head, only passages that begin with it are looked up.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lacuna.model.chunked.chunks import Chunked
from lacuna.model.chunked.library import Beside, Head
from lacuna.model.denoiser import fitting
from lacuna.model.tokenizer import HOLE, MASK, PAD

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16)
"""Least tokens of a run of each strength, from 1 on; strength 0 is no hint."""
STRENGTHS = len(LENGTHS) + 1
LONGEST = LENGTHS[-1]
_BESIDE = np.array((0, 0, 1, 2, 2, 3, 5, 7, 8))
"""By the strength of a run in another file: that of a run in the document that is as often right about what follows.

Measured on eight packages (docs/log/2026-11-30-hints-from-other-files.md).
"""
HINTS = 2
"""A place has so many hints; row 0 of an array has the stronger ones."""


class Reached(NamedTuple):
    """The runs that end before a place, as they are found elsewhere."""

    places: Ints  # of their last tokens
    runs: Ints  # their lengths


class Hints:
    """Looks up runs in one document."""

    def __init__(
        self, chunked: Chunked, heads: Sequence[bytes], spellings: Sequence[bytes], beside: Beside | None = None
    ) -> None:
        """`heads`: what each hole begins with, as healing grew it; `spellings`: the bytes of each token."""
        self._beside = beside
        self._heads = [Head(head, spellings, fitting(head, spellings)) if head else None for head in heads]
        self._tokens = np.array([token for chunk in chunked.chunks for token in chunk], np.int64)
        starts = np.cumsum([0, *map(len, chunked.chunks)])
        self._holes = [int(starts[place.chunk]) + place.token for place in chunked.holes]
        # Places sorted by their token: where a token stands is then one slice.
        self._order = np.argsort(self._tokens, kind="stable")
        self._sorted = self._tokens[self._order]
        self._lead = [
            Reached(*self._runs_before(hole, *self._candidates(hole, head)))
            for hole, head in zip(self._holes, self._heads, strict=True)
        ]

    def lead(self, hole: int) -> Reached:
        """The runs that reach the start of a hole's canvas."""
        return self._lead[hole]

    def after(self, reached: Reached, token: int) -> Reached:
        """The runs that reach the place after one more slot, MASK or a token."""
        go_on = self._followed(*reached) if token == MASK else self._extended(token, *reached)
        return Reached(*go_on)

    def best(self, hole: int, reached: Reached, slots: Sequence[int] = ()) -> tuple[list[int], list[int]]:
        """Find HINTS hints of a place and their strengths: what follows the longest run, then the best that differs.

        If several are equally strong, the nearest to the hole is taken. `slots` are what stands in the hole so far:
        other files are asked about them, too, for one hint, and come after the document where they know as much.
        """
        own = self._best(hole, reached)
        return own if self._beside is None else _merged(own, self._best_beside(hole, slots, self._beside))

    def _best(self, hole: int, reached: Reached) -> tuple[list[int], list[int]]:
        hints, strengths = [PAD] * HINTS, [0] * HINTS
        places, runs = self._followed(*reached)
        strong = np.searchsorted(LENGTHS, runs, side="right")  # how many of LENGTHS a run reaches
        # One number that sorts by strength first, then by nearness: no distance is as much as one strength.
        worth = strong * (1 + len(self._tokens)) - np.abs(places - self._holes[hole])
        following = self._tokens[places]
        for n in range(HINTS):
            if not len(worth):
                break
            best = worth.argmax()
            hints[n], strengths[n] = int(following[best]), int(strong[best])
            differs = following != hints[n]
            worth, following, strong = worth[differs], following[differs], strong[differs]
        return hints, strengths

    def _best_beside(self, hole: int, slots: Sequence[int], beside: Beside) -> tuple[list[int], list[int]]:
        """The strongest hint of other files, and its strength; with two of them the network is less often right."""
        start = self._holes[hole]
        before = np.concatenate([self._tokens[max(0, start - LONGEST) : start], np.asarray(slots, np.int64)])[::-1]
        before = before[: int((before == HOLE).argmax())] if HOLE in before else before
        ends = beside.ends(before, LONGEST, None if slots else self._heads[hole])
        if ends is None:
            return [], []
        strong = _BESIDE[np.searchsorted(LENGTHS, ends.runs, side="right")]
        best = strong.argmax()  # the nearest of the strongest
        return [int(ends.following[best])], [int(strong[best])]

    def of(self, hole: int, slots: Sequence[int] | Ints) -> tuple[Ints, Ints]:
        """Canvas slots (N,) of a hole -> hints, strengths (1 + N, HINTS): of what follows the anchor and each slot."""
        reached = self.lead(hole)
        found = [self.best(hole, reached)]
        for n, token in enumerate(slots):
            reached = self.after(reached, int(token))
            found.append(self.best(hole, reached, [int(slot) for slot in slots[: n + 1]]))
        hints, strengths = np.array(found, np.int64).transpose(1, 0, 2)
        return hints, strengths

    def of_all(self, slots: Ints) -> tuple[Ints, Ints]:
        """Slots (B, G, N) -> hints, strengths (B, G, 1 + N, HINTS)."""
        B, G, N = slots.shape  # noqa: N806 -- the shapes' letters
        found = np.zeros((2, B, G, 1 + N, HINTS), np.int64)
        for b, g in np.ndindex(B, G):
            found[:, b, g] = self.of(g, slots[b, g])
        return found[0], found[1]

    def _at(self, token: int) -> Ints:
        """The places of a token, ascending."""
        start, end = np.searchsorted(self._sorted, (token, token + 1))
        return self._order[start:end]

    def _candidates(self, hole: int, head: Head | None) -> tuple[Ints, int]:
        """Find places where the runs before a hole may end, and their length so far: 1 if they match a head, else 0."""
        if head is None:
            is_lead = hole > 0 and self._tokens[hole - 1] != HOLE
            places = self._at(int(self._tokens[hole - 1])) if is_lead else np.zeros(0, np.int64)
            return places[places != hole - 1], 0
        starts = np.flatnonzero(head.fits[self._tokens])
        begins = [head.begins(self._tokens, int(start), HOLE) for start in starts]
        return starts[begins] - 1, 1

    def _runs_before(self, hole: int, places: Ints, run: int) -> tuple[Ints, Ints]:
        """Lengthen a run at each of the places by the tokens left of the hole that are repeated there."""
        tokens = self._tokens
        runs = np.full(len(places), run, np.int64)
        goes_on = np.ones(len(places), bool)
        for back in range(min(LONGEST - run, hole)):
            token = tokens[hole - 1 - back]
            if token == HOLE or not goes_on.any():
                break
            goes_on &= places >= back
            goes_on[goes_on] = tokens[places[goes_on] - back] == token  # only those that went on so far are looked at
            runs += goes_on
        return places, runs

    def _followed(self, places: Ints, runs: Ints) -> tuple[Ints, Ints]:
        """The runs, one token on, whatever it is; none goes through a hole."""
        after = places + 1
        stays = after < len(self._tokens)
        stays[stays] = self._tokens[after[stays]] != HOLE
        return after[stays], runs[stays]

    def _extended(self, token: int, places: Ints, runs: Ints) -> tuple[Ints, Ints]:
        """The runs that a token continues, and those that begin with it."""
        here = self._at(token)
        if not len(places):
            return here, np.ones(len(here), np.int64)
        # Both are ascending: a binary search finds, for each place, whether a run ends just before it.
        before = np.minimum(np.searchsorted(places, here - 1), len(places) - 1)
        continued = np.where(places[before] == here - 1, runs[before], 0)
        return here, np.minimum(continued + 1, LONGEST)


def _merged(one: tuple[list[int], list[int]], other: tuple[list[int], list[int]]) -> tuple[list[int], list[int]]:
    """The strongest hints of both that differ; of two equally strong ones the first's comes first."""
    pairs = sorted(zip(one[0] + other[0], one[1] + other[1], strict=True), key=lambda pair: -pair[1])
    best: dict[int, int] = {}
    for token, strength in pairs:
        if strength:
            best.setdefault(token, strength)
    some = [*best.items(), *[(PAD, 0)] * HINTS][:HINTS]
    return [token for token, _ in some], [strength for _, strength in some]


def of_text(tokens: Ints) -> tuple[Ints, Ints]:
    """Text (T,) -> hints, strengths (T, HINTS): what followed the longest runs that end here where they last stood."""
    size = len(tokens)
    following = np.append(tokens[1:], PAD)
    hints, strengths = np.full((HINTS, size), PAD, np.int64), np.zeros((HINTS, size), np.int64)
    sortings = list(_sortings(tokens))
    for strength, order, same in sortings:
        later, earlier = order[1:][same], order[:-1][same]
        hints[0, later], strengths[0, later] = following[earlier], strength
    for strength, order, same in sortings:
        # The last place before one in sorted order, of the same run, that something else follows.
        begins = ~np.append(False, same)
        changes = begins | np.append(True, following[order[1:]] != following[order[:-1]])
        start = np.maximum.accumulate(np.where(changes, np.arange(size), 0))
        last = np.arange(-1, size - 1)
        agrees = following[order[last]] == hints[0, order]
        last = np.where(agrees, start[last] - 1, last)
        first = np.maximum.accumulate(np.where(begins, np.arange(size), 0))
        found = (last >= first) & ~begins
        hints[1, order[found]], strengths[1, order[found]] = following[order[last[found]]], strength
    return hints.T, strengths.T


def _sortings(tokens: Ints) -> Iterator[tuple[int, Ints, Bools]]:
    """Each strength, the places sorted by the run of its length that ends there, and which end one with the next."""
    size = len(tokens)
    run = np.zeros(size, np.uint64)
    for length in range(1, LONGEST + 1):
        # A run's number mixes in one token more with each round: equal runs have equal numbers.
        shifted = np.zeros(size, np.uint64)
        shifted[length - 1 :] = tokens[: max(0, size - length + 1)] + 1
        run = run * np.uint64(0x9E3779B97F4A7C15) + shifted
        if length in LENGTHS:
            order = np.argsort(run, kind="stable")
            yield LENGTHS.index(length) + 1, order, (run[order[1:]] == run[order[:-1]]) & (order[:-1] >= length - 1)
