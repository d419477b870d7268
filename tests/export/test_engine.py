"""The exact cache: what was encoded before never shows, nor does what stands beside in a batch, nor what is hidden."""

import ctypes
import random
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from lacuna.export import providers
from lacuna.export.chunked.engine import Engine, Sight, near_laid_out
from lacuna.export.providers import Provider, ProviderError
from lacuna.model.chunked import reading
from lacuna.model.denoiser import Scene
from lacuna.model.tokenizer import MASK
from lacuna.syntax.spans import Span

PIECES = ("x", " ", "\n", '"', '"""', "'", "(", ")", "[", "]", "{", "#", "def f(a):\n    return a\n", "\t", "é", "")
_KEPT = 1 << 20
"""Bytes that may stay in use."""


def read(engine: Engine, text: str, *spans: Span) -> Sight:
    sight = engine.look(Scene(text, spans), engine.sampling)
    sight.context()
    return sight


class Allocated(ctypes.Structure):
    """What the C library tells of its memory, `mallinfo2(3)`: ten counts, the fifth and the eighth of bytes in use."""

    _fields_ = (("counts", ctypes.c_size_t * 10),)

    @classmethod
    def now(cls) -> int:
        tell = ctypes.CDLL(None).mallinfo2
        tell.restype = cls
        counts = tell().counts
        return int(counts[4] + counts[7])


def masks(*lengths: int, width: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A candidate for each length."""
    return np.full((len(lengths), max(width, *lengths)), MASK), np.array(lengths)


@pytest.mark.slow
def test_after_edits_the_cached_way_equals_the_cold_one(engine: Engine, text: str) -> None:
    rng = random.Random(7)  # noqa: S311 -- seeded edits
    warm = engine.apart()
    anew, attended = [], 0
    for _ in range(8):
        start = rng.randrange(len(text))
        text = text[:start] + rng.choice(PIECES) + text[min(len(text), start + rng.randrange(6)) :]
        hole = min(len(text), start + rng.randrange(40))
        scene = Scene(text, (Span(hole, min(len(text), hole + rng.randrange(30))),))
        kept, fresh = (one.look(scene, engine.sampling) for one in (warm, engine.apart()))
        assert fresh.unread == fresh.attended >= kept.unread
        anew.append(kept.unread)
        attended = fresh.attended
        a, b = (sight.predict(*masks(9)) for sight in (kept, fresh))
        np.testing.assert_allclose(a.logits, b.logits, atol=1e-4)
        np.testing.assert_allclose(a.existence, b.existence, atol=1e-4)
        assert kept.unread == 0
    assert sum(anew[1:]) < 0.6 * attended * 7


OTHER = "import os\n\n\nclass Café:\n    def naïve(self):\n        return self.total_ß * 2\n\n    total_ß = 1\n"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("import ", {"os": 1}),
        ("x = 1\nimport", {}),
        ("class Caf", {"é:": 1}),
        ("        return self.tot", {"al_ß * 2": 1}),
        ("return self.total_ß *", {" 2": 1}),
        ("        ", {}),
        ("y = self.", {}),
    ],
)
def test_lines_of_other_files_are_quoted_that_begin_as_the_place_does(engine: Engine, before: str, expected) -> None:
    beside = engine.library([engine.tokens(OTHER)]).seen_from([0])
    scene = Scene(f"{before}\n", (Span(len(before), len(before)),), beside=beside)
    assert engine.look(scene, engine.sampling).quoted() == expected
    assert engine.look(replace(scene, beside=None), engine.sampling).quoted() == {}


@pytest.mark.parametrize("length", [1, 3, 8, 11, 16, 32])
def test_a_candidate_is_the_same_alone_and_beside_other_lengths(engine: Engine, text: str, length: int) -> None:
    sight = read(engine, text, Span(2000, 2020))
    alone = sight.predict(*masks(length))
    slots, lengths = masks(length, 7, 32, 20)
    slots[1:, ::2] = 60
    beside = sight.predict(slots, lengths)
    np.testing.assert_allclose(beside.logits[:1, :length], alone.logits, atol=1e-4)
    np.testing.assert_allclose(beside.existence[:1, :length], alone.existence, atol=1e-4)


def test_of_several_holes_the_first_is_seen_and_the_others_are_gaps(engine: Engine, text: str) -> None:
    together = read(engine, text, Span(500, 520), Span(540, 540), Span(3000, 3033))
    garbage = text[:540] + text[540:3000] + "x" * 33 + text[3033:]
    other = read(engine, garbage, Span(500, 520), Span(540, 540), Span(3000, 3033))
    a, b = (sight.predict(*masks(8)) for sight in (together, other))
    assert (a.logits == b.logits).all(), "what stands in a hole to come is not seen"
    alone = read(engine, text, Span(500, 520)).predict(*masks(8))
    assert not np.allclose(a.logits, alone.logits, atol=1e-2), "that there is a gap is"


@pytest.mark.parametrize("garbage", ["", "x", '"""', "\n\n\ndef (((", "é𝄞\u2028" * 50])
def test_what_is_hidden_leaks_nowhere(engine: Engine, text: str, garbage: str) -> None:
    start, end = 2003, 2071
    hidden, changed = text[start:end], text[:start] + garbage + text[end:]
    assert hidden != garbage
    sight = read(engine.apart(), text, Span(start, end))
    other = read(engine.apart(), changed, Span(start, start + len(garbage)))
    a, b = (seen.predict(*masks(6, 12)) for seen in (sight, other))
    assert (a.logits == b.logits).all()
    assert (a.existence == b.existence).all()


def test_a_second_look_encodes_nothing(engine: Engine, text: str) -> None:
    fresh = engine.apart()
    scene = Scene(text, (Span(100, 110),))
    first = fresh.look(scene, engine.sampling)
    assert first.unread == first.attended > 0
    left = list(first.read())
    assert left[0] == first.attended
    assert left == sorted(left, reverse=True)
    second = fresh.look(scene, engine.sampling)
    assert (second.unread, list(second.read())) == (0, [0])
    assert (second.context().near_keys == first.context().near_keys).all()
    assert (second.context().far_values == first.context().far_values).all()


def test_chunks_are_read_from_the_hole_outwards(engine: Engine, text: str) -> None:
    fresh = engine.apart()
    scene = Scene(text, (Span(len(text) // 2, len(text) // 2),))
    sight = fresh.look(scene, engine.sampling)
    seen = reading.read(text, scene.spans, engine.tokenizer, engine.sampling.budget, engine.manifest.dimensions.near)
    chunks, own = [seen.chunked.chunks[n] for n in seen.chosen], seen.chosen.index(seen.chunked.holes[0].chunk)
    for _ in sight.read():
        known = [n for n, chunk in enumerate(chunks) if fresh.cache.get(chunk) is not None]
        if known:
            assert own in known
            assert known == list(range(known[0], known[-1] + 1)), "no chunk between two that are read is left out"
    assert len(known) == len(chunks)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="glibc tells what is allocated")
@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_the_cache_lets_go_is_free_again(engine: Engine) -> None:
    fresh = engine.apart()
    fresh.encode(range(MASK + 1, MASK + 129))
    fresh.cache.clear()
    before = Allocated.now()
    for n in range(24):
        fresh.encode(range(MASK + 1 + n, MASK + 129 + n))
    held = fresh.cache.size
    assert Allocated.now() - before >= held, "what is kept is counted"
    fresh.cache.clear()
    assert Allocated.now() - before < held / 10


def test_who_forgets_gives_back_what_onnx_runtime_keeps_for_runs(engine: Engine, text: str) -> None:
    fresh = engine.apart()
    fresh.forget()
    before = Allocated.now()
    read(fresh, text[:3000], Span(900, 910)).predict(*masks(16))
    held = fresh.cache.size
    assert Allocated.now() - before > held + _KEPT
    fresh.forget()
    assert Allocated.now() - before < _KEPT


def test_near_keys_are_those_of_the_tokens_around_the_hole(engine: Engine, text: str) -> None:
    """In a text of one budget, local and global layers see the same tokens: offsets must agree."""
    text = text[:3000]
    context = read(engine, text, Span(900, 910)).context()
    dims = engine.manifest.dimensions
    seen = reading.read(text, (Span(900, 910),), engine.tokenizer, engine.sampling.budget, dims.near)
    encoded = [engine.cache.get(chunk) for chunk in seen.chunked.chunks]
    keys = np.concatenate([e.keys for e in encoded if e is not None], axis=1)[list(dims.local_layers)]
    near = keys[:, int((context.far_offsets == 0).argmax()) + context.near_offsets]
    expected, _ = near_laid_out(near, near, context.near_offsets)
    assert (context.near_keys == expected).all()


def test_an_engine_without_a_text_still_answers(engine: Engine) -> None:
    prediction = read(engine, "", Span(0, 0)).predict(*masks(4))
    assert prediction.logits.shape == (1, 4, engine.manifest.dimensions.vocabulary)
    assert np.isfinite(prediction.logits).all()
    assert np.isfinite(prediction.existence).all()


def test_a_smaller_budget_sees_less(engine: Engine, text: str) -> None:
    scene = Scene(text, (Span(2000, 2020),))
    whole, less = (engine.look(scene, replace(engine.sampling, budget=budget)) for budget in (10_000, 600))
    assert less.attended <= 600 < whole.attended


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
