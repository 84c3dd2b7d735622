"""The learning loop's settings: one typed view, read late, so that tests and servers may differ.

A project overrides any of them in ``settings.RECOMMENDER = {"EXPLORATION_SHARE": 0.0, …}``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from recommender.ranking.gate import GateRules
from recommender.ranking.training_set import Weighing


@dataclass(frozen=True)
class Conf:
    """Numbers of the loop; shares lie in [0, 1], times are seconds unless the name says days."""

    retrain_every: int = 5
    # Of the slates.
    exploration_share: float = 0.10
    most_pairs: int = 240
    fewest_in_type: int = 6
    training_days: int = 180
    most_slates: int = 20_000
    # In slates: of one shopper, and of all simulated ones together, which fades (ADR 11).
    most_per_shopper: float = 20.0
    prior_slates: float = 400.0
    prior_half_life: float = 50.0
    # How much louder than a sure swap one speaks that was unlikely where it stood (ADR 14).
    most_inverse_propensity: float = 3.0
    chain_blocks: int = 5
    gate_slates: int = 40
    gate_shoppers: int = 5
    gate_live_margin: float = 0.02
    gate_first_over_blend: float = 0.0
    gate_blend_margin: float = 0.01
    gate_most_luck: float = 0.001
    lease_seconds: int = 30
    training_seconds: int = 900
    training_threads: int = 2
    # Memory in use, of the training process alone.
    training_megabytes: int = 3000
    training_attempts: int = 5
    weights_overdue_seconds: int = 180
    check_seconds: float = 1.0
    heartbeat_seconds: int = 15
    alarm_seconds: int = 60
    alarm_slates: int = 50
    alarm_unseen_share: float = 0.9
    alarm_weight_share: float = 0.9
    alarm_behind_buckets: int = 3
    alarm_ranker_days: int = 30
    alarm_lag_seconds: int = 30
    alarm_attempts: int = 5
    snapshot_days: int = 1
    vectors_days: int = 1
    # How long what is kept: docs/operations.md, "What grows".
    keep_log_days: int = 400
    keep_functional_days: int = 30
    keep_columns_days: int = 60
    keep_ranker_days: int = 60
    # The rankers that served last stay however old they are.
    keep_rankers: int = 5
    prune_hours: int = 24
    embedder: str = ""

    def __post_init__(self) -> None:
        for name in (
            "exploration_share",
            "alarm_unseen_share",
            "alarm_weight_share",
            "gate_live_margin",
            "gate_first_over_blend",
            "gate_blend_margin",
            "gate_most_luck",
        ):
            if not 0 <= getattr(self, name) <= 1:
                raise _wrong(name, "is not between 0 and 1")
        for name in ("most_per_shopper", "prior_half_life"):
            if not 0 < getattr(self, name) < float("inf"):
                raise _wrong(name, "is not a number above 0")
        if not 1 <= self.most_inverse_propensity < float("inf"):
            raise _wrong("most_inverse_propensity", "is not a number of at least 1")
        for name in ("prior_slates", "check_seconds"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise _wrong(name, "is not a number of at least 0")
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, int) and value < 1:
                raise _wrong(field.name, "is below 1")

        if self.keep_log_days < self.training_days:
            raise _wrong("keep_log_days", "is below TRAINING_DAYS")

    def gate_rules(self) -> GateRules:
        """What the gate asks."""
        return GateRules(
            informative_slates=self.gate_slates,
            shoppers=self.gate_shoppers,
            live_margin=self.gate_live_margin,
            first_over_blend=self.gate_first_over_blend,
            blend_margin=self.gate_blend_margin,
            most_luck=self.gate_most_luck,
        )

    def weighing(self) -> Weighing:
        """How much a slate counts in training."""
        return Weighing(
            most_per_shopper=self.most_per_shopper,
            prior_slates=self.prior_slates,
            prior_half_life=self.prior_half_life,
            most_inverse=self.most_inverse_propensity,
        )


def current() -> Conf:
    """The settings in force now; ImproperlyConfigured names an unknown or a wrong one."""
    global _kept  # noqa: PLW0603 a request asks several times, and they hardly ever change
    given: object = getattr(settings, "RECOMMENDER", {})
    # 1, 1.0 and True are equal, but only one of them is right.
    key = f"{settings.RETRAIN_EVERY!r} {given!r}"
    if _kept is None or _kept[0] != key:
        _kept = (key, _checked(given))
    return _kept[1]


_kept: tuple[str, Conf] | None = None


def _checked(given: object) -> Conf:
    if not isinstance(given, dict):
        raise ImproperlyConfigured(f"RECOMMENDER is {given!r}, which is not of the type dict.")
    kinds: dict[str, Any] = {field.name: type(field.default) for field in fields(Conf)}
    values: dict[str, Any] = {}
    for key, value in given.items():
        name = str(key).lower()
        if name not in kinds or name == "retrain_every":
            raise _wrong(name, "is not a setting of the learning loop")
        kind = kinds[name]
        allowed = (int, float) if kind is float else kind
        # To Python True is a whole number, too.
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise _wrong(name, f"is {value!r}, which is not of the type {kind.__name__}")
        values[name] = kind(value)
    return replace(Conf(retrain_every=settings.RETRAIN_EVERY), **values)


def _wrong(name: str, why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"RECOMMENDER[{name.upper()!r}] {why}.")
