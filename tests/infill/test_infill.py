"""What an infill with the embedded model takes from its artifact, and what from the request."""

import math
from dataclasses import replace

import pytest

from lacuna.export.artifact import embedded
from lacuna.export.chunked.engine import Engine
from lacuna.infill.infill import infill
from lacuna.infill.request import Reason, Request
from lacuna.model.sampling.any_order import PolicyName
from lacuna.syntax.check import filled
from lacuna.syntax.spans import Span

TEXT = "def total(prices):\n    result = 0\n    for price in prices:\n        result += price\n    return \n"
CURSOR = Span(len(TEXT) - 1, len(TEXT) - 1)


GAPS = "def mean(prices):\n    \n    for price in prices:\n        \n    return total / len(prices)\n"
LINES = tuple(
    Span(GAPS.index(line) + len(line), GAPS.index(line) + len(line)) for line in ("\n    ", "prices:\n        ")
)


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
    monkeypatch.setattr("lacuna.infill.texts.answers", lambda *_: iter(answers))
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


def test_in_order_a_hole_is_filled_with_what_those_before_it_got_in_view(engine):
    *drafts, both = infill(engine, Request(GAPS, "python", LINES, 0.0))
    first, second = both.edits
    assert first.new_text.startswith("total =")

    longer = len(first.new_text)
    there = Span(LINES[1].start + longer, LINES[1].end + longer)
    text = filled(GAPS, LINES[:1], (first.new_text,))
    *alone, last = infill(engine, Request(text, "python", (there,), 0.0))
    assert second.new_text == last.edits[0].new_text
    assert both.candidates[1][0].confidence == last.candidates[0][0].confidence

    before = len(drafts) - len(alone)
    assert [draft.step for draft in drafts] == list(range(1, len(drafts) + 1))
    assert all(draft.holes[1] == (None,) for draft in drafts[:before])
    assert [draft.holes for draft in drafts[before:]] == [((first.new_text,), *draft.holes) for draft in alone]


def test_what_will_not_be_offered_is_not_filled_to_the_end(engine):
    *drafts, last = infill(engine, Request(GAPS, "python", LINES, 1.0))
    assert (last.reason, last.edits, last.candidates[1]) == (Reason.BELOW_THRESHOLD, (), ())
    assert last.candidates[0]
    assert all(draft.holes[1] == (None,) for draft in drafts)


@pytest.mark.slow
def test_all_holes_at_once_are_filled_where_the_artifact_says_so(engine, monkeypatch):
    defaults = replace(engine.manifest.defaults, joint_policy=PolicyName.CONFIDENCE)
    monkeypatch.setattr(engine, "manifest", replace(engine.manifest, defaults=defaults))
    *drafts, last = infill(engine, Request(GAPS, "python", LINES, 0.0))
    assert drafts[0].holes[1] != (None,)
    assert len(last.candidates[0]) == len(last.candidates[1])
