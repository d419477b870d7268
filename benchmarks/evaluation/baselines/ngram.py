"""An interpolated n-gram model with modified Kneser-Ney smoothing, in sorted numpy arrays. It knows ids, no text."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lacuna.workspace import atomic

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]

ORDER = 5
EDGE, GAP = 0, 2
"""Ids that no text contains, for a text's ends and for what is hidden: a tokenizer has no spelling for them."""


@dataclass(frozen=True, slots=True)
class Level:
    """All n-grams of one order, as the children of their contexts (the n-grams one shorter), in order."""

    first: Ids  # (contexts + 1,) children of context c stand at first[c]:first[c + 1]
    words: NDArray[np.int32]  # (ngrams,) sorted within a context
    mass: Floats  # (ngrams,) the word's discounted share of its context
    rest: Floats  # (contexts,) what discounting leaves to the shorter context


@dataclass(frozen=True, slots=True)
class NGram:
    levels: tuple[Level, ...]
    unigram: Floats  # (V,) the shortest context's distribution, uniform part included

    @property
    def order(self) -> int:
        return len(self.levels)

    def distribution(self, context: Sequence[int]) -> tuple[Floats, int]:
        """P(next word | context), (V,), and how many words of context it was seen with."""
        share = self.unigram.copy()  # (V,)
        longest = 0
        for length in range(1, min(len(context), self.order - 1) + 1):
            node = self._node(context[-length:])
            if node is None:
                break
            level = self.levels[length]
            start, end = level.first[node], level.first[node + 1]
            if start == end:
                break
            share *= level.rest[node]
            share[level.words[start:end]] += level.mass[start:end]  # words of a context are distinct: `+=` adds to each
            longest = length
        return share, longest

    def _node(self, ngram: Sequence[int]) -> int | None:
        node = int(ngram[0])
        for word, level in zip(ngram[1:], self.levels[1:], strict=False):
            start, end = level.first[node], level.first[node + 1]
            place = start + level.words[start:end].searchsorted(word)
            if place == end or level.words[place] != word:
                return None
            node = int(place)
        return node

    def save(self, path: Path) -> None:
        arrays = {
            f"{name}{n}": getattr(level, name)
            for n, level in enumerate(self.levels)
            for name in ("first", "words", "mass", "rest")
        }
        with atomic.replacing(path) as file:
            np.savez(file, allow_pickle=False, unigram=self.unigram, **arrays)

    @classmethod
    def load(cls, path: Path) -> "NGram":
        with np.load(path, allow_pickle=False) as arrays:
            levels = (len(arrays.files) - 1) // 4
            return cls(
                levels=tuple(
                    Level(arrays[f"first{n}"], arrays[f"words{n}"], arrays[f"mass{n}"], arrays[f"rest{n}"])
                    for n in range(levels)
                ),
                unigram=arrays["unigram"],
            )


@dataclass(frozen=True, slots=True)
class _Counts:
    """Distinct n-grams of one order: their context, last word, count, and the n-gram at each place of the text."""

    parents: Ids
    words: Ids
    counts: Ids
    somewhere: Ids  # (ngrams,) a place where each stands
    at: Ids  # (places,)


def train(tokens: Ids, vocabulary: int, order: int = ORDER) -> NGram:
    """Chen and Goodman's modified Kneser-Ney (1999, equations 26 to 28), interpolated down to the uniform distribution.

    Shorter n-grams are counted by the distinct words they follow (equation 24). `tokens`: (T,), below `vocabulary`.
    """
    assert order >= 2, "Kneser-Ney counts shorter n-grams by the longer ones"
    assert len(tokens) >= order, "fewer tokens than an n-gram has"
    orders = [_unigrams(tokens, vocabulary)]
    while len(orders) < order:
        orders.append(_longer(orders[-1], tokens, vocabulary))

    levels = []
    for n, counted in enumerate(orders):
        if n + 1 < order:
            # `somewhere + 1` is where the n-gram without its first word stands: each distinct longer one counts once.
            longer = orders[n + 1]
            counts = np.bincount(counted.at[longer.somewhere + 1], minlength=len(counted.words))
        else:
            counts = counted.counts
        contexts = len(orders[n - 1].words) if n else 1
        levels.append(_smoothed(counted, counts, contexts))
    unigram = levels[0].mass + levels[0].rest[0] / np.float32(vocabulary)
    return NGram(levels=tuple(levels), unigram=unigram)


def _unigrams(tokens: Ids, vocabulary: int) -> _Counts:
    counts = np.bincount(tokens, minlength=vocabulary)
    nothing = np.zeros(vocabulary, dtype=np.int64)
    return _Counts(parents=nothing, words=np.arange(vocabulary), counts=counts, somewhere=nothing, at=tokens)


def _longer(shorter: _Counts, tokens: Ids, vocabulary: int) -> _Counts:
    # 1. An n-gram is the n-gram one shorter at its place and the word behind: one number, which sorts as the pair does.
    length = len(tokens) - len(shorter.at) + 1
    key = shorter.at[:-1] * vocabulary + tokens[length:]  # (T - length,)
    # 2. Sorted, equal n-grams stand side by side, and each first of its kind begins a distinct one.
    places = np.argsort(key)
    key = key[places]
    is_new = np.empty(len(key), dtype=bool)
    is_new[0] = True
    np.not_equal(key[1:], key[:-1], out=is_new[1:])
    starts = np.flatnonzero(is_new)
    # 3. Back in the order of the text: as many n-grams as began before it are numbered before each.
    at = np.empty(len(key), dtype=np.int64)
    at[places] = np.cumsum(is_new) - 1
    return _Counts(
        parents=key[starts] // vocabulary,
        words=key[starts] % vocabulary,
        counts=np.diff(starts, append=len(key)),
        somewhere=places[starts],
        at=at,
    )


def _smoothed(counted: _Counts, counts: Ids, contexts: int) -> Level:
    discount = _discounts(counts)[np.minimum(counts, 3)]  # (ngrams,)
    total = np.bincount(counted.parents, weights=counts, minlength=contexts)
    kept_back = np.bincount(counted.parents, weights=discount, minlength=contexts)
    is_seen = total > 0
    rest = np.divide(kept_back, total, out=np.ones(contexts), where=is_seen)
    share = np.divide(counts - discount, total[counted.parents], out=np.zeros(len(counts)), where=counts > 0)
    return Level(
        first=np.concatenate([[0], np.cumsum(np.bincount(counted.parents, minlength=contexts))]),
        words=counted.words.astype(np.int32),
        mass=share.astype(np.float32),
        rest=rest.astype(np.float32),
    )


def _discounts(counts: Ids) -> NDArray[np.float64]:
    """Estimate the discounts of counts of 0, 1, 2, and 3 or more.

    A small text may lack n-grams of some count; then the equations have no answer and an absolute 3/4 is taken.
    """
    seen = [int(np.count_nonzero(counts == count)) for count in (1, 2, 3, 4)]
    if not all(seen):
        return np.array([0.0, 0.75, 0.75, 0.75])
    ratio = seen[0] / (seen[0] + 2 * seen[1])
    by_count = [count - (count + 1) * ratio * seen[count] / seen[count - 1] for count in (1, 2, 3)]
    return np.array([0.0, *(min(max(taken, 0.1), count) for count, taken in zip((1, 2, 3), by_count, strict=True))])
