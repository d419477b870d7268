"""The sampler: the network predicts, a policy decides, a short generator joins them and yields every draft.

Pure numpy. It knows nothing of text: what parses is decided by its caller, which closes the generator to cancel.
"""

import enum
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


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the denoiser says of every slot. B candidates, G holes, N slots, V tokens."""

    logits: Floats  # (B, G, N, V)
    existence: Floats  # (B, G, N) logit of P(the slot exists)


class Denoise(Protocol):
    """The denoiser, given what the holes see."""

    def __call__(self, slots: Ints, lengths: Ints, *, in_order: bool = False) -> Prediction:
        """Slots (B, G, N), MASK where masked, and slots of each canvas (B, G) -> one prediction for all of them.

        in_order: of the canvases a slot sees only what is to its left in its own; N may then be less than the lengths,
        and nothing need be said of slots past a canvas' first masked one.
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
        return is_masked(self.slots, self.lengths)


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
    """`growing.grow`, as IN_ORDER; the others are of `denoise`."""
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


def is_masked(slots: Ints, lengths: Ints) -> Bools:
    """Slots (..., N) of canvases of such lengths (...), past a canvas' end False."""
    return np.asarray((slots == MASK) & (np.arange(slots.shape[-1]) < lengths[..., None]))


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
