from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.ranking.features import schema


def test_the_twenty_one_features_of_the_brief_stand_in_this_order():
    assert schema.NAMES[:21] == (
        "cf_bpr_score", "semantic_sim", "price_saving", "within_budget_flag", "size_ratio",
        "category_match", "popularity", "recency", "diet_match_flag", "quality_tags_score",
        "same_semantic_id_flag", "distance_to_semantic_center", "beta_u", "budget_pressure",
        "intent_keep_quality_ema", "premium_anchor", "mission_type_id", "cart_value", "cart_size",
        "dow", "hour",
    )  # fmt: skip


def test_every_feature_is_either_of_the_item_or_of_the_context_and_in_one_family():
    assert sorted(schema.ITEM + schema.CONTEXT) == sorted(schema.NAMES)
    members = [name for family in schema.FAMILIES.values() for name in family]
    assert sorted(members) == sorted(schema.NAMES)


def test_only_the_saving_is_monotone_and_it_is_so_upwards():
    rising = {n for n, sign in zip(schema.NAMES, schema.MONOTONE, strict=True) if sign}
    assert rising == {"price_saving"}
    assert schema.MONOTONE[schema.column("price_saving")] == 1


def test_an_unknown_name_is_an_error_and_never_a_zero():
    with pytest.raises(KeyError, match="'price_savings' is not a feature; known are cf_bpr_score"):
        schema.column("price_savings")


def test_a_new_version_another_order_and_another_name_change_the_fingerprint(monkeypatch):
    own = schema.FEATURES
    found = [schema.fingerprint()]
    for other in (
        (replace(own[0], version=2), *own[1:]),
        (own[1], own[0], *own[2:]),
        (replace(own[0], name="cf_score"), *own[1:]),
        own[:-1],
    ):
        monkeypatch.setattr(schema, "FEATURES", other)
        found.append(schema.fingerprint())
    assert len(set(found)) == 5


def test_the_family_of_a_feature_does_not_change_the_fingerprint(monkeypatch):
    before = schema.fingerprint()
    own = schema.FEATURES
    monkeypatch.setattr(schema, "FEATURES", (replace(own[0], family="other"), *own[1:]))
    assert schema.fingerprint() == before
