"""The library: tokens of other files, sorted so that the longest run before a place is found in them by bisection.

What followed such a run there is a hint, as it is in the document itself (`lacuna.model.chunked.hints`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lacuna.model.denoiser import Bools, Ints, Tokens
from lacuna.model.tokenizer import PAD

SHORTEST = 3
"""Tokens of the shortest run that is looked up: what follows less follows by chance."""
SHORTEST_BEGUN = 1
"""The same before a head, which says much about what follows."""
_KEY = 64
"""Bits of the keys by which places are sorted: each holds the last tokens of the run that ends there."""
_AT_ONCE = 1 << 16
"""Places whose keys are made at once."""
_LOOKED_AT = 1 << 12
"""Places at most that a run is followed at: runs of boilerplate stand in thousands."""
LONGEST_LINE = 32
"""Tokens of the longest rest of a line that is quoted."""
_COMPARED = 256
"""Places at most that are compared beyond their keys, the nearest."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is written of the answer; as one token of the run it is looked up with what stands before it."""

    text: bytes
    spellings: Sequence[bytes]
    fits: Bools
    """(V,) tokens that may come first, as `lacuna.model.denoiser.fitting` says."""

    def begins(self, tokens: Ints | Tokens, start: int, border: int) -> bool:
        """Whether a text of tokens (T,) begins with it at a place; it does not go on behind a border."""
        text = b""
        for token in tokens[start:]:
            if len(text) >= len(self.text) or token == border:
                break
            text += self.spellings[token]
        return text.startswith(self.text)


@dataclass(frozen=True, slots=True)
class Lines:
    """What tells lines apart."""

    newline: int
    """The token that ends one."""
    is_blank: Bools
    """(V,) tokens that may stand between a line's end and the first word of the next."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where runs end that stand before a place, too, in other files."""

    following: Ints  # (n,) the tokens behind them
    runs: Ints  # (n,) their lengths


class Library:
    """Files of tokens, each known by its place among them."""

    def __init__(self, files: Sequence[Tokens], vocabulary: int) -> None:
        apart = np.full(1, PAD, np.uint16)  # no run goes from one file into another
        self._tokens = np.concatenate([apart, *(part for tokens in files for part in (tokens, apart))])
        sizes = [1 + len(tokens) for tokens in files]
        self._files = np.repeat(np.arange(len(files) + 1, dtype=np.uint16), [*sizes, 1])
        """The file of each place; that behind the last is none."""
        self._bits = max(1, (vocabulary - 1).bit_length())
        self._keyed = _KEY // self._bits
        self._keys = np.zeros(len(self._tokens), np.uint64)
        for start in range(
            0, len(self._tokens), _AT_ONCE
        ):  # in parts: what is made on the way is as large as the whole
            self._fill_keys(start, min(start + _AT_ONCE, len(self._tokens)))
        self._order = np.argsort(self._keys, kind="stable").astype(np.int32)
        self._keys.sort()

    def _fill_keys(self, start: int, end: int) -> None:
        """Write the keys of the places [start, end)."""
        for back in range(self._keyed):
            first = max(start, back)
            shifted = self._tokens[first - back : max(first, end) - back].astype(np.uint64)
            shifted <<= np.uint64(self._bits * (self._keyed - 1 - back))
            self._keys[first : max(first, end)] |= shifted

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self._tokens.nbytes + self._files.nbytes + self._order.nbytes + self._keys.nbytes

    def seen_from(self, nearest: Sequence[int]) -> "Beside":
        ranks = np.full(int(self._files[-1]) + 1, -1, np.int64)
        ranks[list(nearest)] = np.arange(len(nearest))
        return Beside(self, ranks)

    def ends(self, before: Ints, longest: int, ranks: Ints, head: Head | None) -> Ends | None:
        """Where the runs end that stand before a place and share the most tokens of the keys, the nearest first.

        `before` (n,): the tokens before the place and the head, the last first. `ranks` (files + 1,): how near each
        file is, negative where it is not seen.
        """
        written, shortest = (0, SHORTEST) if head is None else (1, SHORTEST_BEGUN)
        for size in range(min(self._keyed, len(before)), shortest - 1, -1):
            places = self._ending_with(before[:size])
            following = self._tokens[places + 1]
            stays = (following != PAD) & (ranks[self._files[places]] >= 0)
            if head is not None:
                stays &= head.fits[following]
            places = places[stays]
            if head is not None:
                places = places[[head.begins(self._tokens, int(place) + 1, PAD) for place in places]]
            if not len(places):
                continue
            nearest = np.argsort(ranks[self._files[places]], kind="stable")[:_COMPARED]
            places = places[nearest]
            runs = written + self._lengthened(places, size, before[: longest - written])
            return Ends(self._tokens[places + 1].astype(np.int64), runs)
        return None

    def lines(self, before: Ints, ranks: Ints, head: Head | None, text: Lines) -> Counter[tuple[int, ...]]:
        """How lines go on that begin with a run (n,), given its last token first, and how often; the nearest first.

        Of the _COMPARED nearest; LONGEST_LINE tokens at most, the head's among them. Others as in `ends`.
        """
        size = min(self._keyed, len(before))
        places = self._ending_with(before[:size])
        places = places[ranks[self._files[places]] >= 0]
        places = places[self._lengthened(places, size, before) == len(before)]
        places = places[text.is_blank[self._tokens[places - len(before)]]]
        nearest = np.argsort(ranks[self._files[places]], kind="stable")[:_COMPARED]
        found = Counter[tuple[int, ...]]()
        for place in places[nearest].tolist():
            rest = self._tokens[place + 1 : place + 2 + LONGEST_LINE]
            ends = np.flatnonzero(rest == text.newline)
            if len(ends) and ends[0] and (head is None or head.begins(rest[: ends[0]], 0, PAD)):
                found[tuple(rest[: ends[0]].tolist())] += 1
        return found

    def _ending_with(self, run: Ints) -> Ints:
        """Places, at most _LOOKED_AT, at which a run (n,) ends, given its last token first."""
        key = 0
        for token in run.tolist():
            key = key << self._bits | token
        rest = self._bits * (self._keyed - len(run))
        bounds = np.array([key << rest, (key + 1 << rest) - 1], np.uint64)
        start, end = np.searchsorted(self._keys, bounds[:1])[0], np.searchsorted(self._keys, bounds[1:], "right")[0]
        return self._order[start : min(end, start + _LOOKED_AT)].astype(np.int64)

    def _lengthened(self, places: Ints, size: int, before: Ints) -> Ints:
        """The lengths of the runs at places, of which so many tokens are known to be alike."""
        runs = np.full(len(places), size, np.int64)
        goes_on = np.ones(len(places), bool)
        if size < self._keyed:
            return runs  # one token more was looked for, and not found
        for back in range(size, len(before)):
            goes_on &= places >= back
            goes_on[goes_on] = self._tokens[places[goes_on] - back] == before[back]
            if not goes_on.any():
                break
            runs += goes_on
        return runs


@dataclass(frozen=True, slots=True)
class Beside:
    """A library as it is seen from one place."""

    library: Library
    ranks: Ints
    """(files + 1,) how near each is; negative where it is not seen."""

    def ends(self, before: Ints, longest: int, head: Head | None = None) -> Ends | None:
        return self.library.ends(before, longest, self.ranks, head)

    def lines(self, before: Ints, head: Head | None, text: Lines) -> Counter[tuple[int, ...]]:
        return self.library.lines(before, self.ranks, head, text)
