"""Do the exported graphs say what the network says? Measured on the holes of real files."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from lacuna.export.chunked.engine import Engine
from lacuna.model.chunked.context import BEFORE_ANCHOR, window
from lacuna.model.chunked.healing import healed
from lacuna.model.chunked.hints import Hints
from lacuna.model.chunked.reading import read
from lacuna.model.denoiser import Floats, Ints, Prediction, Scene
from lacuna.model.training.network import Denoiser, Far, Near
from lacuna.syntax.spans import Span

CONFIDENT = 0.5
LOGITS_BOUND = 1e-3
AGREEMENT_BOUND = 0.98
LEVELS = (1.0, 0.5, 0.15)
"""Shares of a canvas that are masked; each is a candidate of the same batch."""
HOLES = 6
"""So many holes are drawn in a file; each is hidden by itself."""
LONGEST = 32
"""Slots."""

Encoded = Callable[[tuple[int, ...]], tuple[torch.Tensor, torch.Tensor]]
"""Keys and values (layers, 1, T, K, E) of a chunk."""


@dataclass(frozen=True, slots=True)
class Case:
    """A hole of a file, each candidate masked at another level."""

    scene: Scene
    slots: Ints  # (B, N)
    lengths: Ints  # (B,)


@dataclass(frozen=True, slots=True)
class Parity:
    """What was measured; `compare` says how."""

    files: int
    holes: int
    slots: int
    """Masked ones; all that follows but the first two is about them."""
    float32_logits: float
    """Largest absolute difference between ONNX and torch, both in float32."""
    float32_existence: float
    confident: int
    """Slots whose best token has CONFIDENT probability in float32."""
    agreement: float
    """Share of the confident slots whose best token is the same in 8 bits."""
    agreement_all: float
    """Share of all slots."""
    mean_kl: float
    """Mean of KL(float32 || 8 bits), in nats."""

    @property
    def holds(self) -> bool:
        return self.float32_logits <= LOGITS_BOUND and self.agreement >= AGREEMENT_BOUND


def compare(network: Denoiser, float32: Engine, eight_bits: Engine, texts: Sequence[str], seed: int = 0) -> Parity:
    """Each of the three encodes for itself what it attends to."""
    rng = np.random.default_rng(seed)
    cases = [case for text in texts for case in _cases(text, float32, rng)]
    assert cases, "no file has a line to hide"
    encoded = functools.cache(lambda chunk: network.encode(torch.tensor([chunk])))
    logits_difference = existence_difference = 0.0
    confidences, agreements, divergences = [], [], []
    for case in cases:
        truth = _by_network(network, case, eight_bits, encoded)
        plain, small = (
            engine.look(case.scene, eight_bits.sampling).predict(case.slots, case.lengths)
            for engine in (float32, eight_bits)
        )
        exists = np.arange(case.slots.shape[-1]) < case.lengths[:, None]  # (B, N)
        logits_difference = max(logits_difference, float(np.abs(truth.logits - plain.logits)[exists].max()))
        existence_difference = max(existence_difference, float(np.abs(truth.existence - plain.existence)[exists].max()))
        masked = exists & (case.slots == eight_bits.vocabulary.mask)
        p, q = _log_softmax(plain.logits[masked]), _log_softmax(small.logits[masked])  # (S, V)
        confidences.append(np.exp(p.max(-1)))
        agreements.append(p.argmax(-1) == q.argmax(-1))
        divergences.append((np.exp(p) * (p - q)).sum(-1))
    confident = np.concatenate(confidences) >= CONFIDENT
    agrees = np.concatenate(agreements)
    return Parity(
        files=len(texts),
        holes=len(cases),
        slots=len(agrees),
        float32_logits=logits_difference,
        float32_existence=existence_difference,
        confident=int(confident.sum()),
        agreement=float(agrees[confident].mean()) if confident.any() else 1.0,
        agreement_all=float(agrees.mean()),
        mean_kl=float(np.concatenate(divergences).mean()),
    )


def _cases(text: str, engine: Engine, rng: np.random.Generator) -> Iterator[Case]:
    """The ends of some lines of a text; none if it has no such line."""
    for cursor in _line_ends(text, rng):
        (span,) = healed(text, (cursor,))
        hidden = np.array(engine.tokenizer.encode_text(text[span.start : span.end])[:LONGEST], np.int64)
        is_open = rng.random((len(LEVELS), len(hidden))) < np.array(LEVELS)[:, None]
        is_open[:, rng.integers(len(hidden))] = True
        slots = np.where(is_open, engine.vocabulary.mask, hidden)  # (B, N)
        yield Case(Scene(text, (cursor,)), slots, np.full(len(LEVELS), len(hidden), np.int64))


def _line_ends(text: str, rng: np.random.Generator) -> list[Span]:
    """From within a line to its end, in HOLES lines or fewer, in order."""
    starts = np.cumsum([0, *(len(line) + 1 for line in text.split("\n"))])
    lines = [(start, line) for start, line in zip(starts, text.split("\n"), strict=False) if len(line.strip()) > 3]
    chosen = sorted(rng.choice(len(lines), min(HOLES, len(lines)), replace=False)) if lines else []
    spans = []
    for n in chosen:
        start, line = lines[n]
        first = len(line) - len(line.lstrip())
        spans.append(Span(int(start + rng.integers(first, len(line) - 1)), int(start + len(line))))
    return spans


@torch.no_grad()
def _by_network(network: Denoiser, case: Case, engine: Engine, encoded: Encoded) -> Prediction:
    """Predict as training does it, but every chunk by itself."""
    reading = read(case.scene.text, case.scene.spans, engine.tokenizer, engine.sampling.budget, network.dims.near)
    parts = [encoded(reading.chunked.chunks[n]) for n in reading.chosen]
    keys, values = (torch.cat([part[side] for part in parts], 2) for side in (0, 1))  # (layers, 1, M, K, E)
    seen = window(reading.chunked, reading.chosen)
    near_index, near_offsets = (torch.from_numpy(array) for array in seen.near(network.dims.near))  # (1, 2W)
    local, whole = list(network.dims.local_layers), list(network.dims.global_layers)
    near = Near(keys[local][:, :, near_index], values[local][:, :, near_index], near_offsets[None])
    far = Far(keys[whole], values[whole], torch.from_numpy(seen.offsets())[None])
    canvas = case.slots[:, None]  # (B, 1, N)
    anchors = np.broadcast_to(seen.anchors, (len(canvas), 1, BEFORE_ANCHOR + 1))
    slots = torch.from_numpy(np.concatenate([anchors, canvas], -1))[None]
    lookup = Hints(reading.chunked, reading.heads, engine.tokenizer.spellings)
    hints, strengths = (torch.from_numpy(array)[None] for array in lookup.of_all(canvas))
    lengths = torch.from_numpy(case.lengths)[None, :, None]
    hidden, existence = network.denoise(slots, lengths, (hints, strengths), near, far)
    return Prediction(network.logits(hidden)[0, :, 0].numpy(), existence[0, :, 0].numpy())


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)), np.float32)
