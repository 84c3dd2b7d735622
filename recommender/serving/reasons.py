"""Why a swap stands where it does, in plain words that its own feature values bear out."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Protocol

import numpy as np

from recommender.ranking.blend import COLLABORATIVE, SEMANTIC
from recommender.ranking.features.schema import NAMES, column
from recommender.ranking.query import Floats

MOST = 3

SIMILAR_KIND = "A similar kind of product"

WORDS: dict[str, tuple[Callable[[float], bool], str]] = {
    "cf_bpr_score": (lambda value: value >= 0.6, "Bought by shoppers like you"),
    "semantic_sim": (lambda value: value >= 0.5, "Much like the one it stands for"),
    "price_saving": (lambda value: value > 0, "Saves money on this line"),
    "within_budget_flag": (lambda value: value == 1, "Brings your cart within budget"),
    "size_ratio": (lambda value: 0.9 <= value <= 1.1, "About the same pack size"),
    "category_match": (lambda value: value == 1, "The same kind of product"),
    "popularity": (lambda value: value >= 0.05, "A best seller of its kind"),
    "recency": (lambda value: value > 0, "You chose it before"),
    "quality_tags_score": (lambda value: value > 0, "Carries a quality label"),
    "same_semantic_id_flag": (lambda value: value == 1, "Of the same sort"),
    # The cart counts, too: somebody new has no usual purchases.
    "distance_to_semantic_center": (lambda value: value <= 0.6, "Close to what you shop for"),
    "bought_share": (lambda value: value > 0, "You chose it before"),
    "bought_lately_share": (lambda value: value > 0, "You chose it before"),
    "bought_rank": (lambda value: value >= 0, "You chose it before"),
    "brand_share": (lambda value: value >= 0.3, "A brand you often buy"),
    # One in ten, whether of those after the product in the cart or of all where these are few.
    "followed_by": (lambda value: value >= log(0.1), "Often chosen of its kind"),
    "item_item": (lambda value: value >= 0.1, "Bought by those who buy what you buy"),
    "popularity_half_year": (lambda value: value >= log(0.05), "A best seller of its kind"),
    "promotion_depth": (lambda value: value >= 0.05, "Below its regular price"),
    "price_against_usual": (lambda value: value <= -0.05, "Below its usual price"),
    "in_leaflet": (lambda value: value == 1, "In this week's leaflet"),
    "on_display": (lambda value: value == 1, "On display this week"),
}
"""What a positive contribution of a feature is called, and when its value makes that true.

Diet has no words: no swap that loses a label is offered, so it is a reason for none above another.
"""


class Contributing(Protocol):
    """A ranker that can say what each feature added to a score."""

    def contributions(self, features: Floats) -> Floats: ...


class BlendParts:
    """The blend's two parts, as far as they lie above an even chance."""

    def contributions(self, features: Floats) -> Floats:
        parts = np.zeros_like(features)
        for name, weight in (("cf_bpr_score", COLLABORATIVE), ("semantic_sim", SEMANTIC)):
            at = column(name)
            parts[:, at] = weight * (np.nan_to_num(features[:, at], nan=0.5) - 0.5)
        return parts


def of(features: Floats, ranker: Contributing) -> list[tuple[str, ...]]:
    """At most three reasons per row of ``features`` (the shown swaps), strongest first.

    A swap of another product type always says so.
    """
    if not len(features):
        return []
    added = ranker.contributions(features)
    return [_of_row(row, parts) for row, parts in zip(features, added, strict=True)]


def _of_row(row: Floats, parts: Floats) -> tuple[str, ...]:
    found: list[str] = []
    for at in np.argsort(-parts, kind="stable").tolist():
        if parts[at] <= 0 or len(found) == MOST:
            break
        true, words = WORDS.get(NAMES[at], (lambda _: False, ""))
        # Two features may bear out the same words.
        if true(float(row[at])) and words not in found:
            found.append(words)
    if row[column("category_match")] < 1:
        found = [SIMILAR_KIND, *found][:MOST]
    return tuple(found)
