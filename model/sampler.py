"""The sampler: the network predicts, a policy decides, a short generator joins them and yields every draft.

Pure numpy. It knows nothing of text: what parses is decided by its caller, which closes the generator to cancel.
"""

import enum
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lacuna.model.tokenizer import MASK, SPECIAL, fitting

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


SURE = 0.9
"""Least probability of a token that is committed before its canvas has its length."""


ALTERNATIVES = 3
"""So many finished candidates are enough to choose from: what they beat is not denoised further."""


OPENINGS = 4
"""So many candidates that begin with an opening go on beside the others."""


ASKED_FOR = 1000.0
"""How many times likelier an answer begins with an opening where one is asked for."""


HOPELESS = 0.01
"""What is so much less likely than a finished candidate does not grow further."""


UNSOUND = 0.1
"""What an answer counts, against one that leaves nothing unparsable at its spans, if it does."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the denoiser says of every slot. B candidates, G holes, N slots, V tokens."""

    logits: Floats  # (B, G, N, V)
    existence: Floats  # (B, G, N) logit of P(the slot exists)


class Denoise(Protocol):
    """The denoiser, given what the holes see."""

    def __call__(self, slots: Ints, lengths: Ints, *, in_order: bool = False) -> Prediction:
        """Slots (B, G, N), MASK where masked, and slots of each canvas (B, G) -> one prediction for all of them.

        in_order: of the canvases a slot sees only what is to its left in its own; N may then be less than the lengths.
        """


Policy = Callable[[Floats, Bools], Bools]
"""Best token's probability (..., N) and which slots are masked (..., N) -> which slots to commit; at least one, if any
is masked."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to sample."""

    canvas: int
    """Slots of the first step: the longest answer."""
    lengths: int
    """How many lengths (of several holes: combinations of lengths) to denoise as one batch."""
    policy: Policy


class Beginnings:
    """What each hole's answer must begin with: until it does, only its first masked slot is open, to what fits."""

    def __init__(self, beginnings: Sequence[bytes], spellings: Sequence[bytes]) -> None:
        """`spellings`: the bytes of each token."""
        self._beginnings = beginnings
        self._spellings = spellings
        self._fitting: dict[bytes, Bools] = {}

    def admit(self, drafts: "Drafts", logits: Floats) -> tuple[Floats, Bools]:
        """Logits (B, G, N, V), -inf for what does not fit; and the slots (B, G, N) that are open to a commit."""
        open_ = drafts.masked
        for b, g in np.ndindex(drafts.lengths.shape):
            rest = self.rest(g, drafts.slots[b, g])
            if rest and open_[b, g].any():
                first = int(open_[b, g].argmax())
                open_[b, g, first + 1 :] = False
                logits[b, g, first, ~self.fits(rest)] = -np.inf
        return logits, open_

    def are_kept(self, drafts: "Drafts") -> Bools:
        """(B,) whether each candidate can still begin as it must."""
        done: Bools = np.logical_not(drafts.masked.any(-1))
        return np.array(
            [
                not any(done[b, g] and self.rest(g, drafts.slots[b, g]) for g in range(drafts.lengths.shape[1]))
                for b in range(len(drafts.lengths))
            ]
        )

    def rest(self, hole: int, row: Ints | Sequence[int]) -> bytes:
        """What is still to come of the hole's beginning after the committed slots that lead its row."""
        rest = self._beginnings[hole]
        for token in row:
            if not rest or token == MASK:
                break
            rest = rest[len(self._spellings[token]) :]
        return rest

    def fits(self, rest: bytes) -> Bools:
        """(V,) the tokens that may come next."""
        if rest not in self._fitting:
            self._fitting[rest] = fitting(rest, self._spellings)
        return self._fitting[rest]


@dataclass(frozen=True, slots=True)
class Drafts:
    """All candidates between two steps."""

    step: int
    slots: Ints  # (B, G, N), MASK where masked and past a canvas' end
    lengths: Ints  # (B, G)
    scores: Floats  # (B,) log-probability of the lengths and of what is committed

    @property
    def masked(self) -> Bools:
        """(B, G, N), past a canvas' end False."""
        within = np.arange(self.slots.shape[-1]) < self.lengths[..., None]
        masked: Bools = (self.slots == MASK) & within
        return masked


def by_confidence(threshold: float) -> Policy:
    """Commit every slot whose best token's plain softmax reaches the threshold, else the surest one (Fast-dLLM)."""

    def policy(probability: Floats, masked: Bools) -> Bools:
        open_ = np.where(masked, probability, -1.0)
        surest = open_ == open_.max(axis=-1, keepdims=True)
        return np.asarray(masked & (surest | (open_ >= threshold)))

    return policy


def left_to_right(_probability: Floats, masked: Bools) -> Bools:
    """Commit the first masked slot: the autoregressive order, for reference."""
    first = np.cumsum(masked, axis=-1) == 1
    return np.asarray(masked & first)


class PolicyName(enum.StrEnum):
    """The policies that an artifact can name."""

    BEAM = "beam"
    """`grow`, as IN_ORDER; the others are of `denoise`."""
    IN_ORDER = "in-order"
    CONFIDENCE = "confidence"
    LEFT_TO_RIGHT = "left-to-right"

    @property
    def grows(self) -> bool:
        return self in (PolicyName.BEAM, PolicyName.IN_ORDER)

    def policy(self, confidence: float) -> Policy:
        """How `denoise` commits; `confidence` is the threshold of the one that has one."""
        assert not self.grows, "a beam search is no way to commit slots in any order"
        return left_to_right if self is PolicyName.LEFT_TO_RIGHT else by_confidence(confidence)


def denoise(predict: Denoise, beginnings: Beginnings, holes: int, sampling: Sampling) -> Iterator[Drafts]:
    """Fill `holes` canvases jointly; the last drafts have no masked slot, their candidates the likeliest length first.

    The first step sees canvases of full size: it decides the lengths, and commits what it is sure of at any length.
    """
    masks = np.full((1, holes, sampling.canvas), MASK, np.int64)
    prediction = predict(masks, np.full((1, holes), sampling.canvas, np.int64))
    lengths, scores = likeliest(length_logs(prediction.existence[0]), sampling.lengths)  # (B, G), (B,)
    drafts = masked(lengths, scores)
    first = np.repeat(prediction.logits[:, :, : drafts.slots.shape[-1]], len(lengths), 0)
    drafts = committed(replace(drafts, step=1), first, beginnings, sampling.policy, least=SURE)
    yield (drafts := without_beaten(drafts))
    yield from finished(predict, drafts, beginnings, sampling.policy)


@dataclass(frozen=True, slots=True)
class Growing:
    """How to grow."""

    width: int
    """Candidates of the beam."""
    in_order: bool
    """Whether a slot sees of the canvases only what is to its left in its own: a step predicts few slots then."""
    is_length_known: bool = False
    openings: tuple[tuple[int, ...], ...] = ()
    """Tokens, fewer than the canvas has slots, that the one hole is likely to begin with, though it may not seem so.
    In order only."""

    def __post_init__(self) -> None:
        assert self.in_order or not self.openings, "what is predicted of openings is what is predicted in order"


IsSound = Callable[[Ints, Ints], bool]
"""Whether finished slots (G, N) of such lengths (G,) leave nothing unparsable at their spans."""


def grow(
    predict: Denoise, beginnings: Beginnings, lengths: Ints, growing: Growing, is_sound: IsSound
) -> Iterator[Drafts]:
    """Fill canvases of at most such lengths (1, G) from the left, each as long as it turns out to be: a beam search.

    Each candidate goes on with its likeliest tokens, or ends where the next slot may not exist. Where all slots are
    predicted, those to the right of the one in hand that are sure already are committed with it. Those that begin with
    an opening go on whatever else is likelier. The last drafts are finished, the likeliest first.
    """
    empty = Grown(np.full((lengths.shape[1], max(1, int(lengths.max()))), MASK, np.int64), lengths[0], 0.0)
    going_on = _opened(predict, beginnings, empty, growing) if growing.openings else [empty]
    known = {one.slots.tobytes() for one in going_on}
    done: list[Grown] = []
    worth: list[float] = []
    for step in itertools.count(1):
        beam = _together(step, going_on)
        shown = int(beam.masked.argmax(-1).max()) + 1 if growing.in_order else beam.slots.shape[-1]
        prediction = predict(beam.slots[..., :shown], np.maximum(beam.lengths, 1), in_order=growing.in_order)
        found = [
            grown
            for one, logits, existence in zip(going_on, prediction.logits, prediction.existence, strict=True)
            for grown in _continued(one, logits, existence, beginnings, growing)
        ]
        ended = [grown for grown in found if grown.is_finished]
        done += ended
        worth += [grown.score + (0.0 if is_sound(grown.slots, grown.lengths) else math.log(UNSOUND)) for grown in ended]
        worth.sort(reverse=True)
        bar = worth[0] + math.log(HOPELESS) if worth else -math.inf
        if len(worth) >= ALTERNATIVES:
            bar = max(bar, worth[ALTERNATIVES - 1])
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
        return np.asarray((self.slots == MASK) & (np.arange(self.slots.shape[-1]) < self.lengths[:, None]))

    @property
    def is_finished(self) -> bool:
        return not self.masked.any()


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
    for rank, token in enumerate(np.argsort(-logs[0], kind="stable")[: growing.width]):
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
    return np.asarray(open_ - np.logaddexp.reduce(open_, -1, keepdims=True))


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


def masked(lengths: Ints, scores: Floats) -> Drafts:
    """Candidates of such lengths (B, G), before the first step."""
    return Drafts(0, np.full((*lengths.shape, max(1, int(lengths.max()))), MASK, np.int64), lengths, scores)


def finished(predict: Denoise, drafts: Drafts, beginnings: Beginnings, policy: Policy) -> Iterator[Drafts]:
    """Denoise until no slot is masked."""
    while drafts.masked.any():
        # an empty canvas shows the network one masked slot: it never saw a canvas of none
        prediction = predict(drafts.slots, np.maximum(drafts.lengths, 1))
        drafts = replace(committed(drafts, prediction.logits, beginnings, policy), step=drafts.step + 1)
        yield (drafts := without_beaten(drafts))


def committed(drafts: Drafts, logits: Floats, beginnings: Beginnings, policy: Policy, least: float = 0.0) -> Drafts:
    """The drafts with what the policy chooses written into them, if its probability is at least `least`.

    Candidates that cannot begin as they must score minus infinity.
    """
    logits = logits.astype(np.float32)  # a copy
    logits[..., :SPECIAL] = -np.inf  # special tokens have no spelling
    logits, open_ = beginnings.admit(drafts, logits)
    best = logits.argmax(-1)  # (B, G, N)
    top = np.take_along_axis(logits, best[..., None], -1)[..., 0]
    log_probability = -np.log(np.exp(logits - top[..., None]).sum(-1))
    probability = np.exp(log_probability)
    chosen = policy(probability, open_) & (probability >= least)
    scores = drafts.scores + np.where(chosen, log_probability, 0.0).sum((1, 2))
    found = replace(drafts, slots=np.where(chosen, best, drafts.slots))
    return replace(found, scores=np.where(beginnings.are_kept(found), scores, -np.inf).astype(np.float32))


def without_beaten(drafts: Drafts) -> Drafts:
    """The drafts less those unfinished candidates that ALTERNATIVES finished ones beat: scores only fall."""
    is_finished = np.logical_not(drafts.masked.any((1, 2)))
    if is_finished.sum() < ALTERNATIVES:
        return drafts
    bar = np.sort(drafts.scores[is_finished])[-ALTERNATIVES]
    kept = is_finished | (drafts.scores > bar)
    return replace(drafts, slots=drafts.slots[kept], lengths=drafts.lengths[kept], scores=drafts.scores[kept])


def length_logs(existence: Floats) -> Floats:
    """Existence logits (G, N) of fully masked canvases -> log P(length = l), (G, N + 1); the last is "N or more"."""
    survival = np.minimum.accumulate(1.0 / (1.0 + np.exp(-existence.astype(np.float64))), axis=-1)  # P(length > i)
    edges = np.concatenate([np.ones((len(survival), 1)), survival, np.zeros((len(survival), 1))], -1)
    return np.asarray(np.log(np.maximum(edges[:, :-1] - edges[:, 1:], 1e-9)), np.float32)


def likeliest(logs: Floats, count: int) -> tuple[Ints, Floats]:
    """The `count` likeliest combinations of one length a hole: (B, G) lengths, (B,) log-probabilities, best first."""
    beam: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for row in logs:
        best = np.argsort(-row, kind="stable")[:count]
        longer = [(score + float(row[n]), (*lengths, int(n))) for score, lengths in beam for n in best]
        beam = sorted(longer, key=lambda pair: (-pair[0], pair[1]))[:count]
    return np.array([lengths for _, lengths in beam], np.int64), np.array([score for score, _ in beam], np.float32)
