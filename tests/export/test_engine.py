"""The exact cache: what was encoded before never shows, nor does what stands beside in a batch, nor what is hidden."""

import random
import subprocess
import sys

import numpy as np
import pytest

from lacuna.export import providers
from lacuna.export.chunked.cache import ChunkCache
from lacuna.export.chunked.engine import Context, Engine, near_laid_out
from lacuna.export.providers import Provider, ProviderError
from lacuna.model.chunked.chunks import Chunked, cut
from lacuna.model.chunked.context import choose
from lacuna.model.tokenizer import MASK
from lacuna.syntax.spans import Span

PIECES = ("x", " ", "\n", '"', '"""', "'", "(", ")", "[", "]", "{", "#", "def f(a):\n    return a\n", "\t", "é", "")


def cold(engine: Engine) -> Engine:
    """The same artifact with nothing in its cache."""
    return Engine(engine.manifest, engine.tokenizer, engine._sessions, ChunkCache())  # noqa: SLF001 -- shares sessions


def read(engine: Engine, text: str, *spans: Span) -> tuple[Chunked, Context]:
    chunked = cut(text, spans, engine.tokenizer)
    chosen = choose(chunked, engine.manifest.defaults.budget, engine.manifest.dimensions.near)
    return chunked, engine.context(chunked, chosen, [b""] * len(spans))


def masks(*lengths: int, width: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """One hole, a candidate for each length."""
    return np.full((len(lengths), 1, max(width, *lengths)), MASK), np.array(lengths)[:, None]


@pytest.mark.slow
def test_after_edits_the_cached_way_equals_the_cold_one(engine: Engine, text: str) -> None:
    rng = random.Random(7)  # noqa: S311 -- seeded edits
    warm = cold(engine)
    anew = []
    for _ in range(12):
        start = rng.randrange(len(text))
        text = text[:start] + rng.choice(PIECES) + text[min(len(text), start + rng.randrange(6)) :]
        hole = min(len(text), start + rng.randrange(40))
        span = Span(hole, min(len(text), hole + rng.randrange(30)))
        _, kept = read(warm, text, span)
        _, fresh = read(cold(engine), text, span)
        anew.append(kept.encoded)
        a, b = (engine.denoise(context, *masks(9)) for context in (kept, fresh))
        np.testing.assert_allclose(a.logits, b.logits, atol=1e-4)
        np.testing.assert_allclose(a.existence, b.existence, atol=1e-4)
        assert fresh.encoded >= kept.encoded
    assert sum(anew[1:]) < 0.6 * sum([fresh.attended] * 11)


@pytest.mark.parametrize("length", [1, 3, 8, 11, 16, 32])
def test_a_candidate_is_the_same_alone_and_beside_other_lengths(engine: Engine, text: str, length: int) -> None:
    _, context = read(engine, text, Span(2000, 2020))
    alone = engine.denoise(context, *masks(length))
    slots, lengths = masks(length, 7, 32, 20)
    slots[1:, :, ::2] = 60
    beside = engine.denoise(context, slots, lengths)
    np.testing.assert_allclose(beside.logits[:1, :, :length], alone.logits, atol=1e-4)
    np.testing.assert_allclose(beside.existence[:1, :, :length], alone.existence, atol=1e-4)


def test_several_holes_are_the_same_alone_and_beside_other_lengths(engine: Engine, text: str) -> None:
    _, context = read(engine, text, Span(500, 520), Span(540, 540), Span(3000, 3033))
    lengths = np.array([[4, 1, 7], [9, 13, 2], [8, 8, 8]])
    slots = np.full((3, 3, 13), MASK)
    together = engine.denoise(context, slots, lengths)
    for row, sizes in enumerate(lengths):
        alone = engine.denoise(context, slots[:1, :, : sizes.max()], lengths[row : row + 1])
        for hole, size in enumerate(sizes):
            np.testing.assert_allclose(together.logits[row, hole, :size], alone.logits[0, hole, :size], atol=1e-4)


@pytest.mark.parametrize("garbage", ["", "x", '"""', "\n\n\ndef (((", "é𝄞\u2028" * 50])
def test_what_is_hidden_leaks_nowhere(engine: Engine, text: str, garbage: str) -> None:
    start, end = 2003, 2071
    hidden, changed = text[start:end], text[:start] + garbage + text[end:]
    assert hidden != garbage
    chunked, context = read(cold(engine), text, Span(start, end))
    other_chunked, other_context = read(cold(engine), changed, Span(start, start + len(garbage)))
    assert other_chunked == chunked
    a, b = (engine.denoise(seen, *masks(6, 12)) for seen in (context, other_context))
    assert (a.logits == b.logits).all()
    assert (a.existence == b.existence).all()


def test_a_second_look_encodes_nothing(engine: Engine, text: str) -> None:
    fresh = cold(engine)
    _, first = read(fresh, text, Span(100, 110))
    _, second = read(fresh, text, Span(100, 110))
    assert first.encoded == first.attended > 0
    assert second.encoded == 0
    assert (second.near_keys == first.near_keys).all()
    assert (second.far_values == first.far_values).all()


def test_near_keys_are_those_of_the_tokens_around_the_hole(engine: Engine, text: str) -> None:
    """In a text of one budget, local and global layers see the same tokens: offsets must agree."""
    chunked, context = read(engine, text[:3000], Span(900, 910), Span(1500, 1503))
    dims = engine.manifest.dimensions
    encoded = [engine.cache.get(chunk) for chunk in chunked.chunks]
    keys = np.concatenate([e.keys for e in encoded if e is not None], axis=1)[list(dims.local_layers)]
    at = (context.far_offsets == 0).argmax(-1)[:, None] + context.near_offsets
    near = keys[:, at]
    expected, _ = near_laid_out(near, near, context.near_offsets)
    assert (context.near_keys == expected).all()


def test_an_engine_without_a_text_still_answers(engine: Engine) -> None:
    _, context = read(engine, "", Span(0, 0))
    prediction = engine.denoise(context, *masks(4))
    assert prediction.logits.shape == (1, 1, 4, engine.manifest.dimensions.vocabulary)
    assert np.isfinite(prediction.logits).all()
    assert np.isfinite(prediction.existence).all()


def test_an_engine_says_what_runs_it(engine: Engine) -> None:
    assert engine.provider == providers.CPU_NAME
    assert "CUDA is not used" in engine.provider_note
    assert engine.name == engine.manifest.name


def test_cuda_demanded_where_there_is_none_is_an_error(made) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    if providers.CUDA_NAME in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    with pytest.raises(ProviderError, match="CUDA was asked for and cannot run"):
        Engine.load(made.float32, Provider.CUDA)


def test_the_engine_needs_no_torch() -> None:
    program = "import sys, lacuna.export.chunked.engine; print({'torch', 'onnx', 'onnxscript'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"
