"""The engine: an artifact at work. It encodes chunks (once each) and predicts slots; it knows nothing of text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer as Bpe

from lacuna.export import artifact as artifacts
from lacuna.export import sessions
from lacuna.export.artifact import DENOISE, ENCODE, TOKENIZER, Artifact, ArtifactError, Manifest
from lacuna.export.chunked.cache import LIMIT, ChunkCache, Encoded
from lacuna.export.chunked.canvases import Canvases, Row
from lacuna.export.providers import Provider
from lacuna.export.sessions import Sessions
from lacuna.model.chunked.chunks import Chunked
from lacuna.model.chunked.context import window
from lacuna.model.chunked.hints import Hints
from lacuna.model.dimensions import ROTARY_BASE
from lacuna.model.sampling.any_order import Prediction
from lacuna.model.tokenizer import MASK, Tokenizer

ROWS = 8
"""Anchor and canvas are padded to a multiple of so many rows: products of other heights add in another order."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Context:
    """What the holes of a request see. Shapes as in `lacuna.export.convert.graphs.denoise`."""

    near_keys: Floats  # (2 local layers, G, K, E, W) of each layer left of the holes, then right; rotated
    near_values: Floats  # (2 local layers, G, K, W, E)
    near_offsets: Ints  # (G, 2W) token distance from the sentinel, negative to its left; 0 is no key
    far_keys: Floats  # (global layers, K, E, M)
    far_values: Floats  # (global layers, K, M, E)
    far_offsets: Ints  # (G, M)
    anchors: Ints  # (G, BEFORE_ANCHOR + 1) the tokens left of each hole
    hints: Hints
    canvases: Canvases
    """Filled in order so far."""
    attended: int
    """Tokens."""
    encoded: int
    """Tokens that were not in the cache."""

    def inputs(self, holes: slice) -> dict[str, sessions.Array]:
        """Of `lacuna.export.convert.graphs.denoise`, for some of the holes."""
        return {
            "near_keys": self.near_keys[:, holes],
            "near_values": self.near_values[:, holes],
            "near_offsets": self.near_offsets[holes],
            "far_keys": self.far_keys,
            "far_values": self.far_values,
            "far_offsets": self.far_offsets[holes],
        }


class Engine:
    """Made by `load`. `provider` is ONNX Runtime's name, `provider_note` says why it is not another."""

    def __init__(self, manifest: Manifest, tokenizer: Tokenizer, running: Sessions, cache: ChunkCache) -> None:
        self.manifest = manifest
        self.tokenizer = tokenizer
        self.name = manifest.name
        self.provider = running.choice.name
        self.provider_note = running.choice.note
        self.cache = cache
        self._sessions = running

    @classmethod
    def load(
        cls,
        folder: Path,
        provider: Provider = Provider.AUTO,
        threads: int | None = None,
        cache_bytes: int = LIMIT,
    ) -> Self:
        """Verify and open the artifact in `folder`; raise ArtifactError or ProviderError."""
        artifact = artifacts.load(folder)
        tokenizer = _tokenizer(artifact)
        return cls(
            artifact.manifest, tokenizer, sessions.open_sessions(artifact, provider, threads), ChunkCache(cache_bytes)
        )

    def context(self, chunked: Chunked, chosen: Sequence[int], heads: Sequence[bytes]) -> Context:
        """Encode those of the chosen chunks (ascending) that the cache lacks, and lay out what each hole sees.

        heads: what each hole begins with.
        """
        dims = self.manifest.dimensions
        chunks = [chunked.chunks[n] for n in chosen]
        known = [self.cache.get(chunk) for chunk in chunks]
        encoded = [self.encode(chunk) if found is None else found for chunk, found in zip(chunks, known, strict=True)]
        anew = sum(len(chunk) for chunk, found in zip(chunks, known, strict=True) if found is None)
        seen = window(chunked, chosen)
        near_index, near_offsets = seen.near(dims.near)
        near_chunks, near_index = _only_needed(near_index, [len(chunk) for chunk in chunks])
        near = [encoded[n] for n in near_chunks]
        near_keys, near_values = near_laid_out(
            _joined([e.keys for e in near], dims.local_layers)[:, near_index],
            _joined([e.values for e in near], dims.local_layers)[:, near_index],
            near_offsets,
        )
        far_keys, far_values = far_laid_out(
            _joined([e.keys for e in encoded], dims.global_layers),
            _joined([e.values for e in encoded], dims.global_layers),
        )
        hints = Hints(chunked, heads, self.tokenizer.spellings)
        return Context(
            near_keys=near_keys,
            near_values=near_values,
            near_offsets=near_offsets,
            far_keys=far_keys,
            far_values=far_values,
            far_offsets=seen.offsets(),
            anchors=seen.anchors,
            hints=hints,
            canvases=Canvases(dims, seen.anchors, hints),
            attended=len(seen.positions),
            encoded=anew,
        )

    def denoise(self, context: Context, slots: Ints, lengths: Ints, *, in_order: bool = False) -> Prediction:
        """Slots (B, G, N), MASK where masked, and slots of each canvas (B, G) -> one prediction for all of them.

        in_order: of the canvases a slot sees only what is to its left in its own; N may then be less than the lengths.
        What was predicted before is not computed again, and past a canvas' first masked slot nothing is said (zeros).
        """
        assert lengths.min() > 0, "a canvas has at least one slot"
        if in_order:
            return self._in_order(context, slots, lengths)
        B, G, N = slots.shape  # noqa: N806 -- the shapes' letters
        padded = np.pad(slots, ((0, 0), (0, 0), (0, -(1 + N) % ROWS)), constant_values=MASK)
        hints, strengths = context.hints.of_all(padded)
        dims = self.manifest.dimensions
        nothing = np.zeros((dims.layers, B, G, dims.key_heads, 0, dims.head_width), np.float32)
        inputs: dict[str, sessions.Array] = {
            "tokens": np.concatenate([np.broadcast_to(context.anchors, (B, *context.anchors.shape)), padded], -1),
            "past": np.zeros(B, np.int64),
            "past_keys": nothing,
            "past_values": nothing,
            "lengths": np.asarray(lengths, np.int64),
            "hints": hints,
            "strengths": strengths,
        }
        logits, existence, *_ = self._run(context.inputs(slice(None)) | inputs, in_order=False)
        return Prediction(logits[:, :, :N], existence[:, :, :N])

    def _in_order(self, context: Context, slots: Ints, lengths: Ints) -> Prediction:
        """Hole by hole: none sees another."""
        logits = np.zeros((*slots.shape, self.manifest.dimensions.vocabulary), np.float32)
        existence = np.zeros(slots.shape, np.float32)
        for hole in range(slots.shape[1]):
            rows = [
                Row(hole, int(length), _committed(canvas))
                for canvas, length in zip(slots[:, hole], lengths[:, hole], strict=True)
            ]
            if asked := context.canvases.asked(rows):
                inputs = context.inputs(slice(hole, hole + 1)) | asked.inputs
                context.canvases.keep(asked, *self._run(inputs, in_order=True))
            for b, row in enumerate(rows):
                known = context.canvases[row]
                logits[b, hole, : known.places] = known.logits
                existence[b, hole, : known.places] = known.existence
        return Prediction(logits, existence)

    def _run(self, inputs: Mapping[str, sessions.Array], *, in_order: bool) -> tuple[Floats, ...]:
        return sessions.run(self._sessions.denoise, DENOISE, {**inputs, "ordered": np.array(in_order)})

    def encode(self, chunk: Sequence[int]) -> Encoded:
        """Encode a chunk, known or not, and keep it in the cache."""
        encoded = Encoded(*sessions.run(self._sessions.encode, ENCODE, {"tokens": np.asarray(chunk, np.int64)}))
        self.cache.put(chunk, encoded)
        return encoded


def _tokenizer(artifact: Artifact) -> Tokenizer:
    try:
        tokenizer = Tokenizer(Bpe.from_str(artifact.files[TOKENIZER].decode("utf-8")))
    except Exception as error:  # the library raises bare exceptions
        raise ArtifactError(f"{artifact.folder / TOKENIZER} is not a tokenizer.") from error
    if tokenizer.size > artifact.manifest.dimensions.vocabulary:
        raise ArtifactError(f"{artifact.folder / TOKENIZER} has more tokens than the denoiser knows.")
    return tokenizer


def near_laid_out(keys: Floats, values: Floats, offsets: Ints) -> tuple[Floats, Floats]:
    """Keys, not rotated, and values (local layers, G, 2W, K, E) at offsets (G, 2W) -> as a `Context` has them.

    Contiguous, for every step reads them; so is what is far.
    """
    keys, values = _by_side(_rotated(keys, offsets)), _by_side(values)
    return np.ascontiguousarray(keys.transpose(0, 1, 3, 4, 2)), np.ascontiguousarray(values.transpose(0, 1, 3, 2, 4))


def far_laid_out(keys: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Keys and values (global layers, M, K, E) -> as a `Context` has them."""
    return np.ascontiguousarray(keys.transpose(0, 2, 3, 1)), np.ascontiguousarray(values.transpose(0, 2, 1, 3))


def _by_side(near: Floats) -> Floats:
    """(local layers, G, 2W, K, E) -> (2 local layers, G, W, K, E)."""
    layers, holes, size, *head = near.shape
    sides = near.reshape(layers, holes, 2, size // 2, *head).swapaxes(1, 2)
    return sides.reshape(2 * layers, holes, size // 2, *head)


def _rotated(keys: Floats, offsets: Ints) -> Floats:
    """Rotary embedding, half-split, of keys (local layers, G, 2W, K, E) at token distances (G, 2W)."""
    half = keys.shape[-1] // 2
    angle = (offsets[..., None] * ROTARY_BASE ** -(np.arange(half) / half))[:, :, None]  # (G, 2W, 1, E/2)
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    a, b = keys[..., :half], keys[..., half:]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], -1)


def _committed(canvas: Ints) -> tuple[int, ...]:
    """The tokens that lead it, less one in its last slot: nothing is asked of what comes then."""
    shown = canvas[:-1]
    return tuple(shown[: int((shown == MASK).argmax()) if MASK in shown else len(shown)].tolist())


def _only_needed(index: Ints, lengths: Sequence[int]) -> tuple[Ints, Ints]:
    """Of chunks of such lengths, those that `index` into all their tokens reaches; and the index into these alone."""
    starts = np.cumsum([0, *lengths])
    chunk = np.searchsorted(starts, index, side="right") - 1
    needed, place = np.unique(chunk, return_inverse=True)
    new_starts = np.cumsum([0, *(lengths[n] for n in needed)])
    return needed, index - starts[chunk] + new_starts[place.reshape(index.shape)]


def _joined(arrays: Sequence[Floats], layers: Sequence[int]) -> Floats:
    """Some layers of arrays (layers, T, K, E), along T."""
    size = sum(array.shape[1] for array in arrays)
    joined = np.empty((len(layers), size, *arrays[0].shape[2:]), np.float32)
    for at, layer in enumerate(layers):
        np.concatenate([array[layer] for array in arrays], out=joined[at])
    return joined
