"""Fits every method on earlier weeks and compares them on later ones, paired by household."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from recommender.ranking import linear, ranker
from recommender.ranking.blend import Blend, Scaling
from recommender.ranking.choices.history import History
from recommender.ranking.choices.questions import draw, find, split_of
from recommender.ranking.choices.replay import Replayed, replay
from recommender.ranking.collaborative import fit_bpr
from recommender.ranking.metrics import bootstrap_mean, ndcg, paired_difference, random_ndcg
from recommender.ranking.query import Floats, Ints, Vectors
from recommender.ranking.vectors import make_vectors

K = 10
MOST = {"train": 40, "validation": 12, "test": 16}
"""Queries per household and split."""

REFIT_WEEKS = (17, 29, 42, 48)
"""Collaborative factors are fitted anew at the beginning of these weeks, on all before them."""

SETTINGS: tuple[dict[str, Any], ...] = (
    {"factors": 64, "iterations": 30, "learning_rate": 0.05},
    {"factors": 64, "iterations": 60, "learning_rate": 0.02},
    {"factors": 32, "iterations": 30, "learning_rate": 0.05, "regularization": 0.05},
)
"""What BPR is tuned over, by the blend's quality on the validation weeks; the first is stock."""

TASKS = ("switch", "all", "novel")


@dataclass(frozen=True)
class Outcome:
    """``ndcg`` per method and test query; ``shoppers`` and ``tasks`` (masks) are parallel to it."""

    ndcg: dict[str, Floats]
    shoppers: Ints
    tasks: dict[str, NDArray[np.bool_]]
    facts: dict[str, Any]


class Collaborative:
    """Vectors by week: the newest refit that lies before it."""

    def __init__(self, history: History, text: NDArray[np.float32], settings: dict[str, Any]):
        self._history, self._text, self._settings = history, text, settings
        self._fitted: dict[int, Vectors] = {}

    def at(self, week: int) -> Vectors:
        refit = max(start for start in REFIT_WEEKS if start <= week)
        if refit not in self._fitted:
            history, done = self._history, self._history.before_week(refit)
            products = history.shelf.product_id
            bought = products[history.product[done]]
            factors = fit_bpr(history.household[done], bought, **self._settings)
            first = next(iter(self._fitted.values()), None)
            if first is None:
                self._fitted[refit] = make_vectors(products, self._text, factors)
            else:
                # The text and its clusters stay; only the factors are new.
                items = np.full((len(products), factors.items.shape[1]), np.nan, np.float32)
                items[np.searchsorted(products, factors.product_id)] = factors.items
                self._fitted[refit] = replace(
                    first,
                    tag=f"{first.tag}@{refit}",
                    item_factors=items,
                    shopper_id=factors.shopper_id,
                    shopper_factors=factors.shoppers,
                )
        return self._fitted[refit]


def run(
    history: History,
    text: NDArray[np.float32],
    households: Ints,
    *,
    seed: int,
    threads: int,
    step: Callable[[str], None] = lambda title: None,
    told: Callable[[float], None] = lambda share: None,
) -> Outcome:
    """The whole comparison. ``text`` holds a vector per product of the shelf."""
    rng = np.random.default_rng(seed)
    questions = draw(find(history, households), history, most=MOST, rng=rng)
    splits = split_of(history.week[questions.purchase])

    step("Tune the collaborative part")
    sources = [Collaborative(history, text, settings) for settings in SETTINGS]
    validation = questions.take(splits == "validation")
    tried = [replay(history, validation, source.at) for source in sources]
    blends = [(at, Blend(scaling)) for at in range(len(tried)) for scaling in get_args(Scaling)]
    quality = [
        float(np.nanmean(_ndcg(tried[at], blend.score(tried[at].features, tried[at].groups))))
        for at, blend in blends
    ]
    chosen, tuned = blends[int(np.argmax(quality))]

    step("Replay the choices")
    replayed = replay(history, questions, sources[chosen].at, told=told)
    splits = split_of(history.week[replayed.asked.purchase])
    train, later, test = (replayed.take(splits == s) for s in ("train", "validation", "test"))

    step("Fit linear and LambdaMART")
    fitted_linear = linear.fit(train.features, train.labels, train.groups)
    fitted_ltr = ranker.fit(
        (train.features, train.labels, train.groups),
        later=(later.features, later.labels, later.groups),
        seed=seed,
        threads=threads,
    )

    step("Compare on the test weeks")
    stock_test = test if chosen == 0 else replay(history, test.asked, sources[0].at)
    scores = {
        "popularity, 8 weeks": test.units,
        "cheapest per unit": -test.unit_price,
        "60/40 blend, stock": Blend().score(stock_test.features, stock_test.groups),
        "60/40 blend, tuned": tuned.score(test.features, test.groups),
        "hand-signed": linear.hand_signed().score(test.features),
        "linear": fitted_linear.score(test.features),
        "LambdaMART": fitted_ltr.score(test.features),
    }
    values = {"random": random_ndcg(test.labels, test.groups, k=K)}
    values |= {method: _ndcg(test, score) for method, score in scores.items()}
    values["LambdaMART, HR@1"] = ndcg(test.labels, scores["LambdaMART"], test.groups, k=1)
    asked = test.asked
    switch = history.product[asked.purchase] != asked.anchor
    tasks = {"switch": switch, "all": np.ones(len(asked), dtype=bool), "novel": asked.novel}
    facts = {
        "households": len(households),
        "queries": {s: int(np.sum(splits == s)) for s in ("train", "validation", "test")},
        "coverage": replayed.coverage,
        "candidates": float(np.mean(test.groups)),
        "tuned": {**SETTINGS[chosen], "scaling": tuned.scaling},
        "rounds": fitted_ltr.booster.num_trees(),
        "seed": seed,
    }
    return Outcome(values, history.household[asked.purchase], tasks, facts)


def summary(outcome: Outcome, *, seed: int = 0) -> dict[str, Any]:
    """Means with 95 % intervals by method and task, and LambdaMART's lead over three others."""
    figures: dict[str, Any] = {"facts": outcome.facts, "ndcg_at_10": {}, "lead": {}}
    shoppers = outcome.shoppers
    for method, values in outcome.ndcg.items():
        figures["ndcg_at_10"][method] = {
            task: bootstrap_mean(values[mask], shoppers[mask], rng=np.random.default_rng(seed))
            for task, mask in outcome.tasks.items()
        }
    for other in ("60/40 blend, tuned", "60/40 blend, stock", "linear"):
        figures["lead"][other] = {
            task: paired_difference(
                outcome.ndcg["LambdaMART"][mask],
                outcome.ndcg[other][mask],
                shoppers[mask],
                rng=np.random.default_rng(seed),
            )
            for task, mask in outcome.tasks.items()
        }
    return figures


def _ndcg(replayed: Replayed, scores: Floats) -> Floats:
    return ndcg(replayed.labels, scores, replayed.groups, k=K)
