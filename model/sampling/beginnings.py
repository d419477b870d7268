"""Holds an answer that is written token by token to what it must begin with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lacuna.model.denoiser import Bools, Ints, Vocabulary, fitting


class Beginning:
    """The head of an answer: until it is written, only tokens that go on with it may come next."""

    def __init__(self, head: bytes, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._head = head
        self._fitting: dict[bytes, Bools] = {}
        self._completing: dict[bytes, Bools] = {}

    def rest(self, row: Ints | Sequence[int]) -> bytes:
        """What is still to come of the head after the tokens that lead a row."""
        rest = self._head
        for token in row:
            if not rest or token == self.vocabulary.mask:
                break
            rest = rest[len(self.vocabulary.spellings[token]) :]
        return rest

    def admit(self, logits: NDArray[np.floating], rest: bytes) -> None:
        """Rule out, in logits (V,), what may not come next where `rest` of the head is to come."""
        logits[~self.vocabulary.is_text] = -np.inf
        if rest:
            logits[~self._fits(rest)] = -np.inf

    def completes(self, rest: bytes) -> Bools:
        """(V,) the tokens behind which nothing is left of `rest`."""
        if rest not in self._completing:
            spellings = self.vocabulary.spellings
            self._completing[rest] = self._fits(rest) & np.array([len(one) >= len(rest) for one in spellings])
        return self._completing[rest]

    def _fits(self, rest: bytes) -> Bools:
        """(V,) the tokens that may come next."""
        if rest not in self._fitting:
            self._fitting[rest] = fitting(rest, self.vocabulary.spellings)
        return self._fitting[rest]
