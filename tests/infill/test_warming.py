"""A large file that nothing is known of yet, and the embedded model: what is encoded ahead, and in what order."""

import argparse
import inspect
from dataclasses import replace

import pytest

from lacuna.export.artifact import embedded
from lacuna.export.chunked.engine import Engine
from lacuna.infill.infill import COLD, infill, warm
from lacuna.infill.request import Reason, Request, answered
from lacuna.syntax.spans import Span

TEXT = inspect.getsource(argparse)


@pytest.fixture(scope="module")
def loaded():
    return Engine.load(embedded(), threads=1)


@pytest.fixture
def engine(loaded):
    """With nothing in its cache."""
    return loaded.apart()


def request_at(offset, text=TEXT):
    return Request(text, "python", (Span(offset, offset),), threshold=0.0, is_patient=False)


def answer_to(engine, request):
    return answered(infill(engine, request))


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
