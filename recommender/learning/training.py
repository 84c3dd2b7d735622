"""A whole training run: learn, compare on later slates, register, pass the gate, publish.

The command and the worker's process run this same function, under a lease.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from django.db import transaction
from django.utils import timezone

from recommender import conf, files
from recommender.learning import lease, manifest, promotion, registry
from recommender.models import LiveTag, RankerVersion, TrainingRun
from recommender.ranking import artifact, evaluation, gate, importance, rungs
from recommender.ranking.artifact import Scorer
from recommender.ranking.errors import CannotLearn
from recommender.ranking.evaluation import Chain
from recommender.ranking.features.schema import fingerprint
from recommender.ranking.ranker import refuse_unlearnable
from recommender.ranking.training_set import TrainingSet
from recommender.serving import live_ranker
from tracking import log

SEED = 0


@dataclass(frozen=True)
class Outcome:
    """How a run ended; ``version`` and ``chain`` are None when nothing could be learned."""

    state: TrainingRun.State
    message: str
    version: RankerVersion | None = None
    chain: Chain | None = None


class LeaseLost(Exception):
    """Somebody else trains by now; nothing was published."""


def held(
    *, bucket: int, fence: int, training: TrainingSet | None = None, threads: int = 1
) -> Outcome:
    """``run`` and then ``weigh``; the lease is renewed meanwhile, given back on a breakdown."""
    try:
        with lease.renewed(fence):
            outcome = run(bucket=bucket, fence=fence, training=training, threads=threads)
    except BaseException as error:
        # Ctrl-C included: the next one need not wait until the lease runs out.
        lease.fail(fence, message=f"{type(error).__name__}: {error}", now=timezone.now())
        raise
    if outcome.version is not None:
        weigh(outcome.version, outcome.chain, threads=threads)
        outcome.version.refresh_from_db()
    return outcome


def run(
    *, bucket: int, fence: int, training: TrainingSet | None = None, threads: int = 1
) -> Outcome:
    """Train under the lease ``fence`` on ``training`` (None: on the log), end the lease.

    What cannot be learned is refused with a sentence and leaves the live policy alone. Raises
    LeaseLost when the lease was overtaken meanwhile.
    """
    try:
        if training is None:
            written = manifest.of_log(now=timezone.now(), seed=SEED, threads=threads)
        else:
            # Before anything of it is stored.
            refuse_unlearnable(training.labels, training.groups)
            written = manifest.of_rows(training, seed=SEED, threads=threads)
        outcome = _learn(written, bucket=bucket, fence=fence, threads=threads)
    except CannotLearn as error:
        sentence = f"Nothing was learned: {error}. The live policy stays."
        outcome = Outcome(TrainingRun.State.REFUSED, sentence)
        _end(fence, outcome)
    return outcome


def weigh(version: RankerVersion, chain: Chain | None = None, *, threads: int = 1) -> None:
    """Measure what a ranker leans on, on later slates, and write it to its row.

    Without the ``chain`` of its training it is made again from the rows that it was trained on.
    """
    try:
        if chain is None:
            chain = _chain(manifest.training_set(version.manifest), threads=threads)
        weights = importance.held_out(chain.blocks, version.policy, seed=SEED)
        weights["gain"] = importance.gain_shares(_stored_ranker(version))
    except Exception:
        RankerVersion.objects.filter(pk=version.pk).update(
            weights_state=RankerVersion.Weights.FAILED
        )
        raise
    RankerVersion.objects.filter(pk=version.pk).update(
        weights=plain(weights), weights_state=RankerVersion.Weights.READY
    )


def _learn(written: dict[str, Any], *, bucket: int, fence: int, threads: int) -> Outcome:
    # What was stored and is read back: a ranker made again begins with the very same rows.
    training = manifest.training_set(written)
    refuse_unlearnable(training.labels, training.groups)
    settings = conf.current()
    chain = _against_live(_chain(training, threads=threads))
    chosen = gate.choose_rung(chain, seed=SEED)
    rounds = chain.rounds
    challenger = rungs.fit_or_below(chosen, training, rounds=rounds, seed=SEED, threads=threads)
    policy = challenger.policy
    rules = settings.gate_rules()
    verdict = gate.judge(chain, policy, challenger, training.features, rules=rules, seed=SEED)
    now = timezone.now()
    version = registry.register(
        registry.Trained(
            policy=policy,
            artifact=artifact.dump(challenger),
            fingerprint=fingerprint(),
            golden=artifact.golden(challenger, training.features),
            training_info={**training.describe(), "purchases": log.purchases()},
            evaluation=_evaluation(chain),
            verdict=plain(verdict.as_json()),
            manifest=written | {"rounds": dict(rounds)},
        ),
        bucket=bucket,
        fence=fence,
        now=now,
    )
    return _publish(version, verdict, chain, fence=fence, now=now)


def _chain(training: TrainingSet, *, threads: int) -> Chain:
    settings = conf.current()
    chain = evaluation.forward_chain(
        training, blocks=settings.chain_blocks, seed=SEED, threads=threads
    )
    return chain.evidence(enough=settings.gate_slates)


def _publish(
    version: RankerVersion, verdict: gate.Verdict, chain: Chain, *, fence: int, now: datetime
) -> Outcome:
    """Move the live tag and end the lease in one transaction, so that both happen or neither."""
    left_out = _left_out(chain)
    if not verdict.passed:
        promotion.reject(version)
        message = f"The {_names(version.policy)} was not put live: {verdict.reasons[0]}.{left_out}"
        return _keep_or_retreat(message, version, chain, fence=fence, now=now)
    message = f"The {_names(version.policy)} is live: {'; '.join(verdict.reasons)}.{left_out}"
    outcome = Outcome(TrainingRun.State.PROMOTED, message, version, chain)
    try:
        with transaction.atomic():
            promotion.promote(version, fence=fence, now=now)
            _end(fence, outcome)
    except promotion.Pinned as pinned:
        message = f"The {_names(version.policy)} passed the gate, but {pinned}: it waits."
        outcome = Outcome(TrainingRun.State.KEPT, message, version, chain)
        with transaction.atomic():
            promotion.hold_back(version, now=now)
            _end(fence, outcome)
        return outcome
    except promotion.NotPromotable as error:
        promotion.reject(version)
        raise LeaseLost(str(error)) from error
    return outcome


def _keep_or_retreat(
    message: str, version: RankerVersion, chain: Chain, *, fence: int, now: datetime
) -> Outcome:
    """The challenger failed: the live policy stays, unless it is surely below the blend."""
    why = gate.below_blend(chain, rules=conf.current().gate_rules(), seed=SEED)
    with transaction.atomic():
        if why and promotion.retreat(why, now=now):
            message += f" The blend serves again: {why}."
        outcome = Outcome(TrainingRun.State.KEPT, message, version, chain)
        _end(fence, outcome)
    return outcome


def _left_out(chain: Chain) -> str:
    if not chain.skipped:
        return ""
    return (
        f" {chain.skipped} later slates were left out, because nothing could be learned from what "
        "came before them."
    )


def _end(fence: int, outcome: Outcome) -> None:
    if not lease.finish(fence, state=outcome.state, message=outcome.message, now=timezone.now()):
        raise LeaseLost(f"the lease with fence {fence} was lost before the training ended")


def _against_live(chain: Chain) -> Chain:
    """The chain with the live policy's figures; slates served since its training are unseen."""
    live = live_ranker.current()
    version = LiveTag.objects.select_related("version").filter(pk=1).first()
    if live.scorer is None or version is None or version.version is None:
        return chain
    served_at = pd.concat([block.slates.first_rows["served_at"] for block in chain.blocks])
    unseen = (served_at >= version.version.trained_at).to_numpy()
    return chain.with_live(live.scorer, policy=live.policy, unseen=unseen)


def _evaluation(chain: Chain) -> dict[str, Any]:
    means = chain.means(seed=SEED)
    without_positive = int(np.isnan(chain.ndcg["oracle"]).sum())
    body = {
        "ndcg_at_5": {policy: round(mean, 4) for policy, (mean, _, _) in means.items()},
        "intervals": {
            policy: [round(low, 4), round(high, 4)] for policy, (_, low, high) in means.items()
        },
        "slates": len(chain.shoppers) - without_positive,
        "informative_slates": chain.informative,
        "without_positive": without_positive,
        "skipped": chain.skipped,
        "origins": dict(Counter(np.concatenate([b.slates.origins for b in chain.blocks]).tolist())),
    }
    result: dict[str, Any] = plain(body)
    return result


def _stored_ranker(version: RankerVersion) -> Scorer:
    return artifact.verify(
        files.read("rankers", f"{version.sha256}.txt"),
        sha256=version.sha256,
        size=version.size,
        fingerprint=version.fingerprint,
        golden=version.golden,
    )


def _names(policy: str) -> str:
    return {
        "ltr": "new LambdaMART ranker",
        "ltr_on_linear": "new LambdaMART ranker on top of the linear one",
        "linear": "new linear ranker",
        "hand_signed": "score with written weights",
    }[policy]


def plain(value: Any) -> Any:
    """``value`` as strict JSON can hold it: an undefined number is null."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
