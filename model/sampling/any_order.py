"""Sampling in any order: a policy decides which slots of a canvas are committed at each step.

For denoisers without an order of their own; the embedded one is sampled by `in_order`. Pure numpy.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from lacuna.model.denoiser import Bools, Floats, Ints, Prediction
from lacuna.model.sampling.beginnings import Beginning
from lacuna.model.sampling.drafts import Drafts

Predict = Callable[[Ints, Ints], Prediction]
"""Slots (B, N) and lengths (B,) of canvases -> one prediction for all slots; as `lacuna.model.denoiser.Seen` has it."""

Policy = Callable[[Floats, Bools], Bools]
"""Best token's probability (..., N) and which slots are masked (..., N) -> which slots to commit; at least one, if any
is masked."""

ALTERNATIVES = 3
"""So many finished candidates are enough to choose from: what they beat is not denoised further."""


def masked(lengths: Ints, scores: Floats, mask: int) -> Drafts:
    """Candidates of such lengths (B,), before the first step."""
    return Drafts(0, np.full((len(lengths), max(1, int(lengths.max()))), mask, np.int64), lengths, scores, mask)


def by_confidence(threshold: float) -> Policy:
    """Commit every slot whose best token's plain softmax reaches the threshold, else the surest one (Fast-dLLM)."""

    def policy(probability: Floats, masked: Bools) -> Bools:
        open_ = np.where(masked, probability, -1.0)
        surest = open_ == open_.max(axis=-1, keepdims=True)
        return np.asarray(masked & (surest | (open_ >= threshold)))

    return policy


def finished(predict: Predict, drafts: Drafts, beginning: Beginning, policy: Policy) -> Iterator[Drafts]:
    """Denoise until no slot is masked."""
    while drafts.masked.any():
        # An empty canvas shows the network one masked slot: it never saw a canvas of none.
        prediction = predict(drafts.slots, np.maximum(drafts.lengths, 1))
        drafts = replace(committed(drafts, prediction.logits, beginning, policy), step=drafts.step + 1)
        yield (drafts := _without_beaten(drafts))


def committed(drafts: Drafts, logits: Floats, beginning: Beginning, policy: Policy) -> Drafts:
    """The drafts with what the policy chooses by logits (B, N, V) written into them.

    Until a candidate has its head, only its first masked slot is open. One that cannot begin so scores minus infinity.
    """
    logits = logits.astype(np.float32)  # a copy
    open_ = drafts.masked
    for b, row in enumerate(drafts.slots):
        rest = beginning.rest(row)
        first = int(open_[b].argmax()) if rest and open_[b].any() else None
        for n in range(logits.shape[1]):
            beginning.admit(logits[b, n], rest if n == first else b"")
        if first is not None:
            open_[b, first + 1 :] = False
    best = logits.argmax(-1)  # (B, N)
    top = np.take_along_axis(logits, best[..., None], -1)[..., 0]
    log_probability = -np.log(np.exp(logits - top[..., None]).sum(-1))
    chosen = policy(np.exp(log_probability), open_)
    scores = drafts.scores + np.where(chosen, log_probability, 0.0).sum(-1)
    found = replace(drafts, slots=np.where(chosen, best, drafts.slots))
    is_kept = [row.any() or not beginning.rest(slots) for row, slots in zip(found.masked, found.slots, strict=True)]
    return replace(found, scores=np.where(is_kept, scores, -np.inf).astype(np.float32))


def _without_beaten(drafts: Drafts) -> Drafts:
    """The drafts less those unfinished candidates that ALTERNATIVES finished ones beat: scores only fall."""
    is_finished = np.logical_not(drafts.masked.any(-1))
    if is_finished.sum() < ALTERNATIVES:
        return drafts
    bar = np.sort(drafts.scores[is_finished])[-ALTERNATIVES]
    kept = is_finished | (drafts.scores > bar)
    return replace(drafts, slots=drafts.slots[kept], lengths=drafts.lengths[kept], scores=drafts.scores[kept])
