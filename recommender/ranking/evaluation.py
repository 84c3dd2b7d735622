"""Forward chaining: every block of slates is ranked by what was learned from earlier ones only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking import blend
from recommender.ranking.artifact import Scorer
from recommender.ranking.errors import CannotLearn
from recommender.ranking.graded import Graded
from recommender.ranking.linear import hand_signed
from recommender.ranking.metrics import GAINS, bootstrap_means, ndcg
from recommender.ranking.query import Floats
from recommender.ranking.rungs import (
    BELOW,
    Rounds,
    fit_and_ask,
    fit_linear,
    fit_ltr,
    fit_stacked,
)
from recommender.ranking.training_set import TrainingSet

K = 5
BLOCKS = 5

MANY_SLATES = 5_000
"""From so many on the blocks grow, and the number of trees is handed on (ADR 17)."""


@dataclass(frozen=True)
class Block:
    """Later slates, and the rankers that were fitted on everything before them, by policy."""

    slates: TrainingSet
    rankers: dict[str, Scorer]


@dataclass(frozen=True)
class Chain:
    """``ndcg`` holds NDCG@5 of every policy for every later slate, NaN without a positive.

    ``shoppers`` is parallel to the arrays in ``ndcg``. ``skipped`` later slates were left out,
    because nothing could be learned from what came before them. ``rounds`` are the trees that a fit
    on all slates gets; a rung that is not there looks for them itself.
    """

    blocks: list[Block]
    ndcg: dict[str, Floats]
    shoppers: NDArray
    skipped: int = 0
    rounds: Rounds = field(default_factory=dict)

    @property
    def informative(self) -> int:
        """Later slates whose order matters: with a positive, and not positive throughout."""
        return int(self._telling.sum())

    @property
    def _telling(self) -> NDArray:
        return ~np.isnan(self.ndcg["oracle"]) & (self.ndcg["worst"] < self.ndcg["oracle"])

    def evidence(self, *, enough: int) -> Chain:
        """What to judge by: only slates of real shoppers, once ``enough`` of them are informative.

        Until then all slates, simulated ones included.
        """
        real = [block.slates.origins != "simulated" for block in self.blocks]
        every = np.concatenate(real) if real else np.ones(len(self.shoppers), dtype=bool)
        if every.all() or (every & self._telling).sum() < enough:
            return self
        blocks = [
            Block(block.slates.slates(own), block.rankers)
            for block, own in zip(self.blocks, real, strict=True)
            if own.any()
        ]
        ndcg = {policy: values[every] for policy, values in self.ndcg.items()}
        return replace(self, blocks=blocks, ndcg=ndcg, shoppers=self.shoppers[every])

    def with_live(self, scorer: Scorer, *, policy: str, unseen: NDArray) -> Chain:
        """The chain with the live ranker's NDCG@5, on slates that it has not learned from.

        On the ``unseen`` (mask over the later slates) the live ranker itself is scored. On others
        its recipe is: the ranker of its ``policy`` that was fitted on what came before them.
        """
        own = [
            ndcg(
                block.slates.labels,
                scorer.score(block.slates.features, block.slates.groups),
                block.slates.groups,
                k=K,
            )
            for block in self.blocks
        ]
        values = np.where(unseen, np.concatenate(own), self.ndcg[policy])
        return replace(self, ndcg={**self.ndcg, "live": values})

    @property
    def real(self) -> bool:
        """Whether all later slates are of real shoppers."""
        return all(bool((block.slates.origins != "simulated").all()) for block in self.blocks)

    def means(self, *, seed: int = 0) -> dict[str, tuple[float, float, float]]:
        """Mean NDCG@5 with a 95 % interval over shoppers, by policy."""
        shown = {policy: values for policy, values in self.ndcg.items() if policy != "worst"}
        rng = np.random.default_rng(seed)
        found = bootstrap_means(list(shown.values()), self.shoppers, rng=rng)
        return dict(zip(shown, found, strict=True))


def forward_chain(
    training: TrainingSet,
    *,
    blocks: int = BLOCKS,
    seed: int = 0,
    threads: int = 1,
) -> Chain:
    """Cuts the slates into ``blocks`` by time; each but the first is scored by earlier learning.

    Blocks before which nothing can be learned yet are skipped and counted. From ``MANY_SLATES`` on
    each block is as long as all before it, and says how many trees the fits after it get, the fit
    on all slates included: the last block is no more than scored. Raises CannotLearn when no block
    is left.
    """
    many = len(training) >= MANY_SLATES
    parts = training.doubling(blocks) if many else training.blocks(blocks)
    rounds: dict[str, int] = {}
    chain: list[Block] = []
    collected: dict[str, list[Floats]] = {}
    skipped, why = 0, ""
    for at in range(1, len(parts)):
        later = parts[at]
        if not len(later):
            continue
        earlier = training.slates(np.arange(len(training)) < sum(map(len, parts[:at])))
        try:
            asked = later if many and at < len(parts) - 1 else None
            rankers, told = _rankers(earlier, asked, rounds=rounds, seed=seed, threads=threads)
        except CannotLearn as error:
            skipped, why = skipped + len(later), f"; {error}"
            continue
        chain.append(Block(later, rankers))
        tuned = blend.tune(earlier.features, earlier.labels, earlier.groups)
        for policy, values in compare(later, rankers, tuned=tuned).items():
            collected.setdefault(policy, []).append(values)
        # For the fits to come only: a ranker knows nothing of what it is judged by.
        rounds |= told
    if not chain:
        raise CannotLearn(
            f"{len(training)} slates are too few to hold later ones back for a judgement{why}"
        )
    return Chain(
        chain,
        {policy: np.concatenate(values) for policy, values in collected.items()},
        np.concatenate([block.slates.shoppers for block in chain]),
        skipped,
        rounds,
    )


def _rankers(
    earlier: TrainingSet, asked: TrainingSet | None, *, rounds: Rounds, seed: int, threads: int
) -> tuple[dict[str, Scorer], dict[str, int]]:
    """Every rung as ``earlier`` slates teach it, and how many trees the ``asked`` ones ask for.

    Raises CannotLearn.
    """
    linear = fit_linear(earlier)
    rankers: dict[str, Scorer] = {"hand_signed": hand_signed(), "linear": linear}
    told: dict[str, int] = {}
    trees = (("ltr", fit_ltr), ("ltr_on_linear", partial(fit_stacked, below=linear)))
    for policy, fit in trees:
        given: dict[str, Any] = {"rounds": rounds.get(policy), "seed": seed, "threads": threads}
        try:
            if asked is None:
                rankers[policy] = fit(earlier, **given)
            else:
                found = fit_and_ask(policy, earlier, asked, below=linear, **given)
                rankers[policy], told[policy] = found
        except CannotLearn:
            # Too little yet for it: the rung below stands in, so that all blocks compare.
            rankers[policy] = rankers[BELOW[policy]]
    return rankers, told


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
    scores = {"random": np.zeros(len(labels)), **scores}
    graded = Graded.of(np.asarray(GAINS, dtype=np.float64)[labels], groups, k=k)
    return {policy: graded.ndcg(score) for policy, score in scores.items()}
