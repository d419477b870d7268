"""The engine: our artifact at work, a `lacuna.model.denoiser.Denoiser` that encodes chunks, once each."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from lacuna.export import artifact as artifacts
from lacuna.export import sessions, trial
from lacuna.export.artifact import DENOISE, ENCODE, TOKENIZER, Artifact, ArtifactError
from lacuna.export.chunked.cache import LIMIT, ChunkCache, Encoded
from lacuna.export.chunked.canvases import Canvases, Row
from lacuna.export.manifest import Manifest
from lacuna.export.providers import Provider
from lacuna.export.sessions import Sessions
from lacuna.model.chunked import chunks
from lacuna.model.chunked.chunks import Chunked
from lacuna.model.chunked.context import window
from lacuna.model.chunked.hints import Hints
from lacuna.model.chunked.library import Beside, Head, Library, Lines
from lacuna.model.chunked.reading import Reading, line_before, read
from lacuna.model.denoiser import Floats, Ints, Prediction, Sampling, Scene, Tokens, Vocabulary, fitting
from lacuna.model.dimensions import ROTARY_BASE
from lacuna.model.tokenizer import MASK, Tokenizer, TokenizerError

ROWS = 8
"""Anchor and canvas are padded to a multiple of so many rows: products of other heights add in another order."""


class Engine:
    """Made by `load`. `provider` is ONNX Runtime's name, `provider_note` says why it is not another."""

    def __init__(self, manifest: Manifest, tokenizer: Tokenizer, running: Sessions, cache: ChunkCache) -> None:
        self.manifest = manifest
        self.tokenizer = tokenizer
        self.vocabulary = Vocabulary(tokenizer.spellings, MASK)
        self.lines = Lines(tokenizer.newline, self.vocabulary.is_blank)
        self.name = manifest.name
        self.sampling = manifest.sampling
        self.calibration = manifest.calibration
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
        """Verify the artifact in `folder`, try it apart and open it; raise ArtifactError or ProviderError."""
        artifact = artifacts.load(folder)
        _tokenizer(artifact)  # what that finds is better said at once
        trial.withstand(artifact.folder, artifact.digest)
        return cls.open(artifact, provider, threads, cache_bytes)

    @classmethod
    def open(cls, artifact: Artifact, provider: Provider, threads: int | None, cache_bytes: int = LIMIT) -> Self:
        """Open in this process what was verified, and tried unless this process is there for that."""
        tokenizer = _tokenizer(artifact)
        return cls(
            artifact.manifest, tokenizer, sessions.open_sessions(artifact, provider, threads), ChunkCache(cache_bytes)
        )

    def apart(self) -> "Engine":
        """The same artifact, opened once, with a cache of its own that is empty at first."""
        return Engine(self.manifest, self.tokenizer, self._sessions, ChunkCache())

    def forget(self) -> None:
        """Let go of what is kept of texts, and of the memory that ONNX Runtime keeps for more."""
        self.cache.clear()
        chunks.forget()
        sessions.shrink(self._sessions.encode)
        sessions.shrink(self._sessions.denoise)

    def look(self, scene: Scene, sampling: Sampling) -> "Sight":
        """See the scene's first place; of what stood there and of other files, their hints."""
        dims = self.manifest.dimensions
        assert scene.beside is None or isinstance(scene.beside, Beside), "other files come from `library`"
        reading = read(scene.text, scene.spans, self.tokenizer, sampling.budget, dims.near)
        return Sight(self, reading, scene.before[0] if scene.before else "", scene.beside)

    def tokens(self, text: str) -> Tokens:
        return np.array(self.tokenizer.encode_text(text), np.uint16)

    def library(self, files: Sequence[Tokens]) -> Library:
        return Library(files, self.tokenizer.size)

    def encode(self, chunk: Sequence[int]) -> Encoded:
        """Encode a chunk, known or not, and keep it in the cache."""
        dims = self.manifest.dimensions
        shape = dims.layers, len(chunk), dims.key_heads, dims.head_width
        feeds = {"tokens": np.asarray(chunk, np.int64)}
        # Copied, as ONNX Runtime's memory grows with all of its outputs that are kept, and stays so.
        keys, values = (one.copy() for one in sessions.run(self._sessions.encode, ENCODE, feeds, (shape, shape)))
        encoded = Encoded(keys, values)
        self.cache.put(chunk, encoded)
        return encoded

    def denoise(self, inputs: Mapping[str, sessions.Array], *, in_order: bool) -> tuple[Floats, ...]:
        """Logits, existence, keys and values: the outputs of `lacuna.export.convert.graphs.denoise`."""
        dims = self.manifest.dimensions
        B, N, _ = inputs["hints"].shape  # noqa: N806 -- the shapes' letters
        kept = dims.layers, B, dims.key_heads, N, dims.head_width
        shapes = (B, N, dims.vocabulary), (B, N), kept, kept
        return sessions.run(self._sessions.denoise, DENOISE, {**inputs, "ordered": np.array(in_order)}, shapes)


class Sight:
    """The first hole of a scene as the engine sees it: a `lacuna.model.denoiser.Seen`."""

    def __init__(self, engine: Engine, reading: Reading, before: str, beside: Beside | None) -> None:
        self.vocabulary = engine.vocabulary
        self.head = reading.heads[0]
        self.attended = sum(len(reading.chunked.chunks[n]) for n in reading.chosen)
        self._engine, self._reading, self._before, self._beside = engine, reading, before, beside
        self._encoded = {n: engine.cache.get(reading.chunked.chunks[n]) for n in reading.chosen}
        self._context: Context | None = None

    @property
    def unread(self) -> int:
        chunks = self._reading.chunked.chunks
        return sum(len(chunks[n]) for n, encoded in self._encoded.items() if encoded is None)

    def read(self) -> Generator[int, None, None]:
        yield self.unread
        for n in self._reading.nearest_first():
            if self._encoded[n] is None:
                self._encoded[n] = self._engine.encode(self._reading.chunked.chunks[n])
                yield self.unread

    def encode(self, text: str) -> tuple[int, ...]:
        return self._engine.tokenizer.encode_text(text)

    def quoted(self) -> dict[str, int]:
        before = line_before(self._reading.chunked, self._engine.lines)
        if self._beside is None or not len(before):
            return {}
        spellings = self.vocabulary.spellings
        head = Head(self.head, spellings, fitting(self.head, spellings)) if self.head else None
        found = self._beside.lines(before, head, self._engine.lines)
        texts = ((self.vocabulary.spelled(tokens)[len(self.head) :], count) for tokens, count in found.items())
        return {text.decode("utf-8", "surrogatepass"): count for text, count in texts}

    def predict(self, slots: Ints, lengths: Ints) -> Prediction:
        assert lengths.min() > 0, "a canvas has at least one slot"
        context = self.context()
        B, N = slots.shape  # noqa: N806 -- the shapes' letters
        padded = np.pad(slots, ((0, 0), (0, -(1 + N) % ROWS)), constant_values=MASK)
        hints, strengths = context.hints.of_all(padded[:, None])
        dims = self._engine.manifest.dimensions
        nothing = np.zeros((dims.layers, B, dims.key_heads, 0, dims.head_width), np.float32)
        inputs: dict[str, sessions.Array] = {
            "tokens": np.concatenate([np.tile(context.anchor, (B, 1)), padded], -1),
            "past": np.zeros(B, np.int64),
            "past_keys": nothing,
            "past_values": nothing,
            "lengths": np.asarray(lengths, np.int64),
            "hints": hints[:, 0],
            "strengths": strengths[:, 0],
        }
        logits, existence, *_ = self._engine.denoise(context.inputs() | inputs, in_order=False)
        return Prediction(logits[:, :N], existence[:, :N])

    def continued(self, slots: Ints, lengths: Ints) -> Prediction:
        """In order; what was predicted before is not computed again, and nothing (zeros) is said past a masked slot."""
        context = self.context()
        rows = [Row(int(length), _committed(slots_)) for slots_, length in zip(slots, lengths, strict=True)]
        if asked := context.canvases.asked(rows):
            outputs = self._engine.denoise(context.inputs() | asked.inputs, in_order=True)
            context.canvases.keep(asked, *outputs)
        logits = np.zeros((*slots.shape, self._engine.manifest.dimensions.vocabulary), np.float32)
        existence = np.zeros(slots.shape, np.float32)
        for b, row in enumerate(rows):
            known = context.canvases[row]
            logits[b, : known.places] = known.logits
            existence[b, : known.places] = known.existence
        return Prediction(logits, existence)

    def _hints(self) -> Hints:
        old = self.encode(self.head.decode("utf-8", "surrogatepass") + self._before) if self._before else ()
        in_hand = _in_hand(self._reading.chunked)
        return Hints(in_hand, self._reading.heads[:1], self._engine.tokenizer.spellings, self._beside, [old])

    def context(self) -> "Context":
        """Lay out what the hole sees for the graph, once; encodes what is unread."""
        if self._context is None:
            for _ in self.read():
                pass
            encoded = [known for known in self._encoded.values() if known is not None]
            self._context = _laid_out(self._engine, self._reading, encoded, self._hints())
        return self._context


def _in_hand(chunked: Chunked) -> Chunked:
    """The text with its first hole alone: to holes still to come, nothing is said."""
    return replace(chunked, holes=chunked.holes[:1])


@dataclass(frozen=True, slots=True)
class Context:
    """What a hole sees. Shapes as in `lacuna.export.convert.graphs.denoise`."""

    near_keys: Floats  # (2 local layers, K, E, W) of each layer left of the hole, then right; rotated
    near_values: Floats  # (2 local layers, K, W, E)
    near_offsets: Ints  # (2W,) token distance from the sentinel, negative to its left; 0 is no key
    far_keys: Floats  # (global layers, K, E, M)
    far_values: Floats  # (global layers, K, M, E)
    far_offsets: Ints  # (M,)
    anchor: Ints  # (BEFORE_ANCHOR + 1,) the tokens left of the hole
    hints: Hints
    canvases: Canvases
    """Filled in order so far."""

    def inputs(self) -> dict[str, sessions.Array]:
        """The graph's inputs that stay the same from step to step."""
        return {
            "near_keys": self.near_keys,
            "near_values": self.near_values,
            "near_offsets": self.near_offsets,
            "far_keys": self.far_keys,
            "far_values": self.far_values,
            "far_offsets": self.far_offsets,
        }


def _laid_out(engine: Engine, reading: Reading, encoded: Sequence[Encoded], hints: Hints) -> Context:
    """Lay out the encoded chunks, in the order in which they were chosen, around the first hole."""
    dims, chunked = engine.manifest.dimensions, reading.chunked
    seen = window(_in_hand(chunked), reading.chosen)
    (near_index,), (near_offsets,) = seen.near(dims.near)  # (2W,) each
    needed, near_index = _only_needed(near_index, [len(chunked.chunks[n]) for n in reading.chosen])
    near = [encoded[n] for n in needed]
    near_keys, near_values = near_laid_out(
        _joined([e.keys for e in near], dims.local_layers)[:, near_index],
        _joined([e.values for e in near], dims.local_layers)[:, near_index],
        near_offsets,
    )
    far_keys, far_values = far_laid_out(
        _joined([e.keys for e in encoded], dims.global_layers),
        _joined([e.values for e in encoded], dims.global_layers),
    )
    (anchor,), (far_offsets,) = seen.anchors, seen.offsets()
    return Context(
        near_keys=near_keys,
        near_values=near_values,
        near_offsets=near_offsets,
        far_keys=far_keys,
        far_values=far_values,
        far_offsets=far_offsets,
        anchor=anchor,
        hints=hints,
        canvases=Canvases(dims, anchor, hints),
    )


def _tokenizer(artifact: Artifact) -> Tokenizer:
    try:
        tokenizer = Tokenizer.parsed(artifact.files[TOKENIZER])
    except TokenizerError as error:
        raise ArtifactError(f"{artifact.folder / TOKENIZER} {error}.") from error
    if tokenizer.size != artifact.manifest.dimensions.vocabulary:
        raise ArtifactError(f"{artifact.folder / TOKENIZER} has other tokens than the denoiser knows.")
    return tokenizer


def near_laid_out(keys: Floats, values: Floats, offsets: Ints) -> tuple[Floats, Floats]:
    """Keys, not rotated, and values (local layers, 2W, K, E) at offsets (2W,) -> as a `Context` has them.

    Contiguous, for every step reads them; so is what is far.
    """
    keys, values = _by_side(_rotated(keys, offsets)), _by_side(values)
    return np.ascontiguousarray(keys.transpose(0, 2, 3, 1)), np.ascontiguousarray(values.transpose(0, 2, 1, 3))


def far_laid_out(keys: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Keys and values (global layers, M, K, E) -> as a `Context` has them."""
    return np.ascontiguousarray(keys.transpose(0, 2, 3, 1)), np.ascontiguousarray(values.transpose(0, 2, 1, 3))


def _by_side(near: Floats) -> Floats:
    """(local layers, 2W, K, E) -> (2 local layers, W, K, E)."""
    layers, size, *head = near.shape
    return near.reshape(2 * layers, size // 2, *head)


def _rotated(keys: Floats, offsets: Ints) -> Floats:
    """Rotary embedding, half-split, of keys (local layers, 2W, K, E) at token distances (2W,)."""
    half = keys.shape[-1] // 2
    angle = (offsets[:, None] * ROTARY_BASE ** -(np.arange(half) / half))[:, None]  # (2W, 1, E/2)
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    a, b = keys[..., :half], keys[..., half:]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], -1)


def _committed(canvas: Ints) -> tuple[int, ...]:
    """The tokens that lead a canvas, less one in its last slot: nothing is asked of what comes then."""
    shown = canvas[:-1]
    return tuple(shown[: int((shown == MASK).argmax()) if MASK in shown else len(shown)].tolist())


def _only_needed(index: Ints, lengths: Sequence[int]) -> tuple[Ints, Ints]:
    """Find the chunks, given the lengths of all, that an index into their tokens reaches; and the index into these."""
    starts = np.cumsum([0, *lengths])
    chunk = np.searchsorted(starts, index, side="right") - 1  # the last that starts at or before a token holds it
    needed, place = np.unique(chunk, return_inverse=True)
    new_starts = np.cumsum([0, *(lengths[n] for n in needed)])
    return needed, index - starts[chunk] + new_starts[place.reshape(index.shape)]


def _joined(arrays: Sequence[Floats], layers: Sequence[int]) -> Floats:
    """Some layers of arrays (layers, T, K, E), along T."""
    size = sum(array.shape[1] for array in arrays)
    # Joined straight into their place: indexing the layers of each array first would copy everything once more.
    joined = np.empty((len(layers), size, *arrays[0].shape[2:]), np.float32)
    for at, layer in enumerate(layers):
        np.concatenate([array[layer] for array in arrays], out=joined[at])
    return joined
