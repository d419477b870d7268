"""A large file that nothing is known of yet, and the embedded model: what is encoded ahead, and in what order."""

import argparse
import inspect
from dataclasses import replace

import pytest

from lacuna.export.artifact import embedded
from lacuna.export.chunked.cache import ChunkCache
from lacuna.export.chunked.engine import Engine
from lacuna.infill.infill import infill
from lacuna.infill.request import Answer, Reason, Request
from lacuna.infill.warming import COLD, warm
from lacuna.model.chunked import chunks, context
from lacuna.model.chunked.healing import healed
from lacuna.syntax.spans import Span

TEXT = inspect.getsource(argparse)


@pytest.fixture(scope="module")
def loaded():
    return Engine.load(embedded(), threads=1)


@pytest.fixture
def engine(loaded):
    """With nothing in its cache."""
    loaded.cache = ChunkCache()
    return loaded


def request_at(offset, text=TEXT):
    return Request(text, "python", (Span(offset, offset),), threshold=0.0, is_patient=False)


def seen(engine, request):
    """The chunks that a request's hole sees, in their order, and which of them holds it."""
    chunked = chunks.cut(request.text, healed(request.text, request.spans), engine.tokenizer)
    chosen = context.choose(chunked, engine.manifest.defaults.budget, engine.manifest.dimensions.near)
    return [chunked.chunks[n] for n in chosen], chosen.index(chunked.holes[0].chunk)


def answer_to(engine, request):
    *_, answer = infill(engine, request)
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0], ids=["begin", "middle", "end"])
def test_chunks_are_encoded_from_the_hole_outwards(engine, share):
    request = request_at(int(share * len(TEXT)))
    seen_chunks, own = seen(engine, request)
    left = []
    for tokens in warm(engine, request):
        left.append(tokens)
        known = [n for n, chunk in enumerate(seen_chunks) if engine.cache.get(chunk) is not None]
        if known:
            assert own in known
            assert known == list(range(known[0], known[-1] + 1))
    assert len(left) == len(seen_chunks) + 1
    assert left == sorted(left, reverse=True)
    assert left[0] == sum(map(len, seen_chunks))
    assert left[-1] == 0


def test_who_does_not_wait_is_told_that_the_file_is_warming_and_answered_afterwards(engine):
    request = request_at(TEXT.index("return ") + len("return "))
    refused = answer_to(engine, request)
    assert (refused.edits, refused.reason) == ((), Reason.WARMING)
    assert len(engine.cache) == 0
    list(warm(engine, request))
    answer = answer_to(engine, request)
    assert answer.reason is not Reason.WARMING
    assert answer.tokens.context > COLD
    assert answer.tokens.encoded == 0


def test_who_waits_is_answered_at_once(engine):
    answer = answer_to(engine, replace(request_at(TEXT.index("return ") + len("return ")), is_patient=True))
    assert answer.reason is not Reason.WARMING
    assert answer.tokens.encoded > COLD


def test_a_small_file_is_never_warming(engine):
    assert answer_to(engine, request_at(4, "x = \n")).reason is not Reason.WARMING


def test_what_was_encoded_before_an_interruption_stays(engine):
    request = request_at(len(TEXT) // 2)
    interrupted = warm(engine, request)
    before = [next(interrupted) for _ in range(4)]
    interrupted.close()
    assert next(warm(engine, request)) == before[-1]
