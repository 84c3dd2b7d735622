"""Fits every method on earlier weeks and compares them on later ones, paired by household."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from recommender.ranking.choices.refits import REFIT_WEEKS, STATISTICS_WEEKS
from recommender.ranking.collaborative import Factors, fit_bpr
from recommender.ranking.query import Floats, Vectors
from recommender.ranking.statistics import Purchases, Statistics, fit_statistics
from recommender.ranking.vectors import make_vectors, refitted

STEPS = (
    "Replay the choices",
    "Tune the baselines",
    "Teach the rankers",
    "Compare on the test weeks",
)


class Collaborative:
    """Vectors by week: the newest refit that lies before it."""

    def __init__(
        self,
        history: History,
        text: NDArray[np.float32],
        settings: dict[str, Any],
        statistics: dict[int, Statistics] | None = None,
    ):
        self._history, self._text, self._settings = history, text, settings
        # Counted once for all settings, which do not change them.
        self._statistics = {} if statistics is None else statistics
        self._fitted: dict[int, Vectors] = {}
        self._factors: dict[int, Factors] = {}

    def at(self, week: int) -> Vectors:
        refit = max(start for start in STATISTICS_WEEKS if start <= week)
        if refit not in self._fitted:
            factors, statistics = self._factors_at(week), self._statistics_at(refit)
            first = next(iter(self._fitted.values()), None)
            products = self._history.shelf.product_id
            if first is None:
                self._fitted[refit] = make_vectors(products, self._text, factors, statistics)
            else:
                # The text and its clusters stay; only the rest is new.
                self._fitted[refit] = refitted(first, factors, statistics, f"{first.tag}@{refit}")
        return self._fitted[refit]

    def _factors_at(self, week: int) -> Factors:
        refit = max(start for start in REFIT_WEEKS if start <= week)
        if refit not in self._factors:
            history, done = self._history, self._history.before_week(refit)
            bought = history.shelf.product_id[history.product[done]]
            self._factors[refit] = fit_bpr(history.household[done], bought, **self._settings)
        return self._factors[refit]

    def _statistics_at(self, refit: int) -> Statistics:
        if refit not in self._statistics:
            history, done = self._history, self._history.before_week(refit)
            purchases = Purchases(
                history.household[done],
                history.basket[done],
                history.product[done],
                history.time[done],
            )
            now = float(history.time[done.stop - 1]) if done.stop else 0.0
            fitted = fit_statistics(history.shelf.type_id, purchases, now=now)
            self._statistics[refit] = fitted
        return self._statistics[refit]


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
    counted: dict[int, Statistics] = {}
    sources = [Collaborative(history, text, setting, counted) for setting in BPR]
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
