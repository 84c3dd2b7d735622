from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking import ranker, rungs
from recommender.ranking.errors import CannotLearn
from recommender.ranking.features.schema import column
from recommender.ranking.training_set import TrainingSet
from tests.ranking import lessons

SAVING = column("price_saving")


def test_both_rungs_find_the_planted_feature():
    training = lessons.training(60)
    for fit in (rungs.fit_linear, rungs.fit_ltr):
        gain = fit(training).gain()
        assert int(np.argmax(gain)) == SAVING


def test_rounds_are_found_on_the_newest_fifth_and_the_refit_sees_all_slates(monkeypatch):
    seen = []
    whole = ranker.fit

    def watched(train, **options):
        later = options.get("later")
        seen.append(
            (len(train[2]), None if later is None else len(later[2]), options.get("rounds"))
        )
        return whole(train, **options)

    monkeypatch.setattr(ranker, "fit", watched)
    fitted = rungs.fit_ltr(lessons.training(50))
    (probe, refit) = seen
    assert probe == (40, 10, None)
    assert refit == (50, None, fitted.booster.num_trees())
    assert rungs.FEWEST_ROUNDS <= fitted.booster.num_trees() <= ranker.ROUNDS


def test_the_trees_listen_to_propensities_in_the_search_for_rounds_and_in_the_refit(monkeypatch):
    given = []
    whole = ranker.fit

    def watched(train, **options):
        given.append(options["weights"])
        return whole(train, **options)

    monkeypatch.setattr(ranker, "fit", watched)
    sure = lessons.training(50)
    rows = sure.rows.assign(propensity=np.where(sure.rows["position"] == 1, 0.5, 1.0))
    for fit in (rungs.fit_ltr, rungs.fit_stacked):
        given.clear()
        fit(TrainingSet.from_rows(rows))
        # One row of five counts twice the others: 2 / (6/5) and 1 / (6/5).
        for weights, slates in zip(given, (40, 50), strict=True):
            by_place = weights[np.argsort(rows["position"].to_numpy()[: 5 * slates], kind="stable")]
            assert by_place[:slates] == pytest.approx(10 / 6)
            assert by_place[slates:] == pytest.approx(5 / 6)


def test_one_shopper_alone_cannot_turn_the_store_round():
    # 300 slates of one bot want the dearest, 40 shoppers with a slate each the cheapest.
    matrix = lessons.features(340, 5)
    appeal = matrix[:, column("popularity_half_year")].copy()
    appeal[:1500] *= -1
    shopper = ["bot"] * 1500 + [f"v:{at // 5}" for at in range(200)]
    rows = lessons.frame(matrix, lessons.best_of(appeal, 5), shopper=shopper)
    honest, every = rows.iloc[1500:], rows
    for given in (honest, every):
        fitted = rungs.fit_linear(TrainingSet.from_rows(given))
        assert fitted.weights[column("popularity_half_year")] > 0.2
    uncapped = rungs.fit_linear(TrainingSet.from_rows(rows.assign(shopper=rows["qid"])))
    assert uncapped.weights[column("popularity_half_year")] < -0.9


def test_289_positive_samples_are_refused_with_their_number_by_both_rungs():
    rows = lessons.frame(lessons.features(289, 1), np.ones(289, dtype=np.int64), size=5)
    training = TrainingSet.from_rows(rows)
    for fit in (rungs.fit_linear, rungs.fit_ltr):
        with pytest.raises(CannotLearn, match=r"^all 289 samples are positive"):
            fit(training)


def _cannot(*_, **__):
    raise CannotLearn("too little")


def test_a_rung_that_cannot_learn_falls_to_the_one_below(monkeypatch):
    training = lessons.training(30)
    assert rungs.fit_or_below("ltr_on_linear", training).policy == "ltr_on_linear"
    monkeypatch.setattr(rungs, "fit_stacked", _cannot)
    assert rungs.fit_or_below("ltr_on_linear", training).policy == "ltr"
    monkeypatch.setattr(rungs, "fit_ltr", _cannot)
    assert rungs.fit_or_below("ltr_on_linear", training).policy == "linear"
    monkeypatch.setattr(rungs, "fit_linear", _cannot)
    with pytest.raises(CannotLearn, match="too little"):
        rungs.fit_or_below("ltr_on_linear", training)
