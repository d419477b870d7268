"""Metrics against closed forms and other formulas."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.benchmarks.evaluation import metrics

Z = 1.959964


def test_the_interval_of_a_share_is_the_normal_approximation_when_rows_are_many():
    hits = [1.0] * 600 + [0.0] * 1400
    estimate = metrics.mean_over(hits, range(2000), seed=1)
    half = Z * math.sqrt(0.3 * 0.7 / 2000)
    assert estimate.value == pytest.approx(0.3)
    assert estimate.low == pytest.approx(0.3 - half, abs=0.001)
    assert estimate.high == pytest.approx(0.3 + half, abs=0.001)


def test_clusters_of_equal_rows_widen_the_interval_by_the_root_of_their_size():
    hits = [float(i < 120) for i in range(400)]
    single = metrics.mean_over(hits, range(400), seed=2)
    nine_alike = metrics.mean_over(np.repeat(hits, 9), np.repeat(np.arange(400), 9), seed=2)
    as_if_independent = metrics.mean_over(np.repeat(hits, 9), range(3600), seed=2)
    assert nine_alike.high - nine_alike.low == pytest.approx(single.high - single.low)
    ratio = (nine_alike.high - nine_alike.low) / (as_if_independent.high - as_if_independent.low)
    assert ratio == pytest.approx(3.0, rel=0.06)


def test_clusters_of_unequal_size_agree_with_the_linearised_variance_of_a_ratio():
    generator = np.random.default_rng(3)
    sizes = generator.integers(1, 20, size=300)
    clusters = np.repeat(np.arange(300), sizes)
    values = np.repeat(generator.random(300), sizes) + generator.normal(0, 0.1, sizes.sum())
    estimate = metrics.mean_over(values, clusters, seed=4)
    residual = np.array([(values[clusters == c] - values.mean()).sum() for c in range(300)])
    half = Z * math.sqrt((residual**2).sum()) / len(values)
    assert (estimate.high - estimate.low) / 2 == pytest.approx(half, rel=0.06)


def test_pairing_takes_out_what_both_systems_share():
    generator = np.random.default_rng(5)
    second = [float(generator.random() < 0.5) for _ in range(1000)]
    first = [1.0 if i % 50 == 0 else value for i, value in enumerate(second)]
    gained = metrics.difference(first, second, range(1000), seed=6)
    assert gained.value == pytest.approx((sum(first) - sum(second)) / 1000)
    assert gained.low > 0.0
    assert gained.high < 0.025


def test_the_same_seed_gives_the_same_interval_and_another_seed_nearly_the_same():
    values = [float(i % 3 == 0) for i in range(500)]
    one, same, other = (metrics.mean_over(values, range(500), seed=seed) for seed in (7, 7, 8))
    assert one == same
    assert one != other
    assert one.low == pytest.approx(other.low, abs=0.004)


def test_blocks_do_not_change_the_draws_taken():
    assert metrics.mean_over([1.0, 2.0], "ab", seed=0, draws=5000).low == 1.0


def test_no_rows_have_no_mean():
    assert math.isnan(metrics.mean_over([], [], seed=0).value)


@given(st.text(max_size=30))
def test_a_text_is_exactly_itself_and_wholly_similar(text):
    assert metrics.is_exact(text, text)
    assert metrics.edit_similarity(text, text) == 1.0


@pytest.mark.parametrize(
    ("completion", "truth", "exact"),
    [
        pytest.param("return x", "return x\n", True, id="line end at the end"),
        pytest.param("\nreturn x  ", "return x", True, id="line end before and blanks behind"),
        pytest.param("  return x", "return x", False, id="indentation counts"),
        pytest.param("a\n b", "a\nb", False, id="inner blanks count"),
    ],
)
def test_exact_match_ignores_only_outer_line_ends_and_trailing_blanks(completion, truth, exact):
    assert metrics.is_exact(completion, truth) is exact


@pytest.mark.parametrize(
    ("text", "bucket"),
    [
        ("", "1 line"),
        ("x\n", "1 line"),
        ("x\ny", "2-3 lines"),
        ("x\n" * 3, "2-3 lines"),
        ("x\n" * 4, "4-7 lines"),
        ("x\n" * 15, "8-15 lines"),
        ("x\n" * 15 + "x", "16+ lines"),
    ],
)
def test_buckets_of_lines(text, bucket):
    assert metrics.lines_bucket(text) == bucket


@pytest.mark.parametrize(
    ("lines", "bucket"),
    [(1, "0-100 lines"), (100, "0-100 lines"), (101, "101-300 lines"), (1000, "301-1000 lines"), (1001, "1001+ lines")],
)
def test_buckets_of_files(lines, bucket):
    assert metrics.file_lines_bucket("\n" * (lines - 1)) == bucket


@pytest.mark.parametrize(
    ("only_first", "only_other", "p"),
    [
        pytest.param(0, 0, 1.0, id="nothing discordant"),
        pytest.param(1, 0, 1.0, id="one row says nothing"),
        pytest.param(5, 0, 2 / 32, id="five to nothing"),
        pytest.param(0, 5, 2 / 32, id="either way"),
        pytest.param(9, 3, 2 * (1 + 12 + 66 + 220) / 4096, id="nine to three"),
        pytest.param(7, 7, 1.0, id="even"),
        pytest.param(2000, 1000, 0.0, id="too many for a float"),
    ],
)
def test_mcnemar_s_exact_test(only_first, only_other, p):
    first = [True] * only_first + [False] * only_other + [True, False]
    other = [False] * only_first + [True] * only_other + [True, False]
    found = metrics.paired(first, other, range(len(first)), seed=0)
    assert (found.only_first, found.only_other) == (only_first, only_other)
    assert found.p == pytest.approx(p, abs=1e-9)
    assert found.gain.value == pytest.approx((only_first - only_other) / len(first))


@pytest.mark.parametrize(
    ("length", "bucket"),
    [
        (0, "0-4 characters"),
        (4, "0-4 characters"),
        (5, "5-9 characters"),
        (39, "20-39 characters"),
        (40, "40+ characters"),
    ],
)
def test_buckets_of_characters(length, bucket):
    assert metrics.characters_bucket("x" * length) == bucket
    assert metrics.first_number(bucket) in (0, 5, 20, 40)


def test_a_ratio_with_denominators_of_one_is_the_mean_of_the_values():
    generator = np.random.default_rng(5)
    values, clusters = generator.random(400), generator.integers(0, 60, 400).tolist()
    (ratio,) = metrics.ratios_over([(values.tolist(), [1.0] * 400)], clusters, seed=1)
    mean = metrics.mean_over(values, clusters, seed=2)
    assert (ratio.value, ratio.rows, ratio.clusters) == (pytest.approx(mean.value), 400, mean.clusters)
    assert ratio.low == pytest.approx(mean.low, abs=0.003)
    assert ratio.high == pytest.approx(mean.high, abs=0.003)


def test_a_ratio_is_of_the_rows_that_count_and_nothing_where_none_does():
    some, none = metrics.ratios_over([([1, 0, 3], [2, 0, 2]), ([0, 0, 0], [0, 0, 0])], ["a", "b", "a"], seed=0)
    assert (some.value, some.low, some.high, some.rows) == (1.0, 1.0, 1.0, 2)
    assert math.isnan(none.value)
    assert none.rows == 0
