"""The engine: an artifact at work. It encodes chunks (once each) and predicts slots; it knows nothing of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer as Bpe

from lacuna.export import artifact as artifacts
from lacuna.export import sessions
from lacuna.export.artifact import DENOISE, ENCODE, TOKENIZER, Artifact, ArtifactError, Manifest
from lacuna.export.cache import LIMIT, ChunkCache, Encoded
from lacuna.export.providers import Provider
from lacuna.export.sessions import Sessions
from lacuna.model.chunks import Chunked
from lacuna.model.context import window
from lacuna.model.hints import Hints
from lacuna.model.sampler import Prediction
from lacuna.model.tokenizer import MASK, Tokenizer

ROWS = 8
"""Anchor and canvas are padded to a multiple of so many rows: products of other heights add in another order."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Context:
    """What the holes of a request see. Shapes as in `lacuna.export.convert.graphs.denoise`."""

    near_keys: Floats  # (local layers, G, 2W, K, E), not rotated
    near_values: Floats  # the same shape
    near_offsets: Ints  # (G, 2W) token distance from the sentinel, negative to its left; 0 is no key
    far_keys: Floats  # (global layers, M, K, E)
    far_values: Floats  # the same shape
    far_offsets: Ints  # (G, M)
    anchors: Ints  # (G, BEFORE_ANCHOR + 1) the tokens left of each hole
    hints: Hints
    attended: int
    """Tokens."""
    encoded: int
    """Tokens that were not in the cache."""


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
        return Context(
            near_keys=_joined([e.keys for e in near], dims.local_layers)[:, near_index],
            near_values=_joined([e.values for e in near], dims.local_layers)[:, near_index],
            near_offsets=near_offsets,
            far_keys=_joined([e.keys for e in encoded], dims.global_layers),
            far_values=_joined([e.values for e in encoded], dims.global_layers),
            far_offsets=seen.offsets(),
            anchors=seen.anchors,
            hints=Hints(chunked, heads, self.tokenizer.spellings),
            attended=len(seen.positions),
            encoded=anew,
        )

    def denoise(self, context: Context, slots: Ints, lengths: Ints, *, in_order: bool = False) -> Prediction:
        """Slots (B, G, N), MASK where masked, and slots of each canvas (B, G) -> one prediction for all of them.

        in_order: of the canvases a slot sees only what is to its left in its own; N may then be less than the lengths.
        """
        assert lengths.min() > 0, "a canvas has at least one slot"
        width = slots.shape[-1]
        padded = np.pad(slots, ((0, 0), (0, 0), (0, -(1 + width) % ROWS)), constant_values=MASK)
        hints, strengths = context.hints.of_all(padded)
        feeds: dict[str, sessions.Array] = {
            "slots": padded.astype(np.int64),
            "lengths": np.asarray(lengths, np.int64),
            "ordered": np.array(in_order),
            "anchors": context.anchors,
            "hints": hints,
            "strengths": strengths,
            "near_keys": context.near_keys,
            "near_values": context.near_values,
            "near_offsets": context.near_offsets,
            "far_keys": context.far_keys,
            "far_values": context.far_values,
            "far_offsets": context.far_offsets,
        }
        logits, existence = sessions.run(self._sessions.denoise, DENOISE, feeds)
        return Prediction(logits[:, :, :width], existence[:, :, :width])

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
