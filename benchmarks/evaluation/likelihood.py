"""How likely the text that stood in a hole is: what a denoiser knows, without what a search finds."""

import numpy as np

from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.model.denoiser import Denoiser, Ints, Scene, Seen


def look(denoiser: Denoiser, hole: Hole) -> tuple[Seen, Ints]:
    """What a hole sees, and the true tokens (N,) of its canvas, those of the head included."""
    seen = denoiser.look(Scene(hole.shown, (hole.place,)), denoiser.sampling)
    return seen, np.array(seen.encode(seen.head.decode("utf-8", "surrogatepass") + hole.truth), np.int64)


def nats(denoiser: Denoiser, hole: Hole) -> float:
    """Minus the log-probability, in order, of all true tokens and of the end, as far as a canvas holds them."""
    # 1. One prediction of the whole canvas: in order, a slot sees the true tokens left of it, and not its own.
    seen, truth = look(denoiser, hole)
    size = denoiser.sampling.canvas
    shown = np.append(truth, seen.vocabulary.mask)[None, :size]
    prediction = seen.continued(shown, np.array([size]))
    # 2. Each token: the log of the softmax over text, which is its logit less the log of the sum of exponentials.
    tokens = truth[:size]
    logits = prediction.logits[0, : len(tokens)].astype(np.float64)  # (N, V)
    logits[:, ~seen.vocabulary.is_text] = -np.inf
    chosen = np.take_along_axis(logits, tokens[:, None], -1)[:, 0]  # (N,)
    # 3. The end: `logaddexp(0, -x)` is minus the log of the sigmoid of x, without overflow. Slots of the text exist,
    #    and the one behind it does not; a canvas that is full has no end to tell.
    existence = prediction.existence[0].astype(np.float64)
    is_there = np.arange(len(existence)) < len(tokens)
    ends = np.logaddexp(0.0, np.where(is_there, -existence, existence))
    return float((np.logaddexp.reduce(logits, -1) - chosen).sum() + ends.sum())
