"""Exactness and similarity of answers, buckets of lengths, and bootstrap intervals."""

import difflib
import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 10_000
"""Resamples a bootstrap takes: enough that another seed moves a 95 % limit by a few hundredths of its width."""
CONFIDENCE = 0.95
_BLOCK = 1_000_000
"""Numbers drawn at once: 8 MB."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its bootstrap percentile interval."""

    value: float
    low: float
    high: float
    rows: int
    clusters: int


def mean_over(values: Iterable[float], clusters: Iterable[Hashable], *, seed: int, draws: int = DRAWS) -> Estimate:
    """Mean of the values; its interval comes from drawing whole clusters (problems, files) with replacement.

    With every row its own cluster this is the plain bootstrap; over differences of two systems, the paired one.
    """
    # 1. Clusters are numbered as they come.
    number: dict[Hashable, int] = {}
    of_row = np.array([number.setdefault(cluster, len(number)) for cluster in clusters], dtype=np.int64)  # (rows,)
    column = np.asarray(list(values), dtype=np.float64)
    assert len(column) == len(of_row), "one cluster for each value"
    if not len(column):
        return Estimate(value=math.nan, low=math.nan, high=math.nan, rows=0, clusters=0)

    # 2. A resample's mean needs only each drawn cluster's sum and size, not its rows.
    count = len(number)
    sums = np.bincount(of_row, weights=column, minlength=count)
    sizes = np.bincount(of_row, minlength=count)
    # 3. So many resamples at once that their numbers of clusters fit in a block.
    random = np.random.default_rng(seed)
    means = np.empty(draws)
    block = max(1, _BLOCK // count)
    for start in range(0, draws, block):
        drawn = random.integers(0, count, size=(min(block, draws - start), count))  # (block, clusters)
        means[start : start + len(drawn)] = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    # 4. The percentile interval.
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(means, [tail, 1.0 - tail])
    return Estimate(value=float(column.mean()), low=float(low), high=float(high), rows=len(column), clusters=count)


def ratios_over(
    columns: Sequence[tuple[Sequence[float], Sequence[float]]],
    clusters: Sequence[Hashable],
    *,
    seed: int,
    draws: int = DRAWS,
) -> list[Estimate]:
    """Sum of numerators over sum of denominators, for each pair of columns; all are resampled together, by cluster.

    A share of the rows has denominators of 1, a share of some of them 0 for the others.
    """
    # 1. Each cluster's sums, of every column.
    number: dict[Hashable, int] = {}
    of_row = np.array([number.setdefault(cluster, len(number)) for cluster in clusters], dtype=np.int64)  # (rows,)
    values = np.array(columns, dtype=np.float64)  # (columns, 2, rows)
    sums = np.zeros((len(number), *values.shape[:2]))  # (clusters, columns, 2)
    np.add.at(sums, of_row, np.moveaxis(values, 2, 0))
    # 2. How often each resample draws each cluster; its sums are products with that.
    random, count = np.random.default_rng(seed), len(number)
    ratios = np.empty((draws, len(columns)))
    block = max(1, _BLOCK // max(1, count))
    for start in range(0, draws, block):
        size = min(block, draws - start)
        times = random.multinomial(count, np.full(count, 1 / max(1, count)), size=size)  # (block, clusters)
        ratios[start : start + size] = _ratio(np.tensordot(times.astype(np.float64), sums, 1))
    # 3. The percentile intervals; a resample without any row that counts has no ratio.
    tail = (1.0 - CONFIDENCE) / 2.0
    found = []
    for value, drawn, (_, denominators) in zip(_ratio(sums.sum(axis=0)), ratios.T, columns, strict=True):
        some = drawn[~np.isnan(drawn)]
        low, high = np.quantile(some, [tail, 1.0 - tail]) if len(some) else (math.nan, math.nan)
        rows = sum(map(bool, denominators))
        found.append(Estimate(value=float(value), low=float(low), high=float(high), rows=rows, clusters=count))
    return found


def _ratio(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 2) to (...): not a number where the denominator is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan)


def difference(first: Sequence[float], second: Sequence[float], clusters: Iterable[Hashable], *, seed: int) -> Estimate:
    """Mean of `first - second`, paired by row."""
    paired = [one - other for one, other in zip(first, second, strict=True)]
    return mean_over(paired, clusters, seed=seed)


@dataclass(frozen=True, slots=True)
class Paired:
    """Two systems on the same rows."""

    gain: Estimate
    """Share right of the first less that of the other; the interval is drawn by cluster."""
    only_first: int
    """Discordant rows: the first is right and the other is not."""
    only_other: int
    p: float
    """McNemar's exact test, two-sided: how often discordant rows would be as uneven if they fell either way alike."""


def paired(first: Sequence[bool], other: Sequence[bool], clusters: Iterable[Hashable], *, seed: int) -> Paired:
    gain = difference([float(one) for one in first], [float(one) for one in other], clusters, seed=seed)
    only_first = sum(one and not two for one, two in zip(first, other, strict=True))
    only_other = sum(two and not one for one, two in zip(first, other, strict=True))
    return Paired(gain, only_first, only_other, _mcnemar(only_first, only_other))


def _mcnemar(one: int, other: int) -> float:
    rows = one + other
    # Under the null hypothesis the lesser count is binomial, with a half; in whole numbers nothing overflows or rounds.
    tail = sum(math.comb(rows, n) for n in range(min(one, other) + 1))
    return min(1.0, tail / (1 << rows) * 2)


def is_exact(completion: str, truth: str) -> bool:
    """Whether both are equal but for outer line ends and trailing blanks, which no reader would call an error."""
    return _bare(completion) == _bare(truth)


def _bare(text: str) -> str:
    return text.strip("\n").rstrip()


def edit_similarity(completion: str, truth: str) -> float:
    """Ratcliff and Obershelp's ratio, 0 to 1."""
    return difflib.SequenceMatcher(None, completion, truth, autojunk=False).ratio()


def lines_bucket(text: str) -> str:
    """Name the bucket of the text's number of lines; a final line end begins no new line."""
    lines = max(1, text.count("\n") + (not text.endswith("\n")))
    return _bucket(lines, (1, 3, 7, 15), "line", "lines")


def characters_bucket(text: str) -> str:
    return _bucket(len(_bare(text)), (4, 9, 19, 39), "character", "characters")


def file_lines_bucket(text: str) -> str:
    return _bucket(text.count("\n") + 1, (100, 300, 1000), "line", "lines")


def _bucket(size: int, tops: Sequence[int], one: str, many: str) -> str:
    low = 0 if tops[0] > 1 else 1
    for top in tops:
        if size <= top:
            return f"{low}-{top} {many}" if low < top else f"{top} {one if top == 1 else many}"
        low = top + 1
    return f"{low}+ {many}"


def first_number(bucket: str) -> int:
    """Sort key of buckets: the least size that belongs there."""
    return int(bucket.replace("+", "-").split("-")[0].split(" ")[0])
