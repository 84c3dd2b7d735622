"""What the model page needs: a figure by its name, and every name in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.dateparse import parse_datetime

register = template.Library()

FEATURES = {
    "cf_bpr_score": "Bought by shoppers like you (collaborative score)",
    "semantic_sim": "How alike the two products read",
    "price_saving": "How much the swap saves",
    "within_budget_flag": "The swap alone brings the cart inside the budget",
    "size_ratio": "Pack size against the one in the cart",
    "category_match": "Same product type or same aisle",
    "popularity": "How much it is bought lately",
    "recency": "How lately you bought it yourself",
    "diet_match_flag": "Meets your diet and the product's",
    "quality_tags_score": "Organic, premium and other quality marks",
    "same_semantic_id_flag": "Same kind of product by its text",
    "distance_to_semantic_center": "Distance from what you usually buy",
    "beta_u": "How much you look at prices",
    "budget_pressure": "How far the cart is over the budget",
    "intent_keep_quality_ema": "Whether you lately kept quality or saved money",
    "premium_anchor": "The product in the cart is a dear one",
    "mission_type_id": "Small top-up, regular or big shop",
    "cart_value": "What the cart costs",
    "cart_size": "How many products are in the cart",
    "dow": "Day of the week",
    "hour": "Hour of the day",
    "bought_share": "Your share of its kind that went to it",
    "bought_lately_share": "The same of late",
    "bought_rank": "What of its kind you bought since you bought it last",
    "brand_share": "Your share of its kind that went to its brand",
    "promotion_depth": "How far it is below its regular price",
    "followed_by": "How often shoppers took it after the one in the cart",
    "item_item": "Bought by those who bought what you buy of its kind",
    "popularity_half_year": "How much it was bought in half a year",
    "price_against_usual": "Its price against its usual price",
    "in_leaflet": "It is in this week's leaflet",
    "on_display": "It stands on a special display",
    "cart_price_level": "How dear the cart's products are of their kinds",
    "cart_affinity": "How well the cart fits what you were known to like",
}
POLICIES = {
    "ltr": "LambdaMART (LightGBM)",
    "ltr_on_linear": "LambdaMART (LightGBM) on top of the linear ranker",
    "linear": "Linear ranker, fitted",
    "hand_signed": "Linear ranker, weights written by hand",
    "blend": "60 % collaborative + 40 % semantic",
    "tuned_blend": "The same blend, its scaling tuned",
    "cheapest": "Cheapest unit price",
    "random": "Random order",
    "oracle": "Best possible order",
    "live": "The ranker that served before",
}


@register.filter
def at(figures: Mapping[str, Any], name: str) -> Any:
    """The figure under ``name``; None when there is none."""
    return figures.get(name)


@register.filter
def feature_words(name: str) -> str:
    return FEATURES.get(name, name)


@register.filter
def policy_words(name: str) -> str:
    return POLICIES.get(name, name)


@register.filter
def moment(text: str | None) -> datetime | None:
    """The moment in an ISO text, for the date filter."""
    return parse_datetime(text) if text else None
