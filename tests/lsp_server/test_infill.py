"""What an infill with the embedded model takes from its artifact, and what from the request."""

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
