"""Rows and batches: every index leads to the token it means, canvases tell nothing of what they hide."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lacuna.model.chunked.chunks import cut
from lacuna.model.corpus.rows import Row, draw_row
from lacuna.model.tokenizer import HOLE, PAD, Tokenizer
from lacuna.model.training import causal, infilling
from lacuna.model.training.ahead import drawn_ahead
from lacuna.model.training.batches import Batch, batch
from lacuna.model.training.network import Denoiser
from lacuna.model.training.recipe import Recipe
from lacuna.model.training.text import Documents
from lacuna.syntax.spans import Span

CPU = torch.device("cpu")
CAPACITY = 8


@pytest.fixture(scope="module")
def rows(texts: tuple[str, ...], tokenizer: Tokenizer, recipe: Recipe) -> list[Row]:
    rng = np.random.default_rng(9)
    drawn = [draw_row(texts, tokenizer, recipe.infill, chunks, rng) for chunks in (1, 2, 4, 4, 3, 2)]
    return [row for row in drawn if row.hidden]


@pytest.fixture(scope="module")
def data(rows: list[Row], recipe: Recipe) -> Batch:
    return batch(rows, recipe.network.near, CAPACITY, np.random.default_rng(1))


def test_far_indices_lead_to_the_rows_own_tokens(rows: list[Row], data: Batch):
    for r, row in enumerate(rows):
        tokens = [token for chunk in row.chunks for token in chunk]
        assert data.chunks.flatten()[data.far_index[r]][: len(tokens)].tolist() == tokens
        sentinels = [n for n, token in enumerate(tokens) if token == HOLE]
        assert len(sentinels) == len(row.hidden)
        for g, at in enumerate(sentinels):
            assert data.far_offsets[r, g, : len(tokens)].tolist() == [n - at for n in range(len(tokens))]
        assert not data.far_offsets[r, :, len(tokens) :].any()
        assert not data.far_offsets[r, len(row.hidden) :].any()


def test_near_indices_lead_to_the_tokens_about_the_hole(rows: list[Row], data: Batch, recipe: Recipe):
    width = recipe.network.near
    for r, row in enumerate(rows):
        tokens = [token for chunk in row.chunks for token in chunk]
        sentinels = [n for n, token in enumerate(tokens) if token == HOLE]
        for g, at in enumerate(sentinels):
            there = data.near_offsets[r, g] != 0
            seen = data.chunks.flatten()[data.far_index[r]][data.near_index[r, g]][there]
            reach = [d for d in [*range(-width, 0), *range(1, width + 1)] if 0 <= at + d < len(tokens)]
            assert data.near_offsets[r, g][there].tolist() == reach
            assert seen.tolist() == [tokens[at + d] for d in reach]
            assert data.anchors[r, g].tolist() == [HOLE, HOLE, HOLE, *tokens[:at]][-3:]
        assert not data.near_offsets[r, len(row.hidden) :].any()


def test_targets_are_the_hidden_tokens_as_far_as_the_canvas_goes(rows: list[Row], data: Batch):
    for r, row in enumerate(rows):
        for g, tokens in enumerate(row.hidden):
            shown = min(len(tokens), data.lengths[r, g])
            assert data.targets[r, g].tolist() == [*tokens[:shown], *[PAD] * (CAPACITY - shown)]
            assert (data.existing[r, g], data.hidden[r, g]) == (shown, len(tokens))
        missing = slice(len(row.hidden), None)
        assert (data.hidden[r, missing] == -1).all()
        assert not data.lengths[r, missing].any()
        assert not data.existing[r, missing].any()


def test_hidden_text_is_not_in_the_context(texts: tuple[str, ...], tokenizer: Tokenizer):
    text = texts[0].replace("bisect", "xylophone")
    at = text.index("xylophone")
    chunked = cut(text, [Span(at, len(text))], tokenizer)
    assert b"xylophone" not in tokenizer.decode(token for chunk in chunked.chunks for token in chunk)


def row_hiding(row: Row, length: int) -> Row:
    return replace(row, hidden=tuple((5,) * length for _ in row.hidden))


def test_half_the_canvases_are_full_whatever_they_hide(rows: list[Row], recipe: Recipe):
    for length in (0, 1, CAPACITY - 1, 3 * CAPACITY):
        hiding = [row_hiding(row, length) for row in rows] * 30
        lengths = batch(hiding, 4, CAPACITY, np.random.default_rng(2)).lengths
        lengths = lengths[lengths > 0]
        assert min(lengths) >= min(max(1, length), CAPACITY), "the others hold what is hidden"
        # The half that is drawn, and what of the other half is as long by chance.
        by_chance = 1 / (CAPACITY - min(max(1, length), CAPACITY) + 1)
        assert np.mean(lengths == CAPACITY) == pytest.approx((1 + by_chance) / 2, abs=0.06)


# --- the parts of a step


def test_seed_and_step_alone_decide_an_infilling_step(
    network: Denoiser, recipe: Recipe, documents: Documents, tokenizer: Tokenizer
):
    def step(number: int, chosen: Recipe = recipe) -> list[dict[str, float]]:
        np.random.default_rng().random()  # what else is drawn is of no account
        drawn = infilling.draw(chosen, documents, tokenizer, number)
        return [micro.part(network, CPU).sums for micro in drawn]

    assert step(4) == step(4)
    assert step(4) != step(5)
    assert step(4) != step(4, replace(recipe, seed=6))


def test_seed_and_step_alone_decide_a_causal_step(network: Denoiser, recipe: Recipe, documents: Documents):
    def step(number: int, seed: int = 5) -> list[dict[str, float]]:
        drawn = causal.draw(replace(recipe, seed=seed), documents.tokens, number)
        return [micro.part(network, CPU).sums for micro in drawn]

    assert step(1) == step(1)
    assert step(1) != step(2)
    assert step(1) != step(1, seed=6)


def test_micro_batches_add_up_to_the_step(network: Denoiser, recipe: Recipe, documents: Documents):
    def total(micro: int) -> float:
        phase = replace(recipe.causal, micro=micro)
        drawn = causal.draw(replace(recipe, causal=phase), documents.tokens, 0)
        return sum(micro.part(network, CPU).loss.item() for micro in drawn)

    assert total(1) == pytest.approx(total(4), rel=1e-5)
    assert total(3) == pytest.approx(total(4), rel=1e-5)


@pytest.mark.parametrize("workers", [0, 1])
def test_steps_drawn_ahead_are_those_drawn_in_turn(
    recipe: Recipe, documents: Documents, tokenizer: Tokenizer, workers: int
):
    first = recipe.causal.steps - 2
    ahead = list(drawn_ahead(recipe, documents, tokenizer, range(first, first + 4), workers))
    for step, found in zip(range(first, first + 4), ahead, strict=True):
        if step < recipe.causal.steps:
            expected = causal.draw(recipe, documents.tokens, step)
            pairs = [(a.text, b.text) for a, b in zip(found, expected, strict=True)]
        else:
            expected = infilling.draw(recipe, documents, tokenizer, step)
            pairs = [(a.canvases, b.canvases) for a, b in zip(found, expected, strict=True)]
        assert all(torch.equal(a, b) for a, b in pairs)
        assert pairs
