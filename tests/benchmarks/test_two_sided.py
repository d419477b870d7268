"""The two-sided n-gram baseline on a corpus small enough to know what it should say."""

import math

import numpy as np
import pytest

from lacuna.benchmarks.evaluation.baselines import ngram, two_sided
from lacuna.benchmarks.evaluation.baselines.guesses import ranked
from lacuna.benchmarks.evaluation.baselines.two_sided import EVEN_MIX, TwoSided
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.model.tokenizer import PAD, Tokenizer
from lacuna.syntax.spans import Span

OPEN = "def load(path):\n    with open(path) as file:\n        return file.read()\n\n\n"
ELSE = "if ready:\n    start_engine()\nelse:\n    stop_engine()\n"
PLAIN = "if ready:\n    start_engine()\nfinish()\n"
TEXTS = [OPEN, ELSE, PLAIN, PLAIN, "é = 'ü'\n"] * 20


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train(TEXTS, 400)


@pytest.fixture(scope="module")
def model(tokenizer):
    tokens = [token for text in TEXTS for token in (PAD, *tokenizer.encode_text(text))]
    return ngram.train(np.array(tokens), tokenizer.size)


@pytest.fixture(scope="module")
def two(model, tokenizer):
    return TwoSided(model, tokenizer, EVEN_MIX)


def hole_of(marked):
    before, hidden, after = marked.split("|")
    return Hole("p", "f.py", before + hidden + after, Span(len(before), len(before) + len(hidden)))


def best(two, marked):
    return ranked(two.guesses(hole_of(marked)), two_sided.START)[0]


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param(
            "def load(path):\n    with open(|path) as file:|\n        return file.read()\n", id="behind a bracket"
        ),
        pytest.param(
            "def load(path):\n    with op|en(path) as file:|\n        return file.read()\n", id="within a word"
        ),
        pytest.param(
            "def load(path):\n    with open(path) |as file:|\n        return file.read()\n", id="behind a blank"
        ),
        pytest.param("def load(path):\n    |with open(path) as file:|\n        return\n", id="behind the indentation"),
        pytest.param("|def load(path):|\n    with open(path) as file:\n", id="in an empty line"),
        pytest.param("é =| 'ü'|\n", id="beside other letters"),
        pytest.param(
            "def load(path):\n    with open(|path|) as file:\n        return file.read()\n",
            id="in the middle of a line",
        ),
    ],
)
def test_what_the_corpus_says_is_found_wherever_the_cursor_stands(two, marked):
    assert best(two, marked) == hole_of(marked).truth


def test_what_follows_decides_between_answers_that_the_left_cannot_tell_apart(two):
    assert best(two, "if ready:\n    start_engine()\n|else:|\n    stop_engine()\n") == "else:"
    assert best(two, "if ready:\n    start_engine()\n|finish()|\n") == "finish()"


def test_answers_stay_in_the_line_and_are_text(two):
    found = two.guesses(hole_of("if ready:\n    |start_engine()|\nelse:\n"))
    assert len(found.texts) == len(set(found.texts)) == len(found.features) > 10
    assert not any("\n" in text for text in found.texts)


def test_the_document_s_own_words_count_as_much_as_their_share(model, tokenizer):
    marked = "zq.quux(7)\n" * 3 + "zq.|quux(7)|\n" + "zq.quux(7)\n"
    shares = ((0.01,) * ngram.ORDER, (0.99,) * ngram.ORDER)
    assert [best(TwoSided(model, tokenizer, share), marked) for share in shares] == ["read()", "quux(7)"]


def test_the_hidden_text_is_never_seen(two):
    shown = "if ready:\n    st|{}|\nelse:\n"
    one, other = (two.guesses(hole_of(shown.format(hidden))) for hidden in ("art_engine()", "zzzz"))
    assert one.texts == other.texts
    assert (one.features == other.features).all()


def test_an_answer_s_score_is_the_sum_over_its_tokens(two, tokenizer):
    hole = hole_of("def load(path):\n    with |open(path) as file:|\n        return file.read()\n")
    found = two.guesses(hole)
    features = found.features[found.texts.index(hole.truth)]
    rows = two.evidence(hole)
    mixed = [math.log((1 - EVEN_MIX[seen]) * everywhere + EVEN_MIX[seen] * here) for everywhere, here, seen in rows]
    assert features[0] == pytest.approx(sum(mixed), rel=1e-4)
    assert features[2] == len(rows) - 1


def test_mixture_shares_are_where_the_likelihood_is_highest():
    generator = np.random.default_rng(0)
    rows = [(float(a), float(b), 2) for a, b in generator.uniform(0.01, 1, size=(400, 2)) ** [3, 2]]
    share = two_sided.fit_shares(rows, rounds=400)[2]
    grid = np.linspace(0.001, 0.999, 999)
    likelihood = [sum(math.log((1 - s) * a + s * b) for a, b, _ in rows) for s in grid]
    assert share == pytest.approx(grid[int(np.argmax(likelihood))], abs=0.01)
    assert two_sided.fit_shares(rows)[1] == EVEN_MIX[1]
