"""What a ranker really leans on: how much worse later slates are ranked without a column.

Gain is no such measure: with few slates it ranks pure noise near the top. So the weights that pages
show come from permuting one column on slates that came after the training (Breiman 2001; Fisher,
Rudin & Dominici 2019), with an interval over shoppers and a correction over the features and over
twenty trainings, because a store trains again and again and every page makes the claim anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.artifact import Scorer
from recommender.ranking.evaluation import Block
from recommender.ranking.features.schema import FAMILIES, NAMES
from recommender.ranking.metrics import bounds, luck_of_totals
from recommender.ranking.pairs import informative
from recommender.ranking.permuted import Permuted
from recommender.ranking.query import Floats

REPEATS = 10
ORDERS = 20_000
"""So many slates are ordered anew for a column at most: up to 2,000 of them ten times."""

RESAMPLES = 4000
ALPHA, TRAININGS = 0.05, 20
"""How likely twenty trainings together call any column without worth above noise."""


def held_out(blocks: Sequence[Block], policy: str, *, seed: int = 0) -> dict[str, Any]:
    """Permutation importance of ``policy`` over all later blocks.

    Returns ``all_features`` (percent of the sum of the positive losses), ``held_out`` and
    ``families`` as {name: {drop, low, high, above_noise}}: the loss of NDCG@5, its 95 % interval
    over shoppers, and whether it is above zero by more than luck (``ALPHA`` over ``TRAININGS``, and
    Holm-corrected over all features).
    Without a later slate that holds a positive the figures are NaN and nothing is above noise.
    """
    rng = np.random.default_rng(seed)
    blocks, repeats = _affordable(blocks, rng)
    shoppers = np.concatenate([block.slates.shoppers for block in blocks])
    permuted = [Permuted.of(block.slates, block.rankers[policy]) for block in blocks]

    def drops(names: Sequence[str]) -> Floats:
        """Loss of NDCG@5 per slate when these columns are permuted together."""
        return np.concatenate([one.drops(names, repeats=repeats, rng=rng) for one in permuted])

    single = {name: drops((name,)) for name in NAMES}
    families = {name: drops(members) for name, members in FAMILIES.items()}
    features = _figures(single, shoppers, rng)
    losses = {name: max(0.0, figure["drop"]) for name, figure in features.items()}
    whole = sum(losses.values())
    return {
        "all_features": {
            name: round(100.0 * loss / whole, 1) if whole > 0 else 0.0
            for name, loss in losses.items()
        },
        "held_out": features,
        "families": _figures(families, shoppers, rng),
    }


def gain_shares(ranker: Scorer) -> dict[str, float]:
    """Share of gain (linear: of absolute standardised weights) per feature, in percent."""
    gain = ranker.gain()
    whole = gain.sum()
    return {
        name: round(100.0 * float(value) / whole, 1) if whole > 0 else 0.0
        for name, value in zip(NAMES, gain, strict=True)
    }


def _affordable(blocks: Sequence[Block], rng: np.random.Generator) -> tuple[Sequence[Block], int]:
    """The slates that are ordered again for each column, and how often: some ``ORDERS`` in all.

    Many slates ordered once say more than few of them ten times (ADR 17), so the repeats go first;
    beyond ``ORDERS`` slates whose order matters, as many of all are drawn at random.
    """
    sizes = [len(block.slates) for block in blocks]
    telling = sum(int(informative(b.slates.labels, b.slates.groups).sum()) for b in blocks)
    if telling <= ORDERS:
        return blocks, min(REPEATS, ORDERS // max(telling, 1))
    drawn = rng.permutation(sum(sizes)) < sum(sizes) * ORDERS // telling
    parts = np.split(drawn, np.cumsum(sizes)[:-1])
    return [
        replace(block, slates=block.slates.slates(own))
        for block, own in zip(blocks, parts, strict=True)
        if own.any()
    ], 1


def _figures(
    drops: dict[str, Floats], shoppers: NDArray, rng: np.random.Generator
) -> dict[str, dict[str, Any]]:
    known = ~np.isnan(next(iter(drops.values())))
    if not known.any():
        nothing = {"drop": np.nan, "low": np.nan, "high": np.nan, "above_noise": False}
        return {name: dict(nothing) for name in drops}
    _, shopper = np.unique(shoppers[known], return_inverse=True)
    count = np.bincount(shopper).astype(np.float64)
    totals = np.column_stack(
        [np.bincount(shopper, weights=values[known]) for values in drops.values()]
    ).astype(np.float64)
    lows, highs = bounds(totals, count, tails=(0.025, 0.975), rng=rng, resamples=RESAMPLES)
    figures: dict[str, dict[str, Any]] = {}
    p_values: dict[str, float] = {}
    for at, (name, values) in enumerate(drops.items()):
        figures[name] = {
            "drop": round(float(values[known].mean()), 5),
            "low": round(float(lows[at]), 5),
            "high": round(float(highs[at]), 5),
        }
        p_values[name] = _luck(totals[:, at], count)
    above = _holm(p_values)
    return {name: {**figure, "above_noise": above[name]} for name, figure in figures.items()}


def _luck(total: Floats, count: Floats) -> float:
    """How likely shoppers with these losses (``total`` over ``count`` slates) are without any loss.

    By the t-test: a percentile bootstrap called pure noise a loss in 3 of 40 trainings, this none.
    """
    # All on one side come about by luck with this likelihood, however far out they lie.
    return max(luck_of_totals(total, count), 0.5 ** len(total))


def _holm(p_values: dict[str, float]) -> dict[str, bool]:
    """Holm's step-down test over the features (Holm, 1979), at a training's part of ``ALPHA``."""
    above, still = {}, True
    for step, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        still = still and p_values[name] <= ALPHA / TRAININGS / (len(p_values) - step)
        above[name] = still
    return above
