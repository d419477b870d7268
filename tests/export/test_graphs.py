"""The float32 graphs say what the network says; the 8-bit ones nearly."""

from dataclasses import dataclass, replace

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray

from lacuna.export import artifact, sessions
from lacuna.export.chunked.cache import ChunkCache
from lacuna.export.chunked.canvases import Canvases
from lacuna.export.chunked.engine import Context, Engine, Sight, far_laid_out, near_laid_out
from lacuna.export.convert.parity import compare
from lacuna.export.convert.precision import dequantised, quantise
from lacuna.export.providers import Provider
from lacuna.export.sessions import open_sessions
from lacuna.model.chunked.chunks import Chunked, Sentinel
from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import Hints
from lacuna.model.denoiser import Scene
from lacuna.model.dimensions import Dimensions
from lacuna.model.tokenizer import HOLE, MASK
from lacuna.model.training.network import Denoiser, Far, Near
from lacuna.syntax.spans import Span

TOLERANCE = 5e-4


def floats(rng: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    return rng.standard_normal(shape).astype(np.float32)


def random_chunked(dims: Dimensions, tokens: int, rng: np.random.Generator) -> Chunked:
    """A text of few different tokens, so that runs of them stand in it twice."""
    text = rng.integers(HOLE, dims.vocabulary, 12)[rng.integers(0, 12, tokens + 1)]
    at = int(rng.integers(tokens + 1))
    text[at] = HOLE
    return Chunked((tuple(text.tolist()),), (Sentinel(0, at),))


@dataclass(frozen=True)
class Seen:
    """A context as the network takes it, keys (layers, ..., K, E) not rotated, and as the engine lays it out."""

    near: Near
    far: Far
    laid_out: Context

    def sight(self, engine: Engine) -> Sight:
        """The engine's, of this context instead of a text's."""
        sight = engine.look(Scene("", (Span(0, 0),)), engine.sampling)
        sight._context = self.laid_out  # noqa: SLF001 -- a context that no text has
        return sight


def random_context(dims: Dimensions, tokens: int, rng: np.random.Generator) -> Seen:
    """What a hole at a random place of a text of so many tokens sees; far keys at its own sentinel are unseen."""
    reach = np.r_[-dims.near : 0, 1 : dims.near + 1]
    sentinel = rng.integers(0, tokens)
    seen = (sentinel + reach >= 0) & (sentinel + reach < tokens)
    local, whole, head = len(dims.local_layers), len(dims.global_layers), (dims.key_heads, dims.head_width)
    near_keys, near_values = (floats(rng, local, 2 * dims.near, *head) for _ in range(2))
    far_keys, far_values = (floats(rng, whole, tokens, *head) for _ in range(2))
    near_offsets, far_offsets = np.where(seen, reach, 0), np.arange(tokens) - sentinel
    anchor = rng.integers(HOLE, dims.vocabulary, BEFORE_ANCHOR + 1)
    hints = Hints(random_chunked(dims, tokens, rng), [b""], [b"a"] * dims.vocabulary)
    near_for_graph = near_laid_out(near_keys, near_values, near_offsets)
    far_for_graph = far_laid_out(far_keys, far_values)
    laid_out = Context(
        near_keys=near_for_graph[0],
        near_values=near_for_graph[1],
        near_offsets=near_offsets,
        far_keys=far_for_graph[0],
        far_values=far_for_graph[1],
        far_offsets=far_offsets,
        anchor=anchor,
        hints=hints,
        canvases=Canvases(dims, anchor, hints),
    )
    near = Near(rows(near_keys[:, None], 1), rows(near_values[:, None], 1), rows(near_offsets[None]))
    far = Far(rows(far_keys, 1), rows(far_values, 1), rows(far_offsets[None]))
    return Seen(near, far, laid_out)


def rows(array: NDArray[np.generic], axis: int = 0) -> torch.Tensor:
    """With one row, R."""
    return torch.from_numpy(array).unsqueeze(axis)


@torch.no_grad()
def by_torch(network: Denoiser, seen: Seen, slots: NDArray[np.int64], lengths: NDArray[np.int64], *, in_order: bool):
    """Logits (B, N, V) and existence (B, N)."""
    context, canvas = seen.laid_out, slots[:, None]
    anchors = np.broadcast_to(context.anchor, (len(slots), 1, BEFORE_ANCHOR + 1))
    hints, strengths = map(rows, context.hints.of_all(canvas))
    hidden, existence = network.denoise(
        rows(np.concatenate([anchors, canvas], -1)),
        rows(lengths[:, None]),
        (hints, strengths),
        seen.near,
        seen.far,
        torch.full((len(slots),), in_order),
    )
    return network.logits(hidden)[0, :, 0].numpy(), existence[0, :, 0].numpy()


@pytest.mark.parametrize("length", [1, 2, 17, 208])
def test_encode_equals_the_network(made, engines, length: int) -> None:
    chunk = np.random.default_rng(length).integers(HOLE, made.network.dims.vocabulary, length)
    encoded = engines["float32"].encode(chunk)
    keys, values = (t[:, 0].numpy() for t in made.network.encode(torch.from_numpy(chunk)[None]))
    np.testing.assert_allclose(encoded.keys, keys, atol=TOLERANCE)
    np.testing.assert_allclose(encoded.values, values, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("candidates", "slots", "tokens"),
    [
        pytest.param(1, 1, 1, id="smallest"),
        pytest.param(1, 8, 300, id="one candidate"),
        pytest.param(3, 13, 90, id="several lengths"),
        pytest.param(1, 32, 700, id="long"),
    ],
)
def test_denoise_equals_the_network(made, engines, candidates: int, slots: int, tokens: int) -> None:
    rng = np.random.default_rng(tokens)
    seen = random_context(made.network.dims, tokens, rng)
    canvas = rng.integers(HOLE, made.network.dims.vocabulary, (candidates, slots))
    canvas[rng.random(canvas.shape) < 0.6] = MASK
    lengths = rng.integers(1, slots + 1, candidates)
    expected = by_torch(made.network, seen, canvas, lengths, in_order=False)
    found = seen.sight(engines["float32"]).predict(canvas, lengths)
    exists = np.arange(slots) < lengths[:, None]
    np.testing.assert_allclose(found.logits[exists], expected[0][exists], atol=TOLERANCE)
    np.testing.assert_allclose(found.existence[exists], expected[1][exists], atol=TOLERANCE)


def test_canvases_that_grow_in_order_equal_the_network(made, engines) -> None:
    """Rows of different lengths in one batch, each step with what the steps before it left."""
    rng = np.random.default_rng(1)
    seen = random_context(made.network.dims, 120, rng)
    sight = seen.sight(engines["float32"])
    tokens = rng.integers(HOLE, made.network.dims.vocabulary, (4, 9))
    tokens[1, :4] = tokens[0, :4]  # a beginning that two candidates share
    lengths = rng.integers(9, 12, 4)
    for shown in ([1, 1, 1, 1], [4, 2, 1, 3], [5, 5, 9, 4], [9, 9, 9, 9]):
        canvas = np.where(np.arange(9) < np.array(shown)[:, None] - 1, tokens, MASK)
        expected = by_torch(made.network, seen, canvas, lengths, in_order=True)
        found = sight.continued(canvas[:, : max(shown)], lengths)
        for b, count in enumerate(shown):
            np.testing.assert_allclose(found.logits[b, :count], expected[0][b, :count], atol=TOLERANCE)
            np.testing.assert_allclose(found.existence[b, :count], expected[1][b, :count], atol=TOLERANCE)
            assert not found.logits[b, count:].any(), "nothing is said past the first masked slot"


def test_the_graphs_for_cuda_say_the_same(made, engines: dict[str, Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    """In any order, and in order a token at a time with a past."""
    monkeypatch.setattr(sessions, "overflows", lambda: False)  # they multiply no integers
    canvas, lengths = np.full((2, 8), MASK), np.full(2, 8)
    tokens = np.random.default_rng(9).integers(HOLE, made.network.dims.vocabulary, (2, 8))
    # Weights are drawn far larger than any that are trained: 8 bits of the inputs are seen in what comes out.
    for name, folder, tolerance in (("float32", made.float32, 1e-6), ("eight_bits", made.eight_bits, 0.3)):
        loaded = artifact.load(folder)
        files = dict(loaded.files) | {graph: loaded.files[file] for graph, file in artifact.ON_CUDA.items()}
        running = open_sessions(replace(loaded, files=files), Provider.CPU, threads=1)
        for_cuda = Engine(loaded.manifest, engines[name].tokenizer, running, ChunkCache(2**20))
        sights = [
            random_context(made.network.dims, 90, np.random.default_rng(8)).sight(engine)
            for engine in (engines[name], for_cuda)
        ]
        pairs = [
            tuple(sight.predict(canvas, lengths).logits for sight in sights),
            tuple(engine.encode((5, 6, 7)).keys for engine in (engines[name], for_cuda)),
        ]
        for shown in range(1, 5):
            begun = np.where(np.arange(shown) < shown - 1, tokens[:, :shown], MASK)
            pairs.append(tuple(sight.continued(begun, lengths).logits for sight in sights))
        for expected, found in pairs:
            assert np.linalg.norm(found - expected) <= tolerance * np.linalg.norm(expected)


def test_the_whole_way_through_a_file_agrees(made, engines, text: str) -> None:
    parity = compare(made.network, engines["float32"], engines["eight_bits"], [text])
    assert parity.float32_logits <= TOLERANCE
    assert parity.float32_existence <= TOLERANCE
    assert parity.slots > parity.holes > 0
    assert parity.mean_kl < 0.02


def test_the_comparison_sees_a_network_that_differs(made, engines, text: str) -> None:
    other = Denoiser(made.network.dims).eval()
    other.load_state_dict(made.run.state)
    with torch.no_grad():
        other.layers[3].value.weight[0] += 0.1
    assert compare(other, engines["float32"], engines["eight_bits"], [text]).float32_logits > 1e-3


def test_no_sum_goes_by_the_width_of_a_processors_vectors() -> None:
    """ONNX Runtime's softmax adds in another order with AVX-512 than with AVX2; 8 bits make much of the last bit."""
    files = artifact.load(artifact.embedded()).files
    for name in (artifact.ENCODE, artifact.DENOISE):
        kinds = {node.op_type for node in onnx.load_model_from_string(files[name]).graph.node}
        assert "Exp" in kinds
        assert "Softmax" not in kinds


def test_eight_bits_are_within_half_a_step() -> None:
    matrix = floats(np.random.default_rng(0), 40, 90)
    matrix[3] = 0
    codes, scales = quantise(matrix)
    restored = dequantised(codes, scales)
    assert (np.abs(restored - matrix) <= 0.5001 * scales[:, None]).all()
    assert (restored[3] == 0).all()


def test_slots_past_a_canvas_change_nothing_before_them(made, engines: dict[str, Engine]) -> None:
    rng = np.random.default_rng(5)
    seen = random_context(made.network.dims, 60, rng)
    slots = np.full((2, 8), MASK)
    lengths = np.array([5, 8])
    other = slots.copy()
    other[0, 5:] = 77
    for name in ("float32", "eight_bits"):
        a, b = (seen.sight(engines[name]).predict(canvas, lengths) for canvas in (slots, other))
        assert (a.logits[0, :5] == b.logits[0, :5]).all()
        assert (a.logits[1] == b.logits[1]).all()


def test_in_order_a_token_is_denoised_once(made, engines: dict[str, Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is said of it is the same to the bit, whether it came alone or with those before it."""
    rng = np.random.default_rng(6)
    rows_ = rng.integers(HOLE, made.network.dims.vocabulary, (3, 8))
    lengths = np.full(3, 31)
    places = []
    run = sessions.run

    def counting(session, name, feeds, shapes):
        places.append(feeds["tokens"].shape[0] * (feeds["tokens"].shape[1] - BEFORE_ANCHOR))
        return run(session, name, feeds, shapes)

    for name in ("float32", "eight_bits"):
        at_once, step_by_step = (
            random_context(made.network.dims, 60, np.random.default_rng(7)).sight(engines[name]) for _ in range(2)
        )
        whole = at_once.continued(rows_, lengths)
        with monkeypatch.context() as patched:
            patched.setattr(sessions, "run", counting)
            places.clear()
            for shown in range(1, 9):
                canvas = np.where(np.arange(shown) < shown - 1, rows_[:, :shown], MASK)
                found = step_by_step.continued(canvas, lengths)
            assert places == [1, 3, 3, 3, 3, 3, 3, 3], "the anchor is the same for all"
            np.testing.assert_array_equal(found.logits, whole.logits)
            np.testing.assert_array_equal(found.existence, whole.existence)
            places.clear()
            step_by_step.continued(rows_, lengths)
            assert not places
