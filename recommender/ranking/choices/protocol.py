"""Fits every method on earlier weeks and compares them on later ones, paired by household."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.artifact import Scorer
from recommender.ranking.blend import Blend
from recommender.ranking.choices import rankers
from recommender.ranking.choices.baselines import tuning
from recommender.ranking.choices.baselines.als import AlternatingLeastSquares
from recommender.ranking.choices.baselines.cheapest import Cheapest
from recommender.ranking.choices.baselines.frequency import Frequency
from recommender.ranking.choices.baselines.item_item import ItemItem
from recommender.ranking.choices.baselines.popularity import Popularity
from recommender.ranking.choices.baselines.sixty_forty import BPR, SixtyForty
from recommender.ranking.choices.comparison import K, compare, summary
from recommender.ranking.choices.history import History
from recommender.ranking.choices.prepared import Prepared, prepare
from recommender.ranking.choices.questions import Questions
from recommender.ranking.choices.refits import REFIT_WEEKS
from recommender.ranking.collaborative import fit_bpr
from recommender.ranking.query import Floats, Vectors
from recommender.ranking.vectors import make_vectors

STEPS = (
    "Replay the choices",
    "Tune the baselines",
    "Teach the rankers",
    "Compare on the test weeks",
)


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


@dataclass(frozen=True)
class Compared:
    """The table's ``figures``, and what else can be measured on: the choices and the rankers."""

    figures: dict[str, Any]
    prepared: Prepared
    rankers: Mapping[str, Scorer]
    ours: str


def run(
    history: History,
    text: NDArray[np.float32],
    questions: Questions,
    *,
    seed: int,
    threads: int,
    step: Callable[[str], None] = lambda title: None,
    told: Callable[[float], None] = lambda share: None,
) -> Compared:
    """The whole comparison; ``text`` has a vector per shelf product.

    Every baseline is tuned for each task apart. The rankers are taught once, by all choices; ours
    is the one with trees that ranks the validation weeks' choices best. Raises ValueError when a
    split has no query.
    """
    step(STEPS[0])
    sources = [Collaborative(history, text, setting) for setting in BPR]
    prepared = prepare(history, questions, sources[0].at, told=told)
    validation, test = prepared.validation, prepared.test

    step(STEPS[1])
    scores: dict[str, dict[str, Floats]] = {"random": _same(np.zeros(len(test.labels)), prepared)}
    popularity = Popularity(history)
    tuned: dict[str, Any] = {}
    baselines: tuple[tuning.Baseline, ...] = (
        popularity,
        Cheapest(),
        Frequency(history, popularity),
        ItemItem(history),
        AlternatingLeastSquares(history),
        SixtyForty(history, [source.at for source in sources]),
    )
    for at, baseline in enumerate(baselines):
        told(at / len(baselines))
        tasks = prepared.tasks(validation)
        tuned[baseline.name] = tuning.tune(baseline, validation, tasks, k=K)
        scores[baseline.name] = tuning.apply(baseline, test, tuned[baseline.name])
    stock = Blend().score(test.features, test.groups)
    scores["60/40 blend, stock"] = _same(stock, prepared)

    step(STEPS[2])
    fitted = rankers.fit(prepared.lessons, k=K, seed=seed, threads=threads, told=told)
    ours = max(rankers.TREES, key=lambda name: prepared.lessons.quality(fitted[name], k=K))

    step(STEPS[3])
    scores |= {name: _same(f.score(test.features), prepared) for name, f in fitted.items()}
    facts = {
        "households": prepared.households,
        "queries": prepared.counts(),
        "coverage": prepared.coverage,
        "tuned": tuned,
        "seed": seed,
    }
    figures = summary(compare(prepared, scores), facts, ours=ours)
    return Compared(figures, prepared, fitted, ours)


def _same(score: Floats, prepared: Prepared) -> dict[str, Floats]:
    """One score for every task."""
    return dict.fromkeys(prepared.tasks(prepared.test), score)
