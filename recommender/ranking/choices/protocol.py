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
from recommender.ranking.choices.tasks import TASKS, view
from recommender.ranking.collaborative import fit_bpr
from recommender.ranking.metrics import bootstrap_mean, ndcg, paired_difference
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
"""What the blend's BPR is tuned over, on the validation weeks; the rankers use the first."""


RIVALS = ("60/40 blend, tuned", "60/40 blend, stock", "linear")


@dataclass(frozen=True)
class Outcome:
    """One task: NDCG@10 per method and test query, LambdaMART's hits at place 1, who asked."""

    ndcg: dict[str, Floats]
    hits: Floats
    shoppers: Ints
    candidates: float


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
) -> dict[str, Any]:
    """The whole comparison, as ``summary`` returns it; ``text`` has a vector per shelf product.

    The blend is tuned for each task apart, which makes it the strongest blend there is; linear and
    LambdaMART are fitted once, on all choices.
    """
    rng = np.random.default_rng(seed)
    questions = draw(find(history, households), history, most=MOST, rng=rng)
    splits = split_of(history.week[questions.purchase])

    step("Tune the blend and its collaborative part")
    sources = [Collaborative(history, text, settings) for settings in SETTINGS]
    validation = questions.take(splits == "validation")
    tried = [replay(history, validation, source.at) for source in sources]
    tuned = {task: _tuned([view(part, history, task) for part in tried]) for task in TASKS}

    step("Replay the choices")
    replayed = replay(history, questions, sources[0].at, told=told)
    splits = split_of(history.week[replayed.asked.purchase])
    train, later, test = (replayed.take(splits == s) for s in ("train", "validation", "test"))
    others = [replay(history, test.asked, source.at) for source in sources[1:]]

    step("Fit linear and LambdaMART")
    fitted_linear = linear.fit(train.features, train.labels, train.groups)
    fitted_ltr = ranker.fit(
        (train.features, train.labels, train.groups),
        later=(later.features, later.labels, later.groups),
        seed=seed,
        threads=threads,
    )

    step("Compare on the test weeks")
    outcomes = {}
    for task in TASKS:
        views = [view(part, history, task) for part in (test, *others)]
        own, (chosen, blend) = views[0], tuned[task]
        rival = views[chosen]
        scores = {
            "random": np.zeros(len(own.labels)),
            "popularity, 8 weeks": own.units,
            "cheapest per unit": -own.unit_price,
            "60/40 blend, stock": Blend().score(own.features, own.groups),
            "60/40 blend, tuned": blend.score(rival.features, rival.groups),
            "hand-signed": linear.hand_signed().score(own.features),
            "linear": fitted_linear.score(own.features),
            "LambdaMART": fitted_ltr.score(own.features),
        }
        outcomes[task] = Outcome(
            {name: ndcg(own.labels, score, own.groups, k=K) for name, score in scores.items()},
            ndcg(own.labels, scores["LambdaMART"], own.groups, k=1),
            history.household[own.asked.purchase],
            float(np.mean(own.groups)),
        )
    facts = {
        "households": len(households),
        "queries": {s: int(np.sum(splits == s)) for s in ("train", "validation", "test")},
        "coverage": replayed.coverage,
        "tuned": {
            task: {**SETTINGS[chosen], "scaling": blend.scaling}
            for task, (chosen, blend) in tuned.items()
        },
        "trees": fitted_ltr.booster.num_trees(),
        "seed": seed,
    }
    return summary(outcomes, facts)


def summary(
    outcomes: dict[str, Outcome], facts: dict[str, Any], *, seed: int = 0
) -> dict[str, Any]:
    """Means with 95 % intervals by method and task, and LambdaMART's lead over its rivals."""
    figures: dict[str, Any] = {
        "facts": {
            **facts,
            "test_queries": {task: len(o.shoppers) for task, o in outcomes.items()},
            "candidates": {task: round(o.candidates, 1) for task, o in outcomes.items()},
        },
        "ndcg_at_10": {},
        "hit_rate_at_1": {},
        "lead": {},
    }
    for task, outcome in outcomes.items():

        def mean(values: Floats, shoppers: Ints = outcome.shoppers) -> tuple[float, float, float]:
            return bootstrap_mean(values, shoppers, rng=np.random.default_rng(seed))

        for method, values in outcome.ndcg.items():
            figures["ndcg_at_10"].setdefault(method, {})[task] = mean(values)
        figures["hit_rate_at_1"][task] = mean(outcome.hits)
        for rival in RIVALS:
            figures["lead"].setdefault(rival, {})[task] = paired_difference(
                outcome.ndcg["LambdaMART"],
                outcome.ndcg[rival],
                outcome.shoppers,
                rng=np.random.default_rng(seed),
            )
    return figures


def _tuned(tried: list[Replayed]) -> tuple[int, Blend]:
    """The collaborative setting and the scaling that do best on these validation queries."""
    choices = [(at, Blend(scaling)) for at in range(len(tried)) for scaling in get_args(Scaling)]
    quality = []
    for at, blend in choices:
        scores = blend.score(tried[at].features, tried[at].groups)
        quality.append(np.nanmean(ndcg(tried[at].labels, scores, tried[at].groups, k=K)))
    return choices[int(np.argmax(quality))]
