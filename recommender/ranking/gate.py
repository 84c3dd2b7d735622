"""Promotion only through the gate: a challenger must have earned it on later slates."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from recommender.ranking.artifact import Scorer
from recommender.ranking.evaluation import Chain
from recommender.ranking.features.schema import FEATURES
from recommender.ranking.metrics import luck, paired_difference
from recommender.ranking.query import Floats

SIMPLE, TREES = ("linear", "hand_signed"), ("ltr", "ltr_on_linear")


@dataclass(frozen=True)
class GateRules:
    """``*_margin`` is how far, in NDCG@5, the lower bound may lie below the other policy."""

    informative_slates: int = 40
    shoppers: int = 5
    """Fewer cannot be 95 % certain: four shoppers all agree by luck with 1/16."""

    live_margin: float = 0.02
    first_over_blend: float = 0.0
    blend_margin: float = 0.01
    most_luck: float = 0.001
    """Of a lead over random order. Labels that say nothing give none, however the rungs fall out;
    against the blend alone two of twenty trainings on shuffled labels passed at 95 %."""

    resamples: int = 2000


@dataclass(frozen=True)
class Verdict:
    """``reasons`` are sentences with their figures, those that failed first."""

    passed: bool
    reasons: list[str]
    figures: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def choose_rung(chain: Chain, *, seed: int = 0) -> str:
    """The rung of the ladder that later slates speak for.

    Of the two linear scores the one with the higher mean NDCG@5: the fitted one began at the
    written one. Of the two with trees ("ltr", "ltr_on_linear") likewise, but only when it is
    better than that by more than chance (paired, over shoppers, one-sided, each of the two at
    97.5 %): with few slates the simpler ranker is the safer one.
    """
    simple, trees = (_best(chain, *pair) for pair in (SIMPLE, TREES))
    _, low, _ = paired_difference(
        chain.ndcg[trees], chain.ndcg[simple], chain.shoppers, rng=np.random.default_rng(seed)
    )
    return trees if low > 0.0 else simple


def _best(chain: Chain, *policies: str) -> str:
    return max(policies, key=lambda policy: float(np.nanmean(chain.ndcg[policy])))


def judge(
    chain: Chain,
    policy: str,
    challenger: Scorer,
    sample: Floats,
    *,
    rules: GateRules,
    seed: int = 0,
) -> Verdict:
    """Whether ``policy`` of this chain may serve; ``challenger`` is its fit on all slates.

    ``sample`` holds served feature rows, on which distinct scores and monotonicity in the saving
    are checked. There is a live policy when the chain scored one under "live".
    """
    checks: list[tuple[bool, str]] = []
    figures: dict[str, Any] = {"informative_slates": chain.informative}
    checks.append(
        (
            chain.informative >= rules.informative_slates,
            f"{chain.informative} informative later slates (at least {rules.informative_slates})",
        )
    )
    shoppers = len(np.unique(chain.shoppers[~np.isnan(chain.ndcg["oracle"])]))
    figures["shoppers"] = shoppers
    checks.append(
        (shoppers >= rules.shoppers, f"{shoppers} later shoppers (at least {rules.shoppers})")
    )
    first = "live" not in chain.ndcg
    comparisons = [("blend", rules.first_over_blend if first else -rules.blend_margin)]
    if not first:
        comparisons.append(("live", -rules.live_margin))
    for other, bar in comparisons:
        difference, low, high = paired_difference(
            chain.ndcg[policy],
            chain.ndcg[other],
            chain.shoppers,
            rng=np.random.default_rng(seed),
            resamples=rules.resamples,
            one_sided=True,
        )
        figures[f"over_{other}"] = {"difference": difference, "low": low, "high": high}
        name = "the 60/40 blend" if other == "blend" else "the live policy"
        checks.append(
            (
                bool(low > bar),
                f"NDCG@5 {difference:+.3f} against {name}, with 95 % confidence "
                f"at least {low:+.3f} (must be above {bar:+.3f})",
            )
        )
    lead = chain.ndcg[policy] - chain.ndcg["random"]
    chance = luck(lead, chain.shoppers)
    mean = float(np.nansum(lead) / max(np.sum(~np.isnan(lead)), 1))
    figures["over_random"] = {"difference": mean, "luck": chance}
    checks.append(
        (
            chance < rules.most_luck,
            f"NDCG@5 {mean:+.3f} against random order, which luck gives with a "
            f"likelihood of {chance:.2g} (must be below {rules.most_luck:g})",
        )
    )
    scores = challenger.score(sample)
    distinct = len(np.unique(scores))
    checks.append((distinct > 1, f"{distinct} distinct scores (more than one)"))
    falls = _falls_with_saving(challenger, sample, scores)
    checks.append((falls == 0, f"{falls} of {len(sample)} swaps fall when their saving grows (0)"))
    figures |= {"distinct_scores": distinct, "falls_with_saving": falls}
    ordered = sorted(checks, key=lambda check: check[0])
    return Verdict(all(ok for ok, _ in checks), [text for _, text in ordered], figures)


def below_blend(chain: Chain, *, rules: GateRules, seed: int = 0) -> str:
    """Why the live policy gives way to the 60/40 blend, or nothing while it need not.

    A challenger that fails leaves the live policy alone; but one that came live by a wrong prior,
    or was overtaken by what shoppers want now, may not serve on because nothing better was found.
    Only later slates of real shoppers speak, as many as a promotion needs: on them the live policy
    has to be below the blend with one-sided 95 % confidence.
    """
    if "live" not in chain.ndcg or not chain.real:
        return ""
    shoppers = len(np.unique(chain.shoppers[~np.isnan(chain.ndcg["oracle"])]))
    if chain.informative < rules.informative_slates or shoppers < rules.shoppers:
        return ""
    difference, _, high = paired_difference(
        chain.ndcg["live"],
        chain.ndcg["blend"],
        chain.shoppers,
        rng=np.random.default_rng(seed),
        resamples=rules.resamples,
        one_sided=True,
    )
    if not high < 0.0:
        return ""
    return (
        f"the live policy has NDCG@5 {difference:+.3f} against the 60/40 blend on "
        f"{chain.informative} informative later slates, with 95 % confidence at most {high:+.3f}"
    )


def _falls_with_saving(challenger: Scorer, sample: Floats, scores: Floats) -> int:
    """Rows whose score (``scores`` now) falls when only their monotone features are raised."""
    raised = sample.copy()
    for at, feature in enumerate(FEATURES):
        if feature.monotone > 0:
            raised[:, at] += 1.0
    return int(np.sum(challenger.score(raised) < scores - 1e-12))
