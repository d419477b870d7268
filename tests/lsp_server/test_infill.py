"""What an infill with the embedded model takes from its artifact, and what from the request."""

import math
from dataclasses import replace

import pytest

from lacuna.export.artifact import embedded
from lacuna.export.engine import Engine
from lacuna.lsp_server.infill import infill
from lacuna.lsp_server.request import Reason, Request
from lacuna.syntax.spans import Span

TEXT = "def total(prices):\n    result = 0\n    for price in prices:\n        result += price\n    return \n"
CURSOR = Span(len(TEXT) - 1, len(TEXT) - 1)


@pytest.fixture(scope="module")
def engine():
    return Engine.load(embedded(), threads=1)


@pytest.fixture
def answer(engine, monkeypatch):
    """A function: the answer to a request with this threshold, by a model whose manifest has that one."""

    def answer(asked, threshold):
        defaults = replace(engine.manifest.defaults, threshold=threshold)
        monkeypatch.setattr(engine, "manifest", replace(engine.manifest, defaults=defaults))
        *_, last = infill(engine, Request(TEXT, "python", (CURSOR,), asked))
        return last

    return answer


def test_the_threshold_is_the_artifacts_unless_the_request_names_one(answer):
    everything = answer(0.0, 0.5)
    assert everything.edits
    assert everything.threshold == 0.5
    ((best, *_),) = everything.candidates
    below, above = best.confidence / 2, (1 + best.confidence) / 2
    assert answer(None, below).edits == everything.edits
    assert answer(None, above).reason is Reason.BELOW_THRESHOLD
    assert answer(below, above).edits == everything.edits
    assert answer(above, below).reason is Reason.BELOW_THRESHOLD


def test_an_answer_that_comes_twice_is_as_sure_as_the_surer_one(engine, monkeypatch):
    text = "def f(x):\n    return x\n"
    line = Span(text.index("    return"), text.index("    return"))
    answers = [(("    x += 1",), math.log(0.6)), (("    x += 1\n",), math.log(0.1))]
    monkeypatch.setattr("lacuna.lsp_server.infill._answers", lambda *_: iter(answers))
    monkeypatch.setattr(engine, "manifest", replace(engine.manifest, calibration=None))
    *_, last = infill(engine, Request(text, "python", (line,), 0.0))
    ((only,),) = last.candidates
    assert only.text == "    x += 1\n"
    assert only.confidence == pytest.approx(0.6)


def test_what_is_read_behind_the_cursor_and_bound_nowhere_is_bound(engine):
    text = "def mean(prices):\n    \n    for price in prices:\n        summed += price\n    return summed\n"
    cursor = text.index("    \n") + 4
    *_, last = infill(engine, Request(text, "python", (Span(cursor, cursor),), 0.0))
    assert last.edits[0].new_text.startswith("summed =")


def test_a_block_that_has_no_head_gets_one(engine):
    text = "def f(word):\n    vowels = 0\n\n        if letter in 'aeiou':\n            vowels += 1\n    return vowels\n"
    line = text.index("\n\n") + 1
    *_, last = infill(engine, Request(text, "python", (Span(line, line),), 0.0))
    assert last.edits[0].new_text.startswith("    for letter in ")
    assert last.edits[0].new_text.endswith(":")
