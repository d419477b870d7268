"""The n-gram model against a slow one written from the equations with dictionaries."""

import collections

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacuna.benchmarks.evaluation.baselines import ngram

SMALL = st.lists(st.integers(0, 5), min_size=6, max_size=60)


def slow_probability(tokens, context, word, vocabulary, order):
    """Kneser-Ney by recursion over dictionaries of tuples."""
    tokens = tuple(tokens)
    grams = {n: collections.Counter(zip(*(tokens[i:] for i in range(n)), strict=False)) for n in range(1, order + 1)}

    def count(gram):
        if len(gram) == order:
            return grams[order][gram]
        return sum(1 for longer in grams[len(gram) + 1] if longer[1:] == gram)

    def taken(n):
        counts = [count(gram) for gram in grams[n]]
        having = [counts.count(c) for c in (1, 2, 3, 4)]
        if not all(having):
            return [0, 0.75, 0.75, 0.75]
        y = having[0] / (having[0] + 2 * having[1])
        exact = [
            1 - 2 * y * having[1] / having[0],
            2 - 3 * y * having[2] / having[1],
            3 - 4 * y * having[3] / having[2],
        ]
        return [0, *(min(max(d, 0.1), c) for c, d in zip((1, 2, 3), exact, strict=True))]

    def probability(past):
        lower = probability(past[1:]) if past else 1 / vocabulary
        counts = {w: count((*past, w)) for w in range(vocabulary)}
        total = sum(counts.values())
        if not total:
            return lower
        discounts = taken(len(past) + 1)
        back = sum(discounts[min(c, 3)] for c in counts.values()) / total
        return max(counts[word] - discounts[min(counts[word], 3)], 0) / total + back * lower

    return probability(tuple(context))


@settings(max_examples=25, deadline=None)
@given(tokens=SMALL, context=st.lists(st.integers(0, 5), max_size=2), word=st.integers(0, 5))
def test_probabilities_are_those_of_the_equations(tokens, context, word):
    share, _ = ngram.train(np.array(tokens), 6, order=3).distribution(context)
    assert share[word] == pytest.approx(slow_probability(tokens, context, word, 6, 3), rel=1e-4)


@given(tokens=SMALL, context=st.lists(st.integers(0, 7), max_size=6))
def test_every_distribution_sums_to_one(tokens, context):
    share, _ = ngram.train(np.array(tokens), 8).distribution(context)
    assert share.min() > 0
    assert share.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_zipfian_text_uses_estimated_discounts_and_still_sums_to_one():
    tokens = np.random.default_rng(0).zipf(1.4, 4000).clip(max=60) - 1
    model = ngram.train(tokens, 60)
    assert len({round(float(m), 6) for m in model.levels[1].rest}) > 10
    for start in range(0, 400, 7):
        assert model.distribution(tokens[start : start + 4])[0].sum() == pytest.approx(1.0, abs=1e-4)


def test_the_longest_context_seen_is_reported():
    model = ngram.train(np.array([1, 2, 3, 4, 5, 1, 2, 3, 4, 6]), 8)
    assert [model.distribution(context)[1] for context in ([1, 2, 3, 4], [7, 2, 3, 4], [7, 7, 7, 4], [7])] == [
        4,
        3,
        1,
        0,
    ]


def test_words_that_follow_many_words_beat_words_that_are_merely_frequent():
    """What Kneser-Ney is for: 1 is frequent but only ever follows 0."""
    tokens = np.array([0, 1] * 30 + [2, 5, 3, 5, 4, 5, 6, 5, 7, 5])
    share, _ = ngram.train(tokens, 9, order=2).distribution([8])
    assert share[5] > share[1]


def test_what_was_saved_is_loaded(tmp_path):
    tokens = np.random.default_rng(1).integers(0, 30, 500)
    model = ngram.train(tokens, 30)
    model.save(tmp_path / "model.npz")
    again = ngram.NGram.load(tmp_path / "model.npz")
    assert (model.distribution(tokens[9:13])[0] == again.distribution(tokens[9:13])[0]).all()
