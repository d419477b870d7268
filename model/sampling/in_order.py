"""The search that fills canvases from the left, a token a step; `sampler` has what commits slots in any order.

Pure numpy, as `sampler`.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lacuna.model.sampling.any_order import (
    SURE,
    Beginnings,
    Bools,
    Denoise,
    Drafts,
    Floats,
    Ints,
    Prediction,
    is_masked,
    masked,
)
from lacuna.model.tokenizer import MASK, SPECIAL

OPENINGS = 4
"""So many candidates that begin with an opening go on beside the others."""


ASKED_FOR = 1000.0
"""How many times likelier an answer begins with an opening where one is asked for."""


HOPELESS = 0.01
"""An alternative so much less likely than the best finished candidate is not looked for."""


@dataclass(frozen=True, slots=True)
class Growing:
    """How to grow."""

    width: int
    """Candidates of the beam."""
    in_order: bool
    """Whether a slot sees of the canvases only what is to its left in its own: a step predicts few slots then."""
    is_length_known: bool = False
    alternatives: int = 1
    """Finished candidates to look for. The search stops where no open candidate can become one of them."""
    openings: tuple[tuple[int, ...], ...] = ()
    """Tokens, fewer than the canvas has slots, that the one hole is likely to begin with, though it may not seem so.
    In order only."""

    def __post_init__(self) -> None:
        assert self.in_order or not self.openings, "what is predicted of openings is what is predicted in order"


Worth = Callable[[Ints, Ints], float]
"""What finished slots (G, N) of such lengths (G,) count, from 0 to 1: the less fit to be offered, the less."""


def grow(predict: Denoise, beginnings: Beginnings, lengths: Ints, growing: Growing, worth: Worth) -> Iterator[Drafts]:
    """Fill canvases of at most such lengths (1, G) from the left, each as long as it turns out to be: a beam search.

    Each candidate goes on with its likeliest tokens, or ends where the next slot may not exist. Where all slots are
    predicted, those to the right of the one in hand that are sure already are committed with it. Those that begin with
    an opening go on whatever else is likelier. The last drafts are finished, the likeliest first.
    """
    empty = Grown(masked(lengths, np.zeros(1, np.float32)).slots[0], lengths[0], 0.0)
    going_on = _opened(predict, beginnings, empty, growing) if growing.openings else [empty]
    known = {one.slots.tobytes() for one in going_on}
    beam = _together(0, going_on)
    done: list[Grown] = []
    values: list[float] = []
    for step in itertools.count(1):
        shown = int(beam.masked.argmax(-1).max()) + 1 if growing.in_order else beam.slots.shape[-1]
        prediction = predict(beam.slots[..., :shown], np.maximum(beam.lengths, 1), in_order=growing.in_order)
        found = [
            grown
            for one, logits, existence in zip(going_on, prediction.logits, prediction.existence, strict=True)
            for grown in _continued(one, logits, existence, beginnings, growing)
        ]
        for ended in sorted((grown for grown in found if grown.is_finished), key=lambda grown: -grown.score):
            done.append(ended)
            if ended.score > _bar(values, growing.alternatives):  # else it cannot move the bar, whatever it is worth
                values.append(ended.score + math.log(worth(ended.slots, ended.lengths)))
        bar = _bar(values, growing.alternatives)
        open_ = sorted((grown for grown in found if not grown.is_finished), key=lambda grown: -grown.score)
        free = [grown for grown in open_ if not grown.is_opened and grown.slots.tobytes() not in known]
        asked_for = [grown for grown in open_ if grown.is_opened]
        going_on = [grown for grown in free[: growing.width] + asked_for[: growing.width] if grown.score > bar]
        if not going_on:
            break
        beam = _together(step, going_on)
        yield replace(beam, lengths=_expected(beam, prediction, growing))
    nothing = replace(beam, step=step, scores=np.full_like(beam.scores, -np.inf))
    done.sort(key=lambda grown: -grown.score)
    yield _together(step, done) if done else nothing


@dataclass(frozen=True, slots=True)
class Grown:
    """A candidate of a beam search."""

    slots: Ints  # (G, N)
    lengths: Ints  # (G,), N where the end is not reached
    score: float
    is_opened: bool = False
    """Begins with an opening that was asked for."""

    @property
    def masked(self) -> Bools:
        """(G, N), past a canvas' end False."""
        return is_masked(self.slots, self.lengths)

    @property
    def is_finished(self) -> bool:
        return not self.masked.any()


def _bar(values: Sequence[float], alternatives: int) -> float:
    """Log-probability that a candidate must exceed to be among the best, given those of finished ones."""
    best = sorted(values, reverse=True)
    if not best:
        return -math.inf
    hopeless = best[0] + math.log(HOPELESS)
    return max(hopeless, best[alternatives - 1]) if len(best) >= alternatives else hopeless


def _opened(predict: Denoise, beginnings: Beginnings, empty: Grown, growing: Growing) -> list[Grown]:
    """The candidate without tokens, and the OPENINGS likeliest of those with an opening.

    That there is one raises the odds of an opening ASKED_FOR times; the scores are the probabilities that follow.
    """
    openings = growing.openings
    slots, lengths = (np.repeat(array[None], len(openings), 0) for array in (empty.slots, empty.lengths))
    for row, opening in zip(slots, openings, strict=True):
        row[0, : len(opening)] = opening
    prediction = predict(slots[..., : max(map(len, openings))], lengths, in_order=True)
    found = []
    for row, opening, logits, existence in zip(slots, openings, prediction.logits, prediction.existence, strict=True):
        score = 0.0
        for at, token in enumerate(opening):
            rest = beginnings.rest(0, opening[:at])
            score += float(_token_logs(logits[0, at : at + 1], rest, beginnings)[0, token])
            if not (rest or growing.is_length_known):
                score += float(_log_sigmoid(existence[0, at].astype(np.float64)))
        found.append(Grown(row, empty.lengths, score, is_opened=True))
    found.sort(key=lambda one: -one.score)
    whole = math.log1p(sum(math.exp(one.score) for one in found) * (ASKED_FOR - 1))
    likely = (replace(one, score=one.score + math.log(ASKED_FOR) - whole) for one in found[:OPENINGS])
    return [replace(empty, score=-whole), *(one for one in likely if np.isfinite(one.score))]


def _continued(
    one: Grown, logits: Floats, existence: Floats, beginnings: Beginnings, growing: Growing
) -> Iterator[Grown]:
    """The ways in which a candidate can go on at its first masked slot, by what is said (G, N, V) and (G, N) of it."""
    masked_ = one.masked
    hole = int(masked_.any(-1).argmax())
    first = int(masked_[hole].argmax())
    rest = beginnings.rest(hole, one.slots[hole])
    odds = existence[hole].astype(np.float64)  # (N,)
    exists = np.zeros_like(odds) if growing.is_length_known else _log_sigmoid(odds)
    last = first + 1 if growing.in_order else int(one.lengths[hole])
    logs = _token_logs(logits[hole, first:last], rest, beginnings)
    score = one.score
    if not (rest or growing.is_length_known):
        lengths = one.lengths.copy()
        lengths[hole] = first
        yield replace(one, lengths=lengths, score=score + float(exists[first] - odds[first]))
    if not rest:
        score += float(exists[first])
    for rank, token in enumerate(_likeliest(logs[0], growing.width)):
        slots, total = one.slots.copy(), score + float(logs[0, token])
        slots[hole, first] = token
        if rank == 0 and not rest and logs[0, token] >= np.log(SURE):
            for after in range(first + 1, last):
                best = int(logs[after - first].argmax())
                if min(logs[after - first, best], exists[after]) < np.log(SURE):
                    break
                slots[hole, after] = best
                total += float(logs[after - first, best] + exists[after])
        if np.isfinite(total):
            yield replace(one, slots=slots, score=total)


def _token_logs(logits: Floats, rest: bytes, beginnings: Beginnings) -> NDArray[np.float64]:
    """Logits (n, V) -> log-probabilities, the first slot's of what may come next of a beginning."""
    open_ = logits.astype(np.float64)
    open_[:, :SPECIAL] = -np.inf
    if rest:
        open_[0, ~beginnings.fits(rest)] = -np.inf
    top = open_.max(-1, keepdims=True)
    return np.asarray(open_ - (top + np.log(np.exp(open_ - top).sum(-1, keepdims=True))))


def _likeliest(logs: NDArray[np.float64], count: int) -> Ints:
    """The tokens of highest log-probability (V,), the best first; of equal ones the first."""
    least = np.partition(logs, -count)[-count]
    able = np.flatnonzero(logs >= least)
    return able[np.argsort(-logs[able], kind="stable")[:count]]


def _together(step: int, found: Sequence[Grown]) -> Drafts:
    slots, lengths = (np.stack(arrays) for arrays in zip(*((one.slots, one.lengths) for one in found), strict=True))
    return Drafts(step, slots, lengths, np.array([one.score for one in found], np.float32))


def _expected(beam: Drafts, prediction: Prediction, growing: Growing) -> Ints:
    """(B, G) how long the canvases look, by the last prediction for the best candidate."""
    if growing.is_length_known:
        return beam.lengths
    lasts = 0 if growing.in_order else (prediction.existence[0] > 0).cumprod(-1).sum(-1)  # (G,)
    committed_ = (beam.slots != MASK).sum(-1)  # (B, G)
    is_open = beam.masked.any(-1)
    return np.where(is_open, np.maximum(lasts, committed_ + 1), beam.lengths)


def _log_sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-np.logaddexp(0.0, -x))
