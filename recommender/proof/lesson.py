"""A training as ``training.run`` makes it, in memory: chain, rung, fit, gate; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recommender import conf
from recommender.ranking import evaluation, gate, rungs
from recommender.ranking.artifact import Scorer
from recommender.ranking.blend import Blend
from recommender.ranking.evaluation import Chain
from recommender.ranking.gate import Verdict
from recommender.ranking.ranker import refuse_unlearnable
from recommender.ranking.training_set import TrainingSet


@dataclass(frozen=True)
class Lesson:
    """``policy`` is the rung that was chosen, ``challenger`` its fit on all slates."""

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
    refuse_unlearnable(training.labels, training.groups)
    settings = conf.current()
    training = replace(training, weighing=settings.weighing())
    chain = evaluation.forward_chain(training, blocks=settings.chain_blocks, seed=seed)
    policy = gate.choose_rung(chain, seed=seed)
    challenger = rungs.fit(policy, training, seed=seed)
    verdict = gate.judge(
        chain, policy, challenger, training.features, rules=settings.gate_rules(), seed=seed
    )
    return Lesson(chain, policy, challenger, verdict)
