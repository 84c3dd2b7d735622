"""The features, declared once: order, kind, family, version and direction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from recommender.ranking.features import (
    cart,
    context,
    loyalty,
    popularity,
    price,
    similarity,
    substitution,
    taste,
)
from recommender.ranking.query import Floats, Query, State, Swaps


@dataclass(frozen=True)
class Feature:
    """``item`` features differ between the swaps of a slate, ``context`` features do not.

    Raise ``version`` whenever the meaning of the values changes: the fingerprint follows, and
    rankers trained on the old meaning are refused. ``monotone`` is +1 where a larger value may
    never lower the score. ``absent`` is what a linear score reads for NaN; None: the mean. (Trees
    tell NaN apart by themselves.)
    """

    name: str
    compute: Callable[[Query, Swaps, State], Floats]
    kind: Literal["item", "context"]
    family: str
    version: int = 1
    monotone: int = 0
    absent: float | None = None


FEATURES: tuple[Feature, ...] = (
    Feature("cf_bpr_score", taste.cf_bpr_score, "item", "collaborative"),
    Feature("semantic_sim", similarity.semantic_sim, "item", "similarity"),
    Feature("price_saving", price.price_saving, "item", "price", monotone=1),
    Feature("within_budget_flag", price.within_budget_flag, "item", "price"),
    Feature("size_ratio", price.size_ratio, "item", "size"),
    Feature("category_match", similarity.category_match, "item", "similarity"),
    Feature("popularity", popularity.popularity, "item", "popularity"),
    Feature("recency", taste.recency, "item", "history", absent=0.0),
    Feature("diet_match_flag", similarity.diet_match_flag, "item", "quality"),
    Feature("quality_tags_score", similarity.quality_tags_score, "item", "quality"),
    Feature("same_semantic_id_flag", similarity.same_semantic_id_flag, "item", "similarity"),
    Feature("distance_to_semantic_center", taste.distance_to_semantic_center, "item", "history"),
    Feature("beta_u", taste.beta_u, "context", "shopper"),
    Feature("budget_pressure", price.budget_pressure, "context", "budget"),
    Feature(
        "intent_keep_quality_ema", taste.intent_keep_quality_ema, "context", "shopper", version=2
    ),
    Feature("premium_anchor", price.premium_anchor, "item", "price"),
    Feature("mission_type_id", context.mission_type_id, "context", "visit"),
    Feature("cart_value", context.cart_value, "context", "visit"),
    Feature("cart_size", context.cart_size, "context", "visit"),
    Feature("dow", context.dow, "context", "visit"),
    Feature("hour", context.hour, "context", "visit"),
    Feature("bought_share", loyalty.bought_share, "item", "history", version=2),
    Feature("bought_lately_share", loyalty.bought_lately_share, "item", "history"),
    Feature("bought_rank", loyalty.bought_rank, "item", "history"),
    Feature("brand_share", loyalty.brand_share, "item", "history", version=2),
    Feature("followed_by", substitution.followed_by, "item", "collaborative"),
    Feature("item_item", substitution.item_item, "item", "collaborative"),
    Feature("popularity_half_year", popularity.popularity_half_year, "item", "popularity"),
    Feature("promotion_depth", price.promotion_depth, "item", "promotion"),
    Feature("price_against_usual", price.price_against_usual, "item", "promotion"),
    Feature("in_leaflet", price.in_leaflet, "item", "promotion"),
    Feature("on_display", price.on_display, "item", "promotion"),
    Feature("cart_price_level", cart.cart_price_level, "context", "shopper"),
    Feature("cart_affinity", cart.cart_affinity, "context", "shopper"),
)
NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)
ITEM: tuple[str, ...] = tuple(f.name for f in FEATURES if f.kind == "item")
CONTEXT: tuple[str, ...] = tuple(f.name for f in FEATURES if f.kind == "context")
ABSENT: tuple[float, ...] = tuple(float("nan") if f.absent is None else f.absent for f in FEATURES)
MONOTONE: tuple[int, ...] = tuple(feature.monotone for feature in FEATURES)
FAMILIES: dict[str, tuple[str, ...]] = {
    family: tuple(f.name for f in FEATURES if f.family == family)
    for family in dict.fromkeys(f.family for f in FEATURES)
}


def fingerprint() -> str:
    """SHA-256 over names, order and versions: what a ranker must have been trained on."""
    text = ";".join(f"{feature.name}@{feature.version}" for feature in FEATURES)
    return hashlib.sha256(text.encode()).hexdigest()


def refuse_infinite(features: Floats) -> None:
    """Raises ValueError with the name of the first infinite column of a feature matrix."""
    infinite = np.isinf(features).any(axis=0)
    if infinite.any():
        raise ValueError(
            f"the feature {NAMES[int(np.argmax(infinite))]} is infinite; what is not defined is NaN"
        )


def column(name: str) -> int:
    """The column of a feature; an unknown name is an error, never a zero."""
    try:
        return NAMES.index(name)
    except ValueError:
        raise KeyError(f"{name!r} is not a feature; known are {', '.join(NAMES)}") from None
