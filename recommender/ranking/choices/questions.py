"""Which purchases become queries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender.ranking.choices.history import History
from recommender.ranking.query import Flags, Ints

FIRST_WEEK, VALIDATION_WEEK, TEST_WEEK, LAST_WEEK = 17, 42, 48, 53


@dataclass(frozen=True)
class Questions:
    """Parallel arrays, one entry per query, in the order of the purchases.

    ``purchase`` is the row of the history, ``anchor`` the product of the same type that the
    household bought last (a row of the shelf), ``novel`` whether it never bought the product.
    ``candidates`` are rows of the shelf, ascending, where a file names them; None: what the store
    sold of late.
    """

    purchase: Ints
    anchor: Ints
    novel: Flags
    candidates: tuple[Ints, ...] | None = None

    def __len__(self) -> int:
        return len(self.purchase)

    def take(self, chosen: Flags | Ints) -> Questions:
        kept = None
        if self.candidates is not None:
            kept = tuple(self.candidates[at] for at in np.arange(len(self))[chosen].tolist())
        return Questions(self.purchase[chosen], self.anchor[chosen], self.novel[chosen], kept)


def find(history: History, households: Ints) -> Questions:
    """Purchases of ``households`` from week 17 on that chose one product of a type.

    A basket with two products of the type chooses neither; a household without an earlier purchase
    of the type has no anchor. Anchor and novelty come from earlier baskets only.
    """
    mine = np.isin(history.household, households)
    rows = np.flatnonzero(mine)
    frame = pd.DataFrame(
        {
            "row": rows,
            "household": history.household[rows],
            "basket": history.basket[rows],
            "product": history.product[rows],
            "type": history.shelf.type_id[history.product[rows]],
            "week": history.week[rows],
        }
    )
    frame = frame.drop_duplicates(["household", "basket", "product"])
    in_basket = frame.groupby(["household", "basket", "type"])["product"]
    frame["alone"] = in_basket.transform("size") == 1
    # The last purchase of the type in an earlier basket: the last of the basket stands for it.
    visits = frame.drop_duplicates(["household", "basket", "type"], keep="last").copy()
    visits["anchor"] = visits.groupby(["household", "type"])["product"].shift()
    frame = frame.merge(visits[["household", "basket", "type", "anchor"]], how="left")
    frame["novel"] = ~frame.duplicated(["household", "product"])
    asked = frame[frame["alone"] & frame["anchor"].notna() & frame["week"].ge(FIRST_WEEK)]
    asked = asked[asked["week"] <= LAST_WEEK].sort_values("row")
    return Questions(
        asked["row"].to_numpy(np.int64),
        asked["anchor"].to_numpy(np.int64),
        asked["novel"].to_numpy(bool),
    )


def first_of_household(history: History) -> Flags:
    """Whether the household buys the product for the first time in this basket, (purchases,)."""
    pair = history.household * len(history.shelf.product_id) + history.product
    _, first, which = np.unique(pair, return_index=True, return_inverse=True)
    return np.asarray(history.basket == history.basket[first[which]])


def draw(
    questions: Questions, history: History, *, most: dict[str, int], rng: np.random.Generator
) -> Questions:
    """At most ``most[split]`` queries per household and split, drawn at random, order kept."""
    shuffled = rng.permutation(len(questions))
    frame = pd.DataFrame(
        {
            "at": shuffled,
            "household": history.household[questions.purchase[shuffled]],
            "split": split_of(history.week[questions.purchase[shuffled]]),
        }
    )
    place = frame.groupby(["household", "split"]).cumcount()
    kept = frame[place < frame["split"].map(most)]["at"].to_numpy()
    return questions.take(np.sort(kept))


def split_of(week: Ints) -> np.ndarray:
    """ "train", "validation" or "test" by week."""
    return np.where(
        week < VALIDATION_WEEK, "train", np.where(week < TEST_WEEK, "validation", "test")
    )
