"""Forward chaining: every block of slates is ranked by what was learned from earlier ones only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.ranking import blend
from recommender.ranking.artifact import Scorer
from recommender.ranking.errors import CannotLearn
from recommender.ranking.linear import hand_signed
from recommender.ranking.metrics import bootstrap_mean, ndcg, random_ndcg
from recommender.ranking.query import Floats
from recommender.ranking.rungs import fit_linear, fit_ltr
from recommender.ranking.training_set import TrainingSet

K = 5
BLOCKS = 5


@dataclass(frozen=True)
class Block:
    """Later slates, and the rankers that were fitted on everything before them, by policy."""

    slates: TrainingSet
    rankers: dict[str, Scorer]


@dataclass(frozen=True)
class Chain:
    """``ndcg`` holds NDCG@5 of every policy for every later slate, NaN without a positive.

    ``shoppers`` and ``origins`` are parallel to the arrays in ``ndcg``.
    """

    blocks: list[Block]
    ndcg: dict[str, Floats]
    shoppers: np.ndarray

    @property
    def informative(self) -> int:
        """Later slates whose order matters: with a positive, and not positive throughout."""
        both = ~np.isnan(self.ndcg["oracle"]) & (self.ndcg["worst"] < self.ndcg["oracle"])
        return int(both.sum())

    def means(self, *, seed: int = 0) -> dict[str, tuple[float, float, float]]:
        """Mean NDCG@5 with a 95 % interval over shoppers, by policy."""
        return {
            policy: bootstrap_mean(values, self.shoppers, rng=np.random.default_rng(seed))
            for policy, values in self.ndcg.items()
            if policy != "worst"
        }


def forward_chain(
    training: TrainingSet,
    *,
    blocks: int = BLOCKS,
    seed: int = 0,
    threads: int = 1,
) -> Chain:
    """Cuts the slates into ``blocks`` by time; each but the first is scored by earlier learning.

    Raises CannotLearn when not even the first fit can be made.
    """
    parts = training.blocks(blocks)
    chain: list[Block] = []
    collected: dict[str, list[Floats]] = {}
    for at in range(1, len(parts)):
        later = parts[at]
        if not len(later):
            continue
        earlier = training.slates(np.arange(len(training)) < sum(map(len, parts[:at])))
        rankers: dict[str, Scorer] = {
            "hand_signed": hand_signed(),
            "linear": fit_linear(earlier),
        }
        try:
            rankers["ltr"] = fit_ltr(earlier, seed=seed, threads=threads)
        except CannotLearn:
            # Too little yet for trees: the linear ranker stands in, so that all blocks compare.
            rankers["ltr"] = rankers["linear"]
        chain.append(Block(later, rankers))
        tuned = blend.tune(earlier.features, earlier.labels, earlier.groups)
        for policy, values in compare(later, rankers, tuned=tuned).items():
            collected.setdefault(policy, []).append(values)
    if not chain:
        raise CannotLearn(
            f"{len(training)} slates are too few to hold later ones back for a judgement"
        )
    return Chain(
        chain,
        {policy: np.concatenate(values) for policy, values in collected.items()},
        np.concatenate([block.slates.shoppers for block in chain]),
    )


def compare(
    slates: TrainingSet, rankers: Mapping[str, Scorer], *, tuned: blend.Blend, k: int = K
) -> dict[str, Floats]:
    """NDCG@k per slate of each ranker, beside random, the stock and tuned blend, and the oracle."""
    features, labels, groups = slates.features, slates.labels, slates.groups
    stock, best = blend.Blend(), labels.astype(np.float64)
    scores = {
        "blend": stock.score(features, groups),
        "tuned_blend": tuned.score(features, groups),
        **{policy: ranker.score(features, groups) for policy, ranker in rankers.items()},
        "oracle": best,
        "worst": -best,
    }
    result = {"random": random_ndcg(labels, groups, k=k)}
    result |= {policy: ndcg(labels, score, groups, k=k) for policy, score in scores.items()}
    return result
