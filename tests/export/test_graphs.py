"""The float32 graphs say what the network says; the 8-bit ones nearly."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lacuna.export import artifact
from lacuna.export.cache import ChunkCache
from lacuna.export.convert.parity import compare
from lacuna.export.convert.precision import dequantised, quantise
from lacuna.export.engine import Context, Engine
from lacuna.export.providers import Provider
from lacuna.export.sessions import open_sessions
from lacuna.model.chunks import Chunked, Place
from lacuna.model.context import BEFORE_ANCHOR
from lacuna.model.dimensions import Dimensions
from lacuna.model.hints import Hints
from lacuna.model.tokenizer import HOLE, MASK
from lacuna.model.training.network import Denoiser, Far, Near

TOLERANCE = 5e-4


def floats(rng: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    return rng.standard_normal(shape).astype(np.float32)


def random_chunked(dims: Dimensions, holes: int, tokens: int, rng: np.random.Generator) -> Chunked:
    """A text of few different tokens, so that runs of them stand in it twice."""
    text = rng.integers(HOLE, dims.vocabulary, 12)[rng.integers(0, 12, tokens + holes)]
    places = np.sort(rng.choice(tokens + holes, holes, replace=False))
    text[places] = HOLE
    return Chunked((tuple(text.tolist()),), tuple(Place(0, int(at)) for at in places))


def random_context(dims: Dimensions, holes: int, tokens: int, rng: np.random.Generator) -> Context:
    """Of a text of so many tokens, each hole at a random place; far keys at a hole's own sentinel are unseen."""
    reach = np.r_[-dims.near : 0, 1 : dims.near + 1]
    sentinels = rng.integers(0, tokens, holes)
    seen = (sentinels[:, None] + reach >= 0) & (sentinels[:, None] + reach < tokens)
    local, whole, head = len(dims.local_layers), len(dims.global_layers), (dims.key_heads, dims.head_width)
    return Context(
        near_keys=floats(rng, local, holes, 2 * dims.near, *head),
        near_values=floats(rng, local, holes, 2 * dims.near, *head),
        near_offsets=np.where(seen, reach, 0),
        far_keys=floats(rng, whole, tokens, *head),
        far_values=floats(rng, whole, tokens, *head),
        far_offsets=np.arange(tokens) - sentinels[:, None],
        anchors=rng.integers(HOLE, dims.vocabulary, (holes, BEFORE_ANCHOR + 1)),
        hints=Hints(random_chunked(dims, holes, tokens, rng), [b""] * holes, [b"a"] * dims.vocabulary),
        attended=tokens,
        encoded=tokens,
    )


@torch.no_grad()
def by_torch(
    network: Denoiser, context: Context, slots: NDArray[np.int64], lengths: NDArray[np.int64], *, in_order: bool
):
    def row(array: NDArray[np.generic], axis: int = 0) -> torch.Tensor:
        return torch.from_numpy(array).unsqueeze(axis)

    near = Near(row(context.near_keys, 1), row(context.near_values, 1), row(context.near_offsets))
    far = Far(row(context.far_keys, 1), row(context.far_values, 1), row(context.far_offsets))
    anchors = np.broadcast_to(context.anchors, (*lengths.shape, BEFORE_ANCHOR + 1))
    hints, strengths = map(row, context.hints.of_all(slots))
    hidden, existence = network.denoise(
        row(np.concatenate([anchors, slots], -1)),
        row(lengths),
        (hints, strengths),
        near,
        far,
        torch.tensor([True]),
        torch.full((len(slots),), in_order),
    )
    return network.logits(hidden)[0].numpy(), existence[0].numpy()


@pytest.mark.parametrize("length", [1, 2, 17, 208])
def test_encode_equals_the_network(made, engines, length: int) -> None:
    chunk = np.random.default_rng(length).integers(HOLE, made.network.dims.vocabulary, length)
    context = engines["float32"].context(Chunked((tuple(chunk.tolist()),), (Place(0, 0),)), (0,), [b""])
    keys, values = (t[:, 0].numpy() for t in made.network.encode(torch.from_numpy(chunk)[None]))
    whole = list(made.network.dims.global_layers)
    np.testing.assert_allclose(context.far_keys, keys[whole], atol=TOLERANCE)
    np.testing.assert_allclose(context.far_values, values[whole], atol=TOLERANCE)
    local = list(made.network.dims.local_layers)
    reach = min(length - 1, made.network.dims.near)  # the hole is the first token: what is near is to its right
    near = slice(made.network.dims.near, made.network.dims.near + reach)
    np.testing.assert_allclose(context.near_keys[:, 0, near], keys[local][:, 1 : reach + 1], atol=TOLERANCE)
    np.testing.assert_allclose(context.near_values[:, 0, near], values[local][:, 1 : reach + 1], atol=TOLERANCE)


@pytest.mark.parametrize(
    ("candidates", "holes", "slots", "tokens"),
    [
        pytest.param(1, 1, 1, 1, id="smallest"),
        pytest.param(1, 1, 8, 300, id="one hole"),
        pytest.param(3, 1, 13, 90, id="several lengths"),
        pytest.param(2, 5, 9, 120, id="several holes"),
        pytest.param(1, 2, 32, 700, id="long"),
    ],
)
@pytest.mark.parametrize("in_order", [False, True])
def test_denoise_equals_the_network(
    made, engines, candidates: int, holes: int, slots: int, tokens: int, *, in_order: bool
) -> None:
    rng = np.random.default_rng(tokens)
    context = random_context(made.network.dims, holes, tokens, rng)
    canvas = rng.integers(HOLE, made.network.dims.vocabulary, (candidates, holes, slots))
    canvas[rng.random(canvas.shape) < 0.6] = MASK
    lengths = rng.integers(1, slots + 1, (candidates, holes))
    expected = by_torch(made.network, context, canvas, lengths, in_order=in_order)
    found = engines["float32"].denoise(context, canvas, lengths, in_order=in_order)
    exists = np.arange(slots) < lengths[..., None]
    np.testing.assert_allclose(found.logits[exists], expected[0][exists], atol=TOLERANCE)
    np.testing.assert_allclose(found.existence[exists], expected[1][exists], atol=TOLERANCE)


def test_the_graphs_for_cuda_say_the_same(made, engines: dict[str, Engine]) -> None:
    rng = np.random.default_rng(8)
    context = random_context(made.network.dims, 2, 90, rng)
    canvas = np.full((2, 2, 8), MASK)
    lengths = np.full((2, 2), 8)
    # Weights are drawn far larger than any that are trained: 8 bits of the inputs are seen in what comes out.
    for name, folder, tolerance in (("float32", made.float32, 0.0), ("eight_bits", made.eight_bits, 0.3)):
        loaded = artifact.load(folder)
        files = dict(loaded.files) | {graph: loaded.files[file] for graph, file in artifact.ON_CUDA.items()}
        running = open_sessions(replace(loaded, files=files), Provider.CPU, threads=1)
        for_cuda = Engine(loaded.manifest, engines[name].tokenizer, running, ChunkCache(2**20))
        pairs = [
            tuple(engine.denoise(context, canvas, lengths).logits for engine in (engines[name], for_cuda)),
            tuple(engine.encode((5, 6, 7)).keys for engine in (engines[name], for_cuda)),
        ]
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


def test_eight_bits_are_within_half_a_step() -> None:
    matrix = floats(np.random.default_rng(0), 40, 90)
    matrix[3] = 0
    codes, scales = quantise(matrix)
    restored = dequantised(codes, scales)
    assert (np.abs(restored - matrix) <= 0.5001 * scales[:, None]).all()
    assert (restored[3] == 0).all()


def test_slots_past_a_canvas_change_nothing_before_them(made, engines: dict[str, Engine]) -> None:
    rng = np.random.default_rng(5)
    context = random_context(made.network.dims, 2, 60, rng)
    slots = np.full((1, 2, 8), MASK)
    lengths = np.array([[5, 8]])
    other = slots.copy()
    other[0, 0, 5:] = 77
    for name in ("float32", "eight_bits"):
        a, b = (engines[name].denoise(context, canvas, lengths) for canvas in (slots, other))
        assert (a.logits[0, 0, :5] == b.logits[0, 0, :5]).all()
        assert (a.logits[0, 1] == b.logits[0, 1]).all()


def test_in_order_what_is_not_shown_yet_changes_nothing(made, engines: dict[str, Engine]) -> None:
    """A step shows the slots up to the one in hand: fewer of them, the same said of each, to the bit."""
    rng = np.random.default_rng(6)
    context = random_context(made.network.dims, 2, 60, rng)
    slots = rng.integers(HOLE, made.network.dims.vocabulary, (3, 2, 20))
    lengths = np.full((3, 2), 31)
    for engine in (engines["float32"], engines["eight_bits"]):
        whole = engine.denoise(context, slots, lengths, in_order=True)
        for shown in (1, 7, 8, 20):
            cut = engine.denoise(context, slots[..., :shown], lengths, in_order=True)
            assert (cut.logits == whole.logits[:, :, :shown]).all()
            assert (cut.existence == whole.existence[:, :, :shown]).all()
