"""What each product cost from week to week, from what was paid for it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shop.complete_journey.selection import RECENT_WEEKS

PROMOTION_ENDS_AFTER = 4
"""Weeks without a sale after which a promotion is taken to be over."""
STEADY_SHARE = 0.5
"""Below this share of equal prices in a week a product is sold by weight: every pack differs."""


def shelf_prices(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines with a usable price, and their prices per pack in whole cents.

    ``paid`` is what the shelf said to a card holder (before the shopper's own coupons), ``regular``
    the same without the card's discount. Adds both; drops lines without quantity or price.
    """
    used = lines[(lines["quantity"] > 0) & (lines["sales_value"] > 0)]
    shelf = used["sales_value"] + used["coupon_match_disc"]
    paid = (100 * shelf / used["quantity"]).round().astype(np.int64)
    regular = (100 * (shelf + used["retail_disc"]) / used["quantity"]).round().astype(np.int64)
    used = used.assign(paid=paid, regular=np.maximum(regular, paid))
    return used[used["paid"].between(5, 99_999) & used["quantity"].between(1, 999)]


def weekly_prices(lines: pd.DataFrame) -> pd.DataFrame:
    """Rows product_id, week, paid, regular (cents): what holds from that week on.

    The middle price of each week with a sale; where the packs of a product weigh differently, its
    middle regular price of the last quarter with each week's middle discount. A promotion without
    a sale for ``PROMOTION_ENDS_AFTER`` weeks is over. Rows that change nothing are left out; the
    last row of a product is its current price.
    """
    grouped = lines.groupby(["product_id", "week"])[["paid", "regular"]].median()
    weekly = grouped.round().astype(np.int64).reset_index()
    weekly = _by_weight(weekly, lines)
    ended = _ended_promotions(weekly, last_week=int(lines["week"].max()))
    weekly = pd.concat([weekly, ended]).sort_values(["product_id", "week"], ignore_index=True)
    before = weekly.groupby("product_id")[["paid", "regular"]].shift()
    changed = (weekly["paid"] != before["paid"]) | (weekly["regular"] != before["regular"])
    return weekly[changed].reset_index(drop=True)


def _by_weight(weekly: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    same = lines.groupby(["product_id", "week", "regular"]).size()
    per_week = same.groupby(level=[0, 1]).agg(["max", "sum"])
    per_week = per_week[per_week["sum"] > 1].groupby(level=0).sum()
    loose = per_week.index[per_week["max"] / per_week["sum"] < STEADY_SHARE]
    recent = lines[lines["week"] > lines["week"].max() - RECENT_WEEKS]
    middle = recent.groupby("product_id")["regular"].median().round()
    rows = weekly["product_id"].isin(loose)
    regular = weekly.loc[rows, "product_id"].map(middle)
    share = weekly.loc[rows, "paid"] / weekly.loc[rows, "regular"]
    discounted = (regular * share.round(2)).round().clip(lower=1)
    weekly.loc[rows, "regular"] = regular.astype(np.int64)
    weekly.loc[rows, "paid"] = discounted.astype(np.int64)
    return weekly


def _ended_promotions(weekly: pd.DataFrame, *, last_week: int) -> pd.DataFrame:
    following = weekly.groupby("product_id")["week"].shift(-1).fillna(last_week + 1)
    silent = following - weekly["week"] > PROMOTION_ENDS_AFTER
    over = weekly[silent & (weekly["paid"] < weekly["regular"])]
    return over.assign(week=over["week"] + PROMOTION_ENDS_AFTER, paid=over["regular"])
