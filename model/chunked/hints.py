"""Hints: what followed, elsewhere, the longest runs of tokens that stand before a place.

A place has up to two different hints of the document and other files, the second from a run as long or shorter, and
one of the text that stood in its hole before. The network weighs them by the lengths of their runs (their strengths),
so that it can copy from its first steps of training on; attention would have to learn this ("n-gram heads", Akyürek et
al. 2024; "prompt lookup"). If a hole has a head, only passages that begin with it are looked up.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lacuna.model.chunked.chunks import Chunked
from lacuna.model.chunked.library import Beside, Head
from lacuna.model.chunked.runs import LENGTHS, LONGEST, Reached, Runs
from lacuna.model.denoiser import fitting
from lacuna.model.tokenizer import HOLE, PAD

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

STRENGTHS = len(LENGTHS) + 1
_BESIDE = np.array((0, 0, 1, 2, 2, 3, 5, 7, 8))
"""By the strength of a run in another file: that of a run in the document that is as often right about what follows.

Measured on eight packages (docs/log/2026-11-30-hints-from-other-files.md).
"""
AROUND = 2
"""Hints of the document and of other files, the stronger first."""
OLD = AROUND
HINTS = AROUND + 1
"""With the old text's, which comes last."""
ENDED = PAD + 3
"""What follows the old text's last token, as a hint: the spare id that no text has."""


class Met(NamedTuple):
    """The runs that reach a place."""

    document: Reached
    old: Reached
    """In the old text."""


_NONE = Reached(np.zeros(0, np.int64), np.zeros(0, np.int64))


class Hints:
    """Looks up runs in one document, in the old texts of its holes, and in other files."""

    def __init__(
        self,
        chunked: Chunked,
        heads: Sequence[bytes],
        spellings: Sequence[bytes],
        beside: Beside | None = None,
        old: Sequence[Sequence[int]] = (),
    ) -> None:
        """`heads`: what each hole begins with, as healing grew it; `spellings`: the bytes of each token.

        `old`: the tokens of what stood in each hole before, its head included; empty where nothing did or nobody says.
        """
        self._beside = beside
        self._heads = [Head(head, spellings, fitting(head, spellings)) if head else None for head in heads]
        self._document = Runs(np.array([token for chunk in chunked.chunks for token in chunk], np.int64))
        starts = np.cumsum([0, *map(len, chunked.chunks)])
        self._holes = [int(starts[place.chunk]) + place.token for place in chunked.holes]
        lefts = [self._left_of(hole) for hole in self._holes]
        old = old or [()] * len(self._holes)
        self._old = [_Old(left, text) if len(text) else None for left, text in zip(lefts, old, strict=True)]
        self._lead = [
            Met(self._document.before(hole, *self._candidates(hole, head)), text.lead if text else _NONE)
            for hole, head, text in zip(self._holes, self._heads, self._old, strict=True)
        ]

    def lead(self, hole: int) -> Met:
        """The runs that reach the start of a hole's canvas."""
        return self._lead[hole]

    def after(self, hole: int, met: Met, token: int) -> Met:
        """The runs that reach the place after one more slot, MASK or a token."""
        text = self._old[hole]
        return Met(self._document.after(met.document, token), text.runs.after(met.old, token) if text else _NONE)

    def best(self, hole: int, met: Met, slots: Sequence[int] = ()) -> tuple[list[int], list[int]]:
        """Find the HINTS hints of a place and their strengths; `slots` are what stands in the hole so far.

        Other files are asked about them, too, for one hint, and come after the document where they know as much.
        """
        around = self._document.best(met.document, self._holes[hole], AROUND)
        if self._beside is not None:
            around = _merged(around, self._best_beside(hole, slots, self._beside))
        text = self._old[hole]
        old = text.runs.best(met.old, text.start + len(slots), 1) if text else ([PAD], [0])
        return around[0] + old[0], around[1] + old[1]

    def _best_beside(self, hole: int, slots: Sequence[int], beside: Beside) -> tuple[list[int], list[int]]:
        """The strongest hint of other files, and its strength; with two of them the network is less often right."""
        before = np.concatenate([self._left_of(self._holes[hole]), np.asarray(slots, np.int64)])[::-1]
        ends = beside.ends(before, LONGEST, None if slots else self._heads[hole])
        if ends is None:
            return [], []
        strong = _BESIDE[np.searchsorted(LENGTHS, ends.runs, side="right")]
        best = strong.argmax()  # the nearest of the strongest
        return [int(ends.following[best])], [int(strong[best])]

    def of(self, hole: int, slots: Sequence[int] | Ints) -> tuple[Ints, Ints]:
        """Canvas slots (N,) of a hole -> hints, strengths (1 + N, HINTS): of what follows the anchor and each slot."""
        met = self.lead(hole)
        found = [self.best(hole, met)]
        for n, token in enumerate(slots):
            met = self.after(hole, met, int(token))
            found.append(self.best(hole, met, [int(slot) for slot in slots[: n + 1]]))
        hints, strengths = np.array(found, np.int64).transpose(1, 0, 2)
        return hints, strengths

    def of_all(self, slots: Ints) -> tuple[Ints, Ints]:
        """Slots (B, G, N) -> hints, strengths (B, G, 1 + N, HINTS)."""
        B, G, N = slots.shape  # noqa: N806 -- the shapes' letters
        found = np.zeros((2, B, G, 1 + N, HINTS), np.int64)
        for b, g in np.ndindex(B, G):
            found[:, b, g] = self.of(g, slots[b, g])
        return found[0], found[1]

    def _left_of(self, hole: int) -> Ints:
        """The tokens before a hole, LONGEST of them or as many as stand between it and another."""
        left = self._document.tokens[max(0, hole - LONGEST) : hole]
        others = np.flatnonzero(left == HOLE)
        return left[others[-1] + 1 :] if len(others) else left

    def _candidates(self, hole: int, head: Head | None) -> tuple[Ints, int]:
        """Find places where the runs before a hole may end, and their length so far: 1 if they match a head, else 0."""
        tokens = self._document.tokens
        if head is None:
            is_lead = hole > 0 and tokens[hole - 1] != HOLE
            places = self._document.at(int(tokens[hole - 1])) if is_lead else np.zeros(0, np.int64)
            return places[places != hole - 1], 0
        starts = np.flatnonzero(head.fits[tokens])
        begins = [head.begins(tokens, int(start), HOLE) for start in starts]
        return starts[begins] - 1, 1


def _merged(one: tuple[list[int], list[int]], other: tuple[list[int], list[int]]) -> tuple[list[int], list[int]]:
    """The AROUND strongest hints of both that differ; of two equally strong ones the first's comes first."""
    pairs = sorted(zip(one[0] + other[0], one[1] + other[1], strict=True), key=lambda pair: -pair[1])
    best: dict[int, int] = {}
    for token, strength in pairs:
        if strength:
            best.setdefault(token, strength)
    some = [*best.items(), *[(PAD, 0)] * AROUND][:AROUND]
    return [token for token, _ in some], [strength for _, strength in some]


class _Old:
    """What stood in a hole before, behind the text to its left."""

    def __init__(self, left: Ints, text: Sequence[int]) -> None:
        self.runs = Runs(np.concatenate([left, np.asarray(text, np.int64), [ENDED]]))
        self.start = len(left)
        """Where the text begins."""
        self.lead = Reached(np.array([self.start - 1]), np.array([LONGEST]))


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
