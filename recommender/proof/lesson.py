"""A training as ``training.run`` makes it, in memory: chain, rung, fit, gate; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recommender import conf
from recommender.ranking import evaluation, gate, rungs
from recommender.ranking.artifact import Scorer
from recommender.ranking.blend import Blend
from recommender.ranking.evaluation import Chain
from recommender.ranking.gate import Verdict
from recommender.ranking.ranker import refuse_unlearnable
from recommender.ranking.training_set import TrainingSet


@dataclass(frozen=True)
class Live:
    """A ranker that serves, its rung, and the qids of the slates that it has learned from."""

    policy: str
    scorer: Scorer
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lesson:
    """``policy`` is the rung that was chosen, ``challenger`` its fit on all slates."""

    training: TrainingSet
    chain: Chain
    policy: str
    challenger: Scorer
    verdict: Verdict

    @property
    def served(self) -> str:
        """The policy that would serve: the challenger's if the gate lets it, else the blend."""
        return self.policy if self.verdict.passed else Blend.policy


def learn(training: TrainingSet, *, seed: int = 0) -> Lesson:
    """By the store's own settings, as a first training: no ranker is live yet.

    Raises CannotLearn as a training does.
    """
    settings = conf.current()
    training = replace(training, weighing=settings.weighing()).without_spent_prior()
    refuse_unlearnable(training.labels, training.groups)
    chain = evaluation.forward_chain(training, blocks=settings.chain_blocks, seed=seed)
    chain = chain.evidence(enough=settings.gate_slates)
    rung = gate.choose_rung(chain, seed=seed)
    challenger = rungs.fit_or_below(rung, training, rounds=chain.rounds, seed=seed)
    policy = challenger.policy
    verdict = gate.judge(
        chain, policy, challenger, training.features, rules=settings.gate_rules(), seed=seed
    )
    return Lesson(training, chain, policy, challenger, verdict)


def serves(learned: Lesson, live: Live | None, *, seed: int = 0) -> Live | None:
    """Who serves after ``learned`` where ``live`` served before; None is the blend."""
    rules, chain = conf.current().gate_rules(), learned.chain
    challenger = Live(
        learned.policy, learned.challenger, frozenset(learned.training.rows["qid"].tolist())
    )
    if live is None:
        return challenger if learned.verdict.passed else None
    later = np.concatenate([block.slates.first_rows["qid"].to_numpy() for block in chain.blocks])
    unseen = np.array([qid not in live.seen for qid in later.tolist()])
    chain = chain.with_live(live.scorer, policy=live.policy, unseen=unseen)
    verdict = gate.judge(
        chain,
        learned.policy,
        learned.challenger,
        learned.training.features,
        rules=rules,
        seed=seed,
    )
    if verdict.passed:
        return challenger
    return None if gate.below_blend(chain, rules=rules, seed=seed) else live
