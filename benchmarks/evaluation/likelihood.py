"""How likely the text that stood in a hole is: what a denoiser knows, without what a search finds."""

import numpy as np
from numpy.typing import NDArray

from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.export.chunked.engine import Context, Engine
from lacuna.model.chunked import chunks, context
from lacuna.model.chunked.healing import heads, healed
from lacuna.model.tokenizer import MASK, SPECIAL

Ints = NDArray[np.int64]


def read(engine: Engine, hole: Hole) -> tuple[Context, Ints]:
    """What a hole sees, and the true tokens (N,) of its canvas, what healing adds to them included."""
    grown = healed(hole.shown, (hole.place,))
    chunked = chunks.cut(hole.shown, grown, engine.tokenizer)
    chosen = context.choose(chunked, engine.manifest.defaults.budget, engine.manifest.dimensions.near)
    begins = heads(hole.shown, (hole.place,), grown)
    truth = engine.tokenizer.encode_text(begins[0].decode("utf-8", "surrogatepass") + hole.truth)
    return engine.context(chunked, chosen, begins), np.array(truth, np.int64)


def nats(engine: Engine, hole: Hole) -> float:
    """Minus the log-probability, in order, of all true tokens and of the end, as far as a canvas holds them."""
    seen, truth = read(engine, hole)
    size = engine.manifest.defaults.canvas
    shown = np.append(truth, MASK)[None, None, :size]
    prediction = engine.denoise(seen, shown, np.array([[size]]), in_order=True)
    tokens = truth[:size]
    logits = prediction.logits[0, 0, : len(tokens)].astype(np.float64)
    logits[:, :SPECIAL] = -np.inf
    chosen = np.take_along_axis(logits, tokens[:, None], -1)[:, 0]
    existence = prediction.existence[0, 0].astype(np.float64)
    is_there = np.arange(len(existence)) < len(tokens)
    ends = np.logaddexp(0.0, np.where(is_there, -existence, existence))  # a canvas that is full has no end to tell
    return float((np.logaddexp.reduce(logits, -1) - chosen).sum() + ends.sum())
