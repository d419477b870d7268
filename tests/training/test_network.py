"""The network's entries: the same whatever shares the batch, blind to what they must not see, as the formulas say."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor

from lacuna.model.chunked.chunks import Chunked, cut
from lacuna.model.chunked.context import BEFORE_ANCHOR, window
from lacuna.model.chunked.hints import HINTS, STRENGTHS, Hints
from lacuna.model.corpus.rows import Row
from lacuna.model.tokenizer import HOLE, MASK, PAD, Tokenizer
from lacuna.model.training.batches import Batch, batch
from lacuna.model.training.infilling import context, hints
from lacuna.model.training.network import AFTER, BEFORE, COMMITTED, MASKED, OWN, Denoiser, Far, Near
from lacuna.model.training.recipe import Recipe
from lacuna.syntax.spans import Span

CPU = torch.device("cpu")


@pytest.fixture
def rows(texts: tuple[str, ...], tokenizer: Tokenizer) -> list[Row]:
    """A short text with one hole, a longer one with three."""
    made = []
    for text, spans in (
        (texts[0][:700], [Span(200, 230)]),
        (texts[3][:2000], [Span(0, 20), Span(900, 905), Span(1200, 1200)]),
    ):
        chunked = cut(text, spans, tokenizer)
        hidden = tuple(tokenizer.encode_text(text[span.start : span.end]) for span in spans)
        made.append(
            Row(chunked.chunks, window(chunked, range(len(chunked.chunks))), hidden, hints_of(chunked, tokenizer))
        )
    return made


def hints_of(chunked: Chunked, tokenizer: Tokenizer) -> Hints:
    return Hints(chunked, [b""] * len(chunked.holes), tokenizer.spellings)


class Asked(NamedTuple):
    """Arguments of `denoise`."""

    slots: Tensor
    lengths: Tensor
    hints: tuple[Tensor, Tensor]
    near: Near
    far: Far


def batched(rows: list[Row], recipe: Recipe) -> Batch:
    return batch(rows, recipe.network.near, 8, np.random.default_rng(0))


def asked(network: Denoiser, data: Batch, candidates: int = 2) -> Asked:
    """Canvases half committed, each candidate in its own way."""
    truth = torch.from_numpy(data.targets)[:, None].expand(-1, candidates, -1, -1)  # (R, B, G, N)
    masked = (torch.arange(candidates)[:, None, None] + torch.arange(truth.shape[-1])) % 3 > 0
    anchors = torch.from_numpy(data.anchors)[:, None].expand(-1, candidates, -1, -1)
    canvases = torch.where(masked | (truth == PAD), MASK, truth)
    slots = torch.cat([anchors, canvases], -1)
    lengths = torch.from_numpy(data.lengths)[:, None].expand(-1, candidates, -1)
    return Asked(slots, lengths, hints(data, canvases), *context(network, data, CPU))


def unhinted(*shape: int) -> tuple[Tensor, Tensor]:
    return torch.zeros(*shape, HINTS, dtype=torch.long), torch.zeros(*shape, HINTS, dtype=torch.long)


def same(a: Tensor, b: Tensor) -> None:
    torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


def real(outputs: tuple[Tensor, Tensor], lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The slots that are no padding."""
    hidden, existence = outputs
    is_slot = torch.arange(existence.shape[-1]) < lengths.unsqueeze(-1)
    return hidden[is_slot], existence[is_slot]


# --- encode


def test_a_chunk_is_encoded_the_same_alone_and_in_a_padded_batch(network: Denoiser, rows: list[Row], recipe: Recipe):
    chunks = torch.from_numpy(batched(rows, recipe).chunks)
    keys, values = network.encode(chunks)
    assert (chunks == PAD).any()
    for n, chunk in enumerate(chunks):
        length = int((chunk != PAD).sum())
        alone_keys, alone_values = network.encode(chunk[None, :length])
        same(keys[:, n, :length], alone_keys[:, 0])
        same(values[:, n, :length], alone_values[:, 0])


def test_a_chunk_is_read_as_text_is_in_the_causal_phase(network: Denoiser):
    tokens = torch.arange(10, 40)[None]
    keys, values = network.encode(tokens)
    changed = tokens.clone()
    changed[0, 20] = 99
    for before, after in zip((keys, values), network.encode(changed), strict=True):
        assert torch.equal(before[:, 0, :20], after[:, 0, :20])
        assert (before[-1, 0, 20:] - after[-1, 0, 20:]).abs().amax((1, 2)).min() > 1e-5
    # The causal phase's own last keys and values are not returned: take what its last layer is given.
    last, given = network.layers[-1], []
    project = last.project
    last.project = lambda x: (given.append(x), project(x))[1]
    network.causal(torch.cat([torch.full((1, BEFORE_ANCHOR), PAD), tokens], 1), unhinted(1, 30))
    for encoded, expected in zip((keys, values), last.keys_values(given[0]), strict=True):
        same(encoded[-1], expected)


# --- denoise


def test_a_row_is_denoised_the_same_alone_and_beside_a_longer_one(network: Denoiser, rows: list[Row], recipe: Recipe):
    together = asked(network, batched(rows, recipe))
    outputs = network.denoise(*together)
    for r, row in enumerate(rows):
        # The lengths of canvases are drawn anew: take those of the batch.
        data = replace(batched([row], recipe), lengths=together.lengths[r : r + 1, 0, : len(row.hidden)].numpy())
        assert (together.lengths[r, :, len(row.hidden) :] == 0).all(), "padding to as many holes"
        alone = asked(network, data)._replace(
            slots=together.slots[r : r + 1, :, : len(row.hidden)],
            hints=tuple(t[r : r + 1, :, : len(row.hidden)] for t in together.hints),
        )
        found = real(network.denoise(*alone), alone.lengths)
        beside = real(tuple(o[r : r + 1, :, : len(row.hidden)] for o in outputs), alone.lengths)
        same(found[0], beside[0])
        same(found[1], beside[1])


def test_candidates_do_not_see_each_other(network: Denoiser, rows: list[Row], recipe: Recipe):
    three = asked(network, batched(rows, recipe), candidates=3)
    outputs = network.denoise(*three)
    for b in range(3):
        one = three._replace(
            slots=three.slots[:, b : b + 1],
            lengths=three.lengths[:, b : b + 1],
            hints=tuple(t[:, b : b + 1] for t in three.hints),
        )
        same(network.denoise(*one)[0], outputs[0][:, b : b + 1])


@pytest.mark.parametrize("junk", [MASK, PAD, HOLE, 50])
def test_slots_past_a_canvas_are_not_seen(network: Denoiser, rows: list[Row], recipe: Recipe, junk: int):
    given = asked(network, batched(rows, recipe))
    padding = torch.full((*given.slots.shape[:-1], 5), junk)
    more = torch.ones((*given.hints[0].shape[:-2], 5, HINTS), dtype=torch.long)
    longer = given._replace(
        slots=torch.cat([given.slots, padding], -1), hints=tuple(torch.cat([t, more], -2) for t in given.hints)
    )
    for found, expected in zip(
        real(network.denoise(*longer), given.lengths), real(network.denoise(*given), given.lengths), strict=True
    ):
        same(found, expected)


def test_tokens_without_an_offset_are_not_seen(network: Denoiser, rows: list[Row], recipe: Recipe):
    given = asked(network, batched(rows, recipe))
    outputs = network.denoise(*given)
    far = Far(*(noisy(t, given.far.offsets == 0) for t in given.far[:2]), given.far.offsets)
    # A far token's keys are shared by the holes: only what no hole of the row sees may be spoilt.
    unseen = (given.far.offsets == 0).all(1)  # (R, M)
    assert unseen.any()
    far = Far(*(noisy(t, unseen) for t in given.far[:2]), given.far.offsets)
    near = Near(*(noisy(t, given.near.offsets == 0) for t in given.near[:2]), given.near.offsets)
    same(network.denoise(*given._replace(near=near, far=far))[0], outputs[0])


def noisy(t: Tensor, where: Tensor) -> Tensor:
    """Keys or values (layers, ..., K, E), spoilt at some places (...)."""
    return t.masked_fill(where[None, ..., None, None], 1e3) if t.shape[1:-2] == where.shape else t


def test_holes_do_not_see_each_others_canvases(network: Denoiser, rows: list[Row], recipe: Recipe):
    given = asked(network, batched(rows[1:], recipe))
    before, _ = network.denoise(*given)
    slots = given.slots.clone()
    slots[:, :, 0, BEFORE_ANCHOR + 1 :] = 77
    after, _ = network.denoise(*given._replace(slots=slots))
    assert not torch.allclose(before[:, :, 0], after[:, :, 0])
    assert torch.equal(before[:, :, 1:], after[:, :, 1:])


def test_an_ordered_candidate_sees_only_what_is_left_in_its_own_canvas(
    network: Denoiser, rows: list[Row], recipe: Recipe
):
    given = asked(network, batched(rows[1:], recipe), candidates=2)
    ordered = torch.tensor([False, True])
    before, _ = network.denoise(*given, ordered)
    slots = given.slots.clone()
    slots[:, :, 0, BEFORE_ANCHOR + 4] = 77  # slot 3: the anchor stands before slot 0
    after, _ = network.denoise(*given._replace(slots=slots), ordered)
    changed = (before - after).abs().amax(-1)[0] > 0  # (B, G, N)
    assert changed[0, 0].all(), "the other candidate sees all of its canvas"
    assert changed[1, 0].tolist() == [False] * 4 + [True] * 4, "what speaks of slot 4 sees slot 3"
    assert not changed[:, 1:].any()


@pytest.mark.parametrize("garbage", ["", "'''\n(((", "x" * 900, "\n\n\n", "# \\"], ids=repr)
def test_hidden_text_replaced_by_garbage_leaves_logits_identical(
    network: Denoiser, texts: tuple[str, ...], tokenizer: Tokenizer, recipe: Recipe, garbage: str
):
    text, span = texts[1][:1500], Span(600, 640)
    replaced = text[: span.start] + garbage + text[span.end :]
    outputs = []
    for given, hole in ((text, span), (replaced, Span(span.start, span.start + len(garbage)))):
        chunked = cut(given, [hole], tokenizer)
        row = Row(chunked.chunks, window(chunked, range(len(chunked.chunks))), ((),), hints_of(chunked, tokenizer))
        data = replace(batched([row], recipe), lengths=np.array([[8]]))
        outputs.append(network.logits(network.denoise(*asked(network, data))[0]))
    assert torch.equal(*outputs)


# --- one layer against loops


def turned(x: Tensor, position: int) -> Tensor:
    """Rotary embedding by complex numbers: pair n of E/2 turns by position * base ** (-2n / E)."""
    half = x.shape[-1] // 2
    pairs = torch.complex(x[..., :half].double(), x[..., half:].double())
    speed = 10_000.0 ** (-2 * torch.arange(half, dtype=torch.float64) / x.shape[-1])
    pairs = pairs * torch.exp(1j * position * speed)
    return torch.cat([pairs.real, pairs.imag], -1)


@pytest.fixture(params=[1, 3, 6], ids="a canvas of {}".format)
def single(request: pytest.FixtureRequest, recipe: Recipe) -> tuple[Denoiser, Denoiser, Asked, int]:
    """A local and a global layer, each alone, and two canvases of one length before random context."""
    generator = torch.Generator().manual_seed(3)
    networks = []
    for every in (2, 1):
        made = Denoiser(replace(recipe.network, layers=1, global_every=every)).requires_grad_(requires_grad=False)
        for p in made.parameters():
            p.add_(torch.randn(p.shape, generator=generator) * 0.2)
        networks.append(made)
    dims, size = networks[0].dims, request.param
    W, M, G = dims.near, 9, 2  # noqa: N806 -- the network's letters

    def drawn(*shape: int) -> Tensor:
        return torch.randn(1, 1, *shape, dims.key_heads, dims.head_width, generator=generator)

    reach = torch.cat([torch.arange(-W, 0), torch.arange(1, W + 1)])
    near_offsets = torch.stack([torch.where(reach > -5, reach, 0), torch.where(reach < 4, reach, 0)])[None]
    far_offsets = torch.tensor([[[-7, -3, -2, -1, 0, 1, 2, 5, 0], [-9, -5, -4, -3, -2, -1, 0, 3, 0]]])
    slots = torch.randint(4, 99, (1, 1, G, BEFORE_ANCHOR + 1 + size + 2), generator=generator)  # two slots are padding
    slots[..., BEFORE_ANCHOR + 1 :: 2] = MASK
    drawn_hints = tuple(
        torch.randint(0, n, (1, 1, G, 1 + size + 2, HINTS), generator=generator) for n in (99, STRENGTHS)
    )
    near, far = Near(drawn(G, 2 * W), drawn(G, 2 * W), near_offsets), Far(drawn(M), drawn(M), far_offsets)
    return *networks, Asked(slots, torch.full((1, 1, G), size), drawn_hints, near, far), size


def embedded(network: Denoiser, given: Asked) -> Tensor:
    """What enters the layers, place by place (G, N, D)."""
    V, dims = network.dims.vocabulary, network.dims  # noqa: N806 -- the network's letter
    rows = []
    for slots, hints_, strengths in zip(given.slots[0, 0], given.hints[0][0, 0], given.hints[1][0, 0], strict=True):
        places = []
        for i in range(BEFORE_ANCHOR, len(slots)):
            a, b, c = slots[i - 2 : i + 1].tolist()
            ngrams = [network.bigrams.weight[(b * V + c) % dims.bigrams]]
            ngrams.append(network.trigrams.weight[(a * V * V + b * V + c) % dims.trigrams])
            x = network.embedding.weight[c] + network.smear * network.embedding.weight[b]
            x = x + network.ngrams.weight @ torch.cat(ngrams) + network.role.weight[MASKED if c == MASK else COMMITTED]
            for n in range(HINTS):
                hint, strength = int(hints_[i - BEFORE_ANCHOR, n]), int(strengths[i - BEFORE_ANCHOR, n])
                x = x + network.hint.weight[n * STRENGTHS + strength] * network.embedding.weight[hint]
            places.append(x)
        rows.append(torch.stack(places))
    return torch.stack(rows)


def test_a_local_layer_places_the_hole_between_its_sides(single: tuple[Denoiser, Denoiser, Asked, int]):
    network, _, given, size = single
    layer, dims = network.layers[0], network.dims
    hidden, _ = network.denoise(*given)
    for g in range(2):
        # As if the canvas' slots stood in the text: the left side ends at -1, the right one begins at `size`.
        x = embedded(network, given)[g]
        q, k, v = layer.project(x)
        seen = [(turned(k[1 + i, 0], i), v[1 + i, 0]) for i in range(-1, size)]
        for key, value, offset in zip(
            given.near.keys[0, 0, g, :, 0],
            given.near.values[0, 0, g, :, 0],
            given.near.offsets[0, g].tolist(),
            strict=True,
        ):
            if offset:
                seen.append((turned(key, offset if offset < 0 else size - 1 + offset), value))
        keys, values = (torch.stack([part.double() for part in parts]) for parts in zip(*seen, strict=True))
        for i in range(size):
            query = turned(q[i], i - 1)  # the state that speaks of slot i stands one place to its left
            weights = (query @ keys.T / dims.head_width**0.5).softmax(-1)  # (A, keys)
            same(hidden[0, 0, g, i], network.norm(layer.finish(x[i], (weights @ values).float())))


def test_a_global_layer_weighs_by_relation_distance_and_number(single: tuple[Denoiser, Denoiser, Asked, int]):
    _, network, given, size = single
    layer, dims, bias = network.layers[0], network.dims, network.biases["0"]
    hidden, _ = network.denoise(*given)
    x = embedded(network, given)
    q, k, v = layer.project(x)  # (G, N, A or K, E)
    for g in range(2):
        for i in range(size):
            seen = [
                (given.far.keys[0, 0, m, 0], given.far.values[0, 0, m, 0], BEFORE if offset < 0 else AFTER, abs(offset))
                for m, offset in enumerate(given.far.offsets[0, g].tolist())
                if offset
            ] + [(k[g, j, 0], v[g, j, 0], OWN, abs(j - i)) for j in range(1 + size)]
            attended = []
            for head in range(dims.heads):
                scores = [
                    bias.scale[head] * np.log(len(seen) + 2) * (q[g, i, head] @ key)
                    + bias.bias[relation, head]
                    + bias.slope[relation, head] * np.log1p(distance)
                    for key, _, relation, distance in seen
                ]
                exponents = torch.stack([*scores, bias.null[head]]).double().exp()
                weights = (exponents / exponents.sum())[:-1]
                attended.append(sum(w * entry[1].double() for w, entry in zip(weights, seen, strict=True)))
            expected = network.norm(layer.finish(x[g, i], torch.stack(attended).float()))
            same(hidden[0, 0, g, i], expected)


# --- causal


def test_causal_states_see_the_past_and_not_the_future(network: Denoiser):
    tokens = torch.arange(4, 36)[None]
    before = network.causal(tokens, unhinted(1, 30))
    changed = tokens.clone()
    changed[0, BEFORE_ANCHOR + 20] = 200
    after = network.causal(changed, unhinted(1, 30))
    assert torch.equal(before[:, :20], after[:, :20])
    assert (before[:, 20:] - after[:, 20:]).abs().amax(-1).min() > 1e-5


def test_local_layers_of_the_causal_phase_see_a_window(network: Denoiser, recipe: Recipe):
    local = Denoiser(replace(recipe.network, layers=1, global_every=2)).double().requires_grad_(requires_grad=False)
    for p in local.parameters():
        p.add_(0.1)
    tokens = torch.arange(4, 36)[None]
    changed = tokens.clone()
    changed[0, BEFORE_ANCHOR + 5] = 200
    states = [local.causal(t, unhinted(1, 30), window=8) for t in (tokens, changed)]
    difference = (states[0] - states[1]).abs().amax(-1)[0]
    reach = 8 + BEFORE_ANCHOR  # the window's last key carries the tokens before it
    assert difference[:5].max() == 0
    assert difference[5 : 5 + reach].min() > 0
    assert difference[5 + reach :].max() == 0
