"""The bodies of ``/api/model/…`` field by field, for the OpenAPI document.

The answers themselves are made in ``explain`` and ``ledger``; a test holds both against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, inline_serializer
from rest_framework import serializers

from recommender import alarms
from recommender.explain import FALLBACK_WEIGHTS
from recommender.models import LedgerEntry, RankerVersion, TrainingRun
from recommender.ranking.features.schema import FAMILIES, NAMES
from recommender.serving.weights_line import KEY_FEATURES

Body = serializers.Serializer[Any]

POLICIES = ("ltr", "ltr_on_linear", "linear", "hand_signed", "blend")
ORIGINS = ("served", "simulated", "imported")


def _numbers(name: str, fields: Iterable[str], *, whole: bool = False) -> Body:
    number = serializers.IntegerField if whole else serializers.FloatField
    return inline_serializer(name, {field: number() for field in fields})


def _percent(name: str, fields: Iterable[str], help_text: str) -> Body:
    """Percent by name; {} until the weights are computed."""
    made = {field: serializers.FloatField(required=False) for field in fields}
    return inline_serializer(name, {**made}, help_text=help_text)


class Loss(Body):
    """How much NDCG@5 on later slates falls without a column, with its 95 % interval."""

    drop = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    above_noise = serializers.BooleanField(help_text="More than luck, over twenty trainings.")


def _losses(name: str, fields: Iterable[str]) -> Body:
    return inline_serializer(name, {field: Loss(required=False) for field in fields})


class Evaluation(Body):
    """On later slates, which the ranker had not learned from."""

    ndcg_at_5 = serializers.DictField(
        child=serializers.FloatField(allow_null=True), help_text="Mean by policy."
    )
    intervals = serializers.DictField(
        child=serializers.ListField(
            child=serializers.FloatField(allow_null=True), min_length=2, max_length=2
        ),
        help_text="95 % over shoppers, by policy.",
    )
    slates = serializers.IntegerField()
    informative_slates = serializers.IntegerField()
    without_positive = serializers.IntegerField()
    skipped = serializers.IntegerField()
    origins = serializers.DictField(child=serializers.IntegerField())


class TrainingInfo(Body):
    """What the ranker was taught by."""

    samples = serializers.IntegerField()
    sessions = serializers.IntegerField()
    slates = serializers.IntegerField()
    total_features = serializers.IntegerField()
    positive_share = serializers.FloatField()
    without_positive = serializers.IntegerField()
    prior_weight = serializers.FloatField(help_text="Of all simulated slates together, in slates.")
    session_origins = serializers.DictField(child=serializers.IntegerField())
    purchases = serializers.IntegerField()
    bucket = serializers.IntegerField()
    trained_at = serializers.DateTimeField()


class LearnedWeights(Body):
    """With a live ranker."""

    model_available = serializers.BooleanField(help_text="true")
    ranker = serializers.CharField()
    policy = serializers.ChoiceField(choices=POLICIES)
    key_weights = _percent("KeyWeights", KEY_FEATURES, "Percent of all losses.")
    basis = serializers.ChoiceField(choices=["held_out"])
    all_features = _percent("FeatureShares", NAMES, "Percent of all losses.")
    held_out = _losses("FeatureLosses", NAMES)
    families = _losses("FamilyLosses", FAMILIES)
    gain = _percent("FeatureGains", NAMES, "Percent; no learned weight: it ranks noise high.")
    weights = serializers.ChoiceField(choices=RankerVersion.Weights.choices)
    origins = _numbers("SlateOrigins", ORIGINS, whole=True)
    evaluation = Evaluation()
    training_info = TrainingInfo()


class NoWeights(Body):
    """Without a live ranker: the blend serves."""

    model_available = serializers.BooleanField(help_text="false")
    reason = serializers.CharField()
    fallback_weights = _numbers("FallbackWeights", FALLBACK_WEIGHTS, whole=True)


FeatureImportanceBody = PolymorphicProxySerializer(
    component_name="FeatureImportance",
    serializers=[LearnedWeights, NoWeights],
    resource_type_field_name=None,
)


class ServingProcessBody(Body):
    role = serializers.ChoiceField(choices=["web", "worker"])
    generation = serializers.IntegerField()
    problem = serializers.CharField(allow_blank=True)


class AlarmBody(Body):
    name = serializers.ChoiceField(choices=[name for name, _ in alarms.CHECKS])
    message = serializers.CharField()


class TrainingBody(Body):
    """The newest training, running or ended."""

    state = serializers.ChoiceField(choices=TrainingRun.State.choices)
    message = serializers.CharField(allow_blank=True)
    bucket = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    given_up = serializers.BooleanField(help_text="It broke down so often that nobody tries again.")


class StatusBody(Body):
    """Which ranker serves, in which processes, and what a training is doing."""

    live_tag = serializers.CharField(allow_blank=True)
    policy = serializers.ChoiceField(choices=POLICIES)
    generation = serializers.IntegerField()
    pinned = serializers.BooleanField()
    processes = ServingProcessBody(many=True)
    alarms = AlarmBody(many=True)
    weights = serializers.ChoiceField(choices=RankerVersion.Weights.choices, allow_blank=True)
    moved = serializers.CharField(allow_blank=True)
    purchases = serializers.IntegerField()
    purchases_until_training = serializers.IntegerField()
    training = TrainingBody()


class GateFigures(Body):
    """What the gate measured; the comparisons are absent where there was nothing to compare."""

    informative_slates = serializers.IntegerField(required=False)
    shoppers = serializers.IntegerField(required=False)
    over_blend = _numbers("LeadOverBlend", ("difference", "low", "high"))
    over_live = inline_serializer(
        "LeadOverLive",
        {name: serializers.FloatField() for name in ("difference", "low", "high")},
        required=False,
    )
    over_random = _numbers("LeadOverRandom", ("difference", "luck"))
    distinct_scores = serializers.IntegerField(required=False)
    falls_with_saving = serializers.IntegerField(required=False)


class VersionBody(Body):
    """A ranker and the gate's verdict on it."""

    tag = serializers.CharField()
    policy = serializers.ChoiceField(choices=POLICIES)
    status = serializers.ChoiceField(choices=RankerVersion.Status.choices)
    bucket = serializers.IntegerField()
    trained_at = serializers.DateTimeField()
    promoted_at = serializers.DateTimeField(allow_null=True)
    origins = serializers.DictField(child=serializers.IntegerField())
    passed = serializers.BooleanField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    figures = GateFigures()


class StepBody(Body):
    """One step of the live tag."""

    action = serializers.ChoiceField(choices=LedgerEntry.Action.choices)
    tag = serializers.CharField(allow_blank=True)
    generation = serializers.IntegerField()
    by = serializers.ChoiceField(choices=["staff", "the gate"])
    why = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class LedgerBody(Body):
    """The newest fifty of both."""

    versions = VersionBody(many=True)
    steps = StepBody(many=True)
