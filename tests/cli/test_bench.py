"""`lacuna bench keystroke`: what is typed where, what is counted and reported. Times are for reports, not for tests."""

import ast
import itertools
import json
from functools import partial
from statistics import median

import numpy as np
import pytest

from lacuna.benchmarks.keystroke import documents
from lacuna.benchmarks.keystroke import typist as keystroke
from lacuna.benchmarks.keystroke.typist import Counts, Keystroke, Parts, Typist
from lacuna.cli.exit_codes import ExitCode
from lacuna.export.artifact import embedded
from lacuna.export.chunked.cache import Encoded
from lacuna.export.chunked.engine import Engine
from lacuna.export.providers import Provider
from lacuna.infill.infill import infill
from lacuna.infill.opening import Apart, ModelOptions, open_model
from lacuna.model.chunked.chunks import LONGEST
from lacuna.model.denoiser import Sampling

SIZES = (100, 300, 1000)


@pytest.fixture(scope="module")
def texts():
    return documents.texts(SIZES)


def test_documents_have_so_many_lines_and_are_sound(texts):
    assert [text.text.count("\n") for text in texts] == [text.lines for text in texts] == list(SIZES)
    for text in texts:
        ast.parse(text.text)


@pytest.mark.parametrize("lines", range(100, 300, 10))
def test_one_document_can_have_any_length(lines):
    (text,) = documents.texts([lines])
    assert text.lines == lines
    assert len(documents.places(text.text, 91, seed=0)) == 91


def test_documents_share_the_passage_in_their_middle_and_nothing_else(texts):
    shortest, *longer = texts
    for text in longer:
        before = text.text[: text.passage.start]
        assert text.text[text.passage.start : text.passage.end] == shortest.text
        assert before.count("\n") == pytest.approx((text.lines - shortest.lines) / 2, abs=1)
    defined = [{node.name for node in ast.parse(text.text).body} for text in texts]
    assert all(defined[0] <= names for names in defined[1:])
    assert (defined[1] - defined[0]).isdisjoint(defined[2] - defined[0])


def test_the_same_documents_and_places_every_time(texts):
    assert documents.texts(SIZES) == texts
    assert documents.places(texts[0].text, 31, seed=0) == documents.places(texts[0].text, 31, seed=0)


def test_places_are_within_lines_of_code_from_top_to_bottom_and_no_two_are_alike(texts):
    passage = texts[0].text
    places = documents.places(passage, 91, seed=0)
    assert len(set(places)) == 91
    assert list(places) == sorted(places)
    for place in places:
        line_start = passage.rfind("\n", 0, place) + 1
        assert passage[line_start:place].strip(), "something stands before it"
        assert passage[place + 1 : passage.index("\n", place)].strip(), "and after it"
        assert not passage[place].isspace()


def test_each_request_lacks_the_rest_of_one_line_and_asks_for_it(texts, scripted):
    model = scripted()
    text = texts[1]
    places = documents.places(texts[0].text, 6, seed=3)
    typist = Typist(text, model.apart())
    typist.open(places[0])
    for place in places[1:]:
        typist.type(place)
    for place, request in zip(places, model.requests, strict=True):
        typed_to = text.passage.start + place + 1
        assert request.text == text.text[:typed_to] + text.text[text.text.index("\n", typed_to) :]
        (span,) = request.spans
        assert (span.start, span.end, request.threshold) == (typed_to, typed_to, 0.0)


def _keystroke(total):
    return Keystroke(Parts(0.1, 1.0, 2.0, 3.0, total), Counts(7, 100, 32, 2), "a model", "a provider")


@pytest.fixture
def report(texts, scripted):
    """Reports on totals by round, one each for documents of 100, 1,000 and (as is claimed) 5,000 lines."""

    def report(*rounds):
        typists = [Typist(text, scripted().apart()) for text in (texts[0], texts[2], texts[2])]
        typists[2].lines = 5000
        typed = [[_keystroke(total) for total in totals] for totals in rounds]
        return keystroke.report(typists, typed[0], typed, defaults=Sampling(), threads=2, load_ms=1.0)

    return report


def test_ratios_are_taken_within_rounds(report):
    found = report((10, 12, 15), (100, 120, 150), (1000, 1200, 9000))
    assert [(ratio.lines, ratio.over, ratio.total) for ratio in found.ratios] == [(1000, 100, 1.2), (5000, 100, 1.5)]


@pytest.mark.parametrize(
    ("totals", "met"),
    [
        pytest.param((100, 150, 200), [True, True, True], id="at the bounds"),
        pytest.param((100, 151, 200), [False, True, False], id="too slow at 1,000 lines"),
        pytest.param((50, 70, 101), [True, False, True], id="grows too fast to 5,000"),
        pytest.param((140, 160, 160), [True, True, False], id="too slow everywhere"),
    ],
)
def test_aims_are_marked_met_or_not(report, totals, met):
    assert [aim.is_met for aim in report(totals).aims] == met


def test_json_is_one_object_with_every_figure(run, scripted):
    ended = run("bench", "keystroke", "--json", "--runs", 3, "--sizes", "300,100", "--threads", 2, model=scripted())
    assert ended.code == ExitCode.DONE
    found = json.loads(ended.out)
    assert set(found) == {
        *("model", "provider", "threads", "cores", "python", "defaults", "runs", "load_ms"),
        *("sizes", "ratios", "aims", "resident_mib", "peak_mib"),
    }
    assert (found["model"], found["threads"], found["runs"], found["defaults"]["canvas"]) == ("scripted", 2, 3, 31)
    assert [size["lines"] for size in found["sizes"]] == [100, 300]
    for size in found["sizes"]:
        parts = {"update", "parse", "encode", "steps", "total"}
        assert set(size) == {"lines", "cold_open_ms", "milliseconds", "counts", "cache_mib"}
        assert set(size["cold_open_ms"]) == set(size["milliseconds"]) == parts
        assert size["milliseconds"]["steps"] == {"median": 7.0, "p95": 7.0}
        assert {name: spread["median"] for name, spread in size["counts"].items()} == {
            "encoded": 7,
            "attended": 100,
            "slots": 32,
            "steps": 2,
        }
    assert [(ratio["lines"], ratio["over"]) for ratio in found["ratios"]] == [(300, 100)]
    assert found["aims"] == [], "none is set for these lengths"
    assert min(found["peak_mib"], found["resident_mib"]) > 1


def test_people_get_a_table_and_the_aims(run, scripted):
    ended = run("bench", "keystroke", "--runs", 2, "--sizes", "100,1000", model=scripted())
    shown = ended.out.decode()
    for expected in ("1,000 lines", "tokens encoded", "32 × 2 (2)", "cold open", "aim: 1,000 lines / 100 lines <= 1.5"):
        assert expected in shown


def test_rounds_go_through_the_documents_in_turn(run, scripted):
    model = scripted()
    run("bench", "keystroke", "--runs", 3, "--sizes", "100,300", model=model)
    warm_up, *asked = [request.text.count("\n") for request in model.requests]
    assert warm_up == 100
    assert asked == [100, 300] * 4, "each is opened, then three rounds"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param(["--sizes", "many"], ExitCode.USAGE, id="no number"),
        pytest.param(["--sizes", "5,100"], ExitCode.USAGE, id="too short a document"),
        pytest.param(["--runs", "0"], ExitCode.USAGE, id="no runs"),
        pytest.param(["--sizes", "100,900000"], ExitCode.FILE, id="more lines than there are"),
    ],
)
def test_bad_options_are_one_clear_sentence(run, options, code):
    ended = run("bench", "keystroke", *options)
    assert ended.code == code
    assert ended.err.count("\n") == 1


@pytest.fixture(scope="module")
def engine():
    """The artifact that ships."""
    return Engine.load(embedded(), Provider.CPU, threads=1)


def test_a_keystroke_encodes_at_most_two_chunks_in_the_median(texts, engine):
    defaults = engine.manifest.sampling
    first, *places = documents.places(texts[0].text, 10, seed=0)
    typist = Typist(texts[2], Apart(partial(infill, engine), engine.cache, defaults))
    cold = typist.open(first)
    held, keystrokes = [len(engine.cache)], []
    for place in places:
        keystrokes.append(typist.type(place))
        held.append(len(engine.cache))
    assert cold.counts.encoded == cold.counts.attended, "a cold open encodes all that is seen"
    assert defaults.budget - LONGEST < cold.counts.attended <= defaults.budget
    assert median(after - before for before, after in itertools.pairwise(held)) <= 2
    assert 0 < median(one.counts.encoded for one in keystrokes) <= 2 * LONGEST
    assert {one.counts.slots for one in keystrokes} == {defaults.canvas}
    assert max(one.counts.steps for one in keystrokes) <= 1 + defaults.canvas
    assert {one.provider for one in keystrokes} == {"CPUExecutionProvider"}
    assert typist.cache_bytes == engine.cache.size > 0


def test_apart_is_the_same_model_with_an_empty_cache():
    opened = open_model(ModelOptions(None, Provider.CPU, threads=1))
    one, other = opened.apart(), opened.apart()
    one.cache.put([1], Encoded(np.zeros((1, 1, 1, 1), np.float32), np.zeros((1, 1, 1, 1), np.float32)))
    assert (len(one.cache), len(other.cache)) == (1, 0)
