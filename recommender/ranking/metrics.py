"""Normalised discounted cumulative gain, and what a difference of means is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr

from recommender.ranking.graded import Graded
from recommender.ranking.query import Floats, Ints

GAINS: tuple[int, ...] = (0, 1, 2, 3)
"""Gain of labels 0 to 3. LightGBM's own 2^label - 1 would let one kept swap outweigh seven looks;
a linear scale lets the many weak labels of a young store speak, with the same order of worth."""

MANY_SHOPPERS = 3_000

AT_ONCE = 256
"""So many resamples are held in memory together: 40 MB for 20,000 shoppers."""


def ndcg(
    labels: Ints, scores: Floats, groups: Ints, *, k: int, gains: tuple[int, ...] = GAINS
) -> Floats:
    """NDCG@k per group, shape (groups,); NaN for a group without a positive label.

    ``groups`` holds the sizes of adjacent groups. Tied scores share the mean discount of the places
    that they take together, which is the expectation over random tie-breaking (McSherry & Najork,
    ECIR 2008), so that row order can never carry the label. Discount 1 / log2(1 + place), cut
    after place k (Järvelin & Kekäläinen, 2002).
    """
    gain = np.asarray(gains, dtype=np.float64)[labels]
    return ndcg_of_gains(gain, scores, groups, k=k)


def ndcg_of_gains(gain: Floats, scores: Floats, groups: Ints, *, k: int) -> Floats:
    """``ndcg`` where every row's gain is known itself, 0 or more, not by a label."""
    return Graded.of(gain, groups, k=k).ndcg(scores)


def random_ndcg(labels: Ints, groups: Ints, *, k: int) -> Floats:
    """The expectation of NDCG@k under a random order, per group."""
    return ndcg(labels, np.zeros(len(labels)), groups, k=k)


def bootstrap_mean(
    values: Floats, shoppers: NDArray, *, rng: np.random.Generator, resamples: int = 1000
) -> tuple[float, float, float]:
    """Mean with a 95 % interval; whole shoppers are drawn again, NaN values left out.

    ``values`` and ``shoppers`` are parallel, one entry per group. Percentile bootstrap over
    clusters; NaN throughout when there is no value.
    """
    (interval,) = bootstrap_means([values], shoppers, rng=rng, resamples=resamples)
    return interval


def bootstrap_means(
    columns: Sequence[Floats],
    shoppers: NDArray,
    *,
    rng: np.random.Generator,
    resamples: int = 1000,
) -> list[tuple[float, float, float]]:
    """``bootstrap_mean`` of several columns that are NaN in the same places, in the same draws."""
    known = ~np.isnan(columns[0])
    if any(not np.array_equal(known, ~np.isnan(values)) for values in columns):
        raise ValueError("the columns are not NaN in the same places")
    if not known.any():
        return [(np.nan, np.nan, np.nan)] * len(columns)
    totals, count = _by_shopper(np.column_stack(columns), shoppers, known)
    low, high = bounds(totals, count, tails=(0.025, 0.975), rng=rng, resamples=resamples)
    return [
        (float(np.nanmean(values)), float(low[at]), float(high[at]))
        for at, values in enumerate(columns)
    ]


def paired_difference(
    first: Floats,
    second: Floats,
    shoppers: NDArray,
    *,
    rng: np.random.Generator,
    resamples: int = 2000,
    one_sided: bool = False,
) -> tuple[float, float, float]:
    """Mean of first - second, paired by group, with a 95 % interval over whole shoppers.

    With ``one_sided`` the lower bound is the 5 % and the upper the 95 % quantile: each holds with
    95 % confidence on its own.
    """
    difference = first - second
    known = ~np.isnan(difference)
    if not known.any():
        return (np.nan, np.nan, np.nan)
    totals, count = _by_shopper(difference[:, None], shoppers, known)
    tails = (0.05, 0.95) if one_sided else (0.025, 0.975)
    low, high = bounds(totals, count, tails=tails, rng=rng, resamples=resamples)
    return float(np.nanmean(difference)), float(low[0]), float(high[0])


def paired_ratio(
    first: Floats,
    second: Floats,
    shoppers: NDArray,
    *,
    rng: np.random.Generator,
    resamples: int = 2000,
) -> tuple[float, float, float]:
    """Mean of first / mean of second, paired by group, with a 95 % interval over whole shoppers.

    Both are known for the same groups; NaN throughout when there is none or ``second`` is zero.
    """
    known = ~(np.isnan(first) | np.isnan(second))
    if not np.any(second[known] > 0):
        return (np.nan, np.nan, np.nan)
    _, shopper = np.unique(np.asarray(shoppers)[known], return_inverse=True)
    totals = [np.bincount(shopper, weights=values[known]) for values in (first, second)]
    count = len(totals[0])
    weights = rng.multinomial(count, np.full(count, 1.0 / count), size=resamples)
    above, below = (weights @ total for total in totals)
    low, high = np.quantile(above[below > 0] / below[below > 0], [0.025, 0.975])
    return float(totals[0].sum() / totals[1].sum()), float(low), float(high)


def luck(values: Floats, shoppers: NDArray) -> float:
    """How likely a mean this far above zero is when the truth is zero; NaN values left out.

    One-sided t-test over whole shoppers, for the far tail, where a percentile bootstrap of few
    shoppers is too sure. 1 when the mean is not above zero or there are fewer than two shoppers.
    """
    known = ~np.isnan(values)
    _, shopper = np.unique(np.asarray(shoppers)[known], return_inverse=True)
    count = np.bincount(shopper).astype(np.float64)
    total = np.bincount(shopper, weights=values[known]).astype(np.float64)
    return luck_of_totals(total, count)


def luck_of_totals(total: Floats, count: Floats) -> float:
    """``luck`` of shoppers whose ``count`` values add up to ``total`` each."""
    shoppers = len(total)
    if shoppers < 2:
        return 1.0
    mean = total.sum() / count.sum()
    if mean <= 0.0:
        return 1.0
    spread = float(_spread(total, count))
    if spread == 0.0:
        return 0.0
    # Student's t; importing scipy.stats for it takes as long as a small training.
    return float(stdtr(shoppers - 1, -mean * count.sum() / spread))


def bounds(
    totals: Floats,
    count: Floats,
    *,
    tails: tuple[float, float],
    rng: np.random.Generator,
    resamples: int,
) -> tuple[Floats, Floats]:
    """Two quantiles of the mean of each column, were whole shoppers drawn again, (columns,) each.

    ``totals`` and ``count`` as for ``resampled_means``. From ``MANY_SHOPPERS`` on by the normal law
    with the spread of the means over shoppers: of so many, the luck of a few thousand resamples
    moves a bound as far as what the law leaves out (ADR 17).
    """
    if len(count) < MANY_SHOPPERS:
        means = resampled_means(totals, count, rng=rng, resamples=resamples)
        low, high = np.quantile(means, tails, axis=0)
        return low, high
    mean, spread = totals.sum(axis=0) / count.sum(), _spread(totals, count) / count.sum()
    low, high = (mean + ndtri(tail) * spread for tail in tails)
    return low, high


def _spread(totals: Floats, count: Floats) -> Floats:
    """Standard error over whole shoppers (ratio estimate) of the sums, per column."""
    shoppers = len(count)
    away = totals - np.multiply.outer(count, totals.sum(axis=0) / count.sum())
    return np.asarray(np.sqrt((away**2).sum(axis=0) * shoppers / (shoppers - 1)))


def resampled_means(
    totals: Floats, count: Floats, *, rng: np.random.Generator, resamples: int
) -> Floats:
    """Means over whole shoppers, drawn again ``resamples`` times, shape (resamples, columns).

    ``totals`` (shoppers, columns) are the sums of each shopper's ``count`` (shoppers,) values.
    """
    shoppers = len(count)
    alike, means = np.full(shoppers, 1.0 / shoppers), []
    for begin in range(0, resamples, AT_ONCE):
        number = min(AT_ONCE, resamples - begin)
        # As numbers with a point, once for all columns: else they are made anew for each.
        drawn = rng.multinomial(shoppers, alike, size=number).astype(np.float64)
        means.append((drawn @ totals) / (drawn @ count)[:, None])
    return np.concatenate(means)


def _by_shopper(values: Floats, shoppers: NDArray, known: NDArray) -> tuple[Floats, Floats]:
    """Sums (shoppers, columns) of the ``known`` rows of ``values``, and how many (shoppers,)."""
    _, shopper = np.unique(np.asarray(shoppers)[known], return_inverse=True)
    columns = [np.bincount(shopper, weights=column) for column in values[known].T]
    return np.column_stack(columns), np.bincount(shopper).astype(np.float64)
