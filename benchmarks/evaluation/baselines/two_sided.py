"""The n-gram baseline: fills (the rest of) a line from the left, with an eye on what follows.

What the document says elsewhere, before and behind the hole, is counted in a second n-gram model and mixed in.
"""

import heapq
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lacuna.benchmarks.evaluation.baselines import ngram
from lacuna.benchmarks.evaluation.baselines.guesses import Guesses, Weights
from lacuna.benchmarks.evaluation.baselines.ngram import NGram
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.model.tokenizer import Tokenizer

BEAM = 24
LONGEST = 40
"""Most tokens that an answer may have."""
KEPT = 64
"""Answers kept for ranking."""
BONUS = 0.3
"""A token's reward while searching, lest only short answers come to be ranked."""
START: Weights = (1.0, 1.0, 0.5, 0.01)
"""Weights of the features: log-probability of the answer and of what follows it; tokens; characters."""
FOLLOWING = ngram.ORDER - 2
"""Tokens behind the line end whose probability depends on the answer."""
EVEN_MIX = (0.3,) * ngram.ORDER

# What the tokenizer may have joined the cursor's left neighbours to: a word cut in two is not in the vocabulary.
_OPEN_END = re.compile(r" ?(?:_*[A-Za-z]+|[0-9]+|_+|[^\sA-Za-z0-9_]+)$|[ \t]+$")


@dataclass(frozen=True, slots=True)
class Sides:
    """Tokens around a hole; an answer must begin with `owed`, which stands left of the cursor."""

    left: tuple[int, ...]
    owed: bytes
    end: int
    """What follows the answer: a line end, or the first token of what the line goes on with."""
    right: tuple[int, ...]
    """Tokens behind the end."""


@dataclass(frozen=True, slots=True)
class _Path:
    tokens: tuple[int, ...]
    owed: bytes
    score: float


@dataclass(frozen=True, slots=True)
class Mixed:
    """A mixture of the training corpus's model and the document's own."""

    everywhere: NGram
    here: NGram
    shares: tuple[float, ...]
    """The document's share, by how many tokens of context the document has seen before."""

    def distribution(self, context: Sequence[int]) -> NDArray[np.float32]:
        general, _ = self.everywhere.distribution(context)
        local, seen = self.here.distribution(context)
        share = np.float32(self.shares[seen])
        general *= 1 - share
        local *= share
        general += local
        return general


class TwoSided:
    """Proposes answers for a hole. `shares` as in `Mixed`."""

    def __init__(self, model: NGram, tokenizer: Tokenizer, shares: tuple[float, ...]) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self.shares = shares
        self._spelling = [tokenizer.decode([n]) for n in range(tokenizer.size)]
        self._bars: dict[bytes, NDArray[np.bool_]] = {}

    def guesses(self, hole: Hole) -> Guesses:
        sides = sides_of(hole, self._tokenizer)
        mixed = self._mixed(hole, sides)
        found: dict[str, tuple[float, ...]] = {}
        for path, log_probability in self._search(mixed, sides):
            spelled = self._tokenizer.decode(path)[len(sides.owed) :]
            try:
                text = spelled.decode("utf-8")
            except UnicodeDecodeError:
                continue
            behind = self._log_probability(mixed, (*sides.left, *path, sides.end), sides.right)
            found.setdefault(text, (log_probability, behind, len(path), len(text)))
        return Guesses(tuple(found), np.array(list(found.values()), dtype=np.float64).reshape(len(found), len(START)))

    def evidence(self, hole: Hole) -> list[tuple[float, float, int]]:
        """For each token of the truth and of the line end: its probability everywhere, here, and the context seen."""
        sides = sides_of(hole, self._tokenizer)
        mixed = self._mixed(hole, sides)
        # An owed part that is no whole number of tokens leaves the truth to be read from the piece's beginning.
        truth = self._tokenizer.encode(sides.owed.decode("utf-8") + hole.truth)
        past, rows = list(sides.left[-ngram.ORDER :]), []
        for token in (*truth, self._tokenizer.newline):
            everywhere, _ = mixed.everywhere.distribution(past)
            here, seen = mixed.here.distribution(past)
            rows.append((float(everywhere[token]), float(here[token]), seen))
            past.append(token)
        return rows

    def _mixed(self, hole: Hole, sides: Sides) -> Mixed:
        behind = self._tokenizer.encode_text(hole.text[hole.span.end :])
        tokens = np.array([*sides.left, ngram.GAP, *behind, ngram.EDGE, *[ngram.EDGE] * ngram.ORDER], dtype=np.int64)
        return Mixed(self._model, ngram.train(tokens, self._tokenizer.size), self.shares)

    def _search(self, mixed: Mixed, sides: Sides) -> list[tuple[tuple[int, ...], float]]:
        """Beam search to what follows: token paths and their log-probabilities, likeliest first."""
        paths = [_Path((), sides.owed, 0.0)]
        ended: list[tuple[float, tuple[int, ...], float]] = []
        for length in range(LONGEST + 1):
            # 1. Every path may end here, unless it still owes what stands left of the cursor.
            scores = np.stack([self._scores(mixed, sides, path) for path in paths])  # (paths, V)
            for path, score in zip(paths, scores[:, sides.end].tolist(), strict=True):
                if not path.owed:
                    heapq.heappush(ended, (score + BONUS * length, path.tokens, score))
            while len(ended) > KEPT:
                heapq.heappop(ended)  # the heap's first is the worst

            # 2. The best continuations of all paths together. `argpartition` finds them without sorting paths * V
            #    numbers, in any order; sorting by score, then by place, gives the same order on every machine.
            scores[:, self._tokenizer.newline] = -np.inf
            flat = scores.ravel()
            best = np.argpartition(-flat, BEAM)[:BEAM]
            best = best[np.lexsort((best, -flat[best]))]

            # 3. They are the next paths, but for those that score less than all answers kept: none of these catches up.
            floor = ended[0][0] - BONUS * (length + 1) if len(ended) == KEPT else -math.inf
            paths = [
                self._longer(paths[place // self._tokenizer.size], place % self._tokenizer.size, float(flat[place]))
                for place in best.tolist()
                if flat[place] > floor
            ]
            if not paths:
                break
        return [(tokens, score) for _, tokens, score in sorted(ended, reverse=True)]

    def _scores(self, mixed: Mixed, sides: Sides, path: _Path) -> NDArray[np.float32]:
        """Log-probability of the path with each token after it: (V,); minus infinity for a token that cannot follow."""
        context = (*sides.left[-ngram.ORDER :], *path.tokens)[-ngram.ORDER + 1 :]
        scores = np.log(mixed.distribution(context))
        scores += np.float32(path.score)
        scores[self._barred(path.owed)] = -np.inf
        return scores

    def _longer(self, path: _Path, token: int, score: float) -> _Path:
        return _Path((*path.tokens, token), path.owed[len(self._spelling[token]) :], score)

    def _barred(self, owed: bytes) -> NDArray[np.bool_]:
        if owed not in self._bars:
            self._bars[owed] = np.array([not _fits(spelling, owed) for spelling in self._spelling])
        return self._bars[owed]

    def _log_probability(self, mixed: Mixed, past: Sequence[int], following: Sequence[int]) -> float:
        total, context = 0.0, list(past[-ngram.ORDER :])
        for token in following:
            total += math.log(float(mixed.distribution(context[-ngram.ORDER + 1 :])[token]))
            context.append(token)
        return total


def _fits(spelling: bytes, owed: bytes) -> bool:
    return bool(spelling) and (spelling.startswith(owed) or owed.startswith(spelling))


def sides_of(hole: Hole, tokenizer: Tokenizer) -> Sides:
    line_start = hole.text.rfind("\n", 0, hole.span.start) + 1
    prefix = hole.text[line_start : hole.span.start]
    found = _OPEN_END.search(prefix)
    kept = found.start() if found else len(prefix)
    before = tokenizer.encode_text(hole.text[:line_start])
    # What the answer ends before is its own to foretell; the tokens behind that depend on it.
    end, *behind = tokenizer.encode_text(hole.text[hole.span.end :][:401]) or (tokenizer.newline,)
    return Sides(
        left=(*[ngram.EDGE] * (ngram.ORDER - 1), *before, *tokenizer.encode(prefix[:kept])),
        owed=prefix[kept:].encode("utf-8"),
        end=end,
        right=(*behind, ngram.EDGE)[:FOLLOWING],
    )


def fit_shares(evidence: Sequence[tuple[float, float, int]], rounds: int = 50) -> tuple[float, ...]:
    """The document's share for each length of context seen, by expectation maximisation."""
    shares = []
    for length in range(ngram.ORDER):
        rows = np.array([row[:2] for row in evidence if row[2] == length]).reshape(-1, 2)
        share = EVEN_MIX[length]
        for _ in range(rounds if len(rows) else 0):
            # Expectation: how likely each token came from the document; maximisation: the mean of that.
            here = share * rows[:, 1]
            share = float(np.mean(here / (here + (1 - share) * rows[:, 0])))
        shares.append(share)
    return tuple(shares)
