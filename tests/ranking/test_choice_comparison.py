from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.choices import comparison, rankers, report
from recommender.ranking.choices.comparison import BLEND
from recommender.ranking.choices.prepared import Prepared
from recommender.ranking.choices.refits import refit_before
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.choices.tasks import TASKS, task
from recommender.ranking.features.schema import NAMES, column
from recommender.ranking.metrics import paired_ratio
from tests.ranking.choice_history import asked, history
from tests.ranking.choice_lessons import choices
from tests.ranking.shelf import ints


def _past():
    """1 buys 0, then switches to the new 1, and comes back; 2 buys 2 again and again."""
    return history(
        (1, 1, 0, 10), (2, 2, 2, 10), (1, 3, 1, 48), (1, 4, 0, 49), (2, 5, 2, 50)
    )  # fmt: skip


def _three() -> Replayed:
    candidates = [0, 1, 2]
    features = np.full((9, len(NAMES)), np.nan)
    features[:, column("recency")] = [0.5, np.nan, np.nan, 0.5, 0.9, np.nan, np.nan, np.nan, 0.5]
    found = asked(
        _past(), (2, 0, candidates), (3, 1, candidates), (4, 2, candidates), features=features
    )
    return Replayed(**{**found.__dict__, "asked": _with_novelty(found)})


def _with_novelty(found: Replayed):
    own = found.asked
    return type(own)(own.purchase, own.anchor, np.array([True, False, False]))


def test_a_switch_is_asked_without_the_anchor_and_a_repeat_is_none():
    asked_for = task(_three(), _past(), "switch")
    assert asked_for.queries.tolist() == [True, True, False]
    assert asked_for.of(np.arange(9)).tolist() == [1, 2, 3, 5]
    assert asked_for.labels.tolist() == [1, 0, 1, 0]
    assert asked_for.groups.tolist() == [2, 2]


def test_a_novelty_is_asked_among_what_the_household_never_bought():
    asked_for = task(_three(), _past(), "novel")
    assert asked_for.queries.tolist() == [True, False, False]
    assert asked_for.of(np.arange(9)).tolist() == [1, 2]


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match="'best' is no task; known are switch, all, novel"):
        task(_three(), _past(), "best")


def test_a_refit_never_lies_after_the_week():
    assert refit_before(ints(17, 28, 29, 41, 42, 47, 48, 53)).tolist() == (
        [17, 17, 29, 29, 42, 42, 48, 48]
    )
    with pytest.raises(ValueError, match="nothing is learned before week 17"):
        refit_before(ints(16))


def test_a_ratio_is_of_the_means_and_leaves_out_what_is_not_known():
    first, second = np.array([0.9, 0.3, np.nan]), np.array([0.5, 0.3, 0.9])
    ratio, low, high = paired_ratio(first, second, ints(1, 2, 3), rng=np.random.default_rng(0))
    assert ratio == pytest.approx(1.2 / 0.8)
    assert (low, high) == pytest.approx((0.3 / 0.3, 0.9 / 0.5))
    nothing = paired_ratio(first, 0 * second, ints(1, 2, 3), rng=np.random.default_rng(0))
    assert np.isnan(nothing).all()


def test_methods_are_compared_on_the_same_queries():
    test = _three()
    prepared = Prepared(_past(), 2, test, test, test, 0.9)
    right = test.labels.astype(float)
    scores = {"right": right, BLEND: -right, "random": 0 * right}
    outcomes = comparison.compare(
        prepared, {name: dict.fromkeys(TASKS, score) for name, score in scores.items()}
    )
    assert {name: len(o.shoppers) for name, o in outcomes.items()} == (
        {"switch": 2, "all": 3, "novel": 1}
    )
    assert outcomes["switch"].shoppers.tolist() == [1, 1]
    figures = comparison.summary(outcomes, {"tuned": {}}, ours="right")
    second, third = 1 / np.log2(3), 1 / np.log2(4)
    assert figures["ndcg_at_10"]["right"]["all"] == (1, 1, 1)
    assert figures["ndcg_at_10"][BLEND]["switch"][0] == pytest.approx(second)
    assert figures["ndcg_at_10"][BLEND]["all"][0] == pytest.approx(third)
    assert figures["lead"][BLEND]["switch"][0] == pytest.approx(1 - second)
    assert figures["times_blend"]["all"][0] == pytest.approx(1 / third)
    assert figures["hit_rate_at_1"]["novel"] == (1, 1, 1)
    assert outcomes["switch"].first[BLEND].tolist() == [0, 0]


def test_the_table_names_every_method_the_leads_and_the_chosen_settings():
    interval = (0.5, 0.4, 0.6)
    by_task = dict.fromkeys(TASKS, interval)
    figures = {
        "facts": {
            "households": 1234,
            "ours": "LambdaMART",
            "test_queries": dict.fromkeys(TASKS, 4321),
            "candidates": dict.fromkeys(TASKS, 30.1),
            "queries": {"train": 10, "validation": 5, "test": 4321},
            "coverage": 0.841,
            "tuned": {
                "popularity": {"switch": {"weeks": 4}, "all": {"weeks": 4}, "novel": {"weeks": 26}}
            },
            "seed": 1,
        },
        "ndcg_at_10": {"random": by_task, "popularity": by_task, "LambdaMART": by_task},
        "lead": {"random": by_task, "popularity": by_task},
        "times_blend": by_task,
        "hit_rate_at_1": by_task,
    }
    lines = report.markdown(figures).splitlines()
    cells = "| 0.500 [0.400, 0.600] | 0.500 [0.400, 0.600] | 0.500 [0.400, 0.600] |"
    assert lines[0] == "| NDCG@10, 1,234 households | switch | all | novel |"
    assert f"| **LambdaMART** {cells}" in lines
    assert f"| LambdaMART − popularity {cells.replace('0.', '+0.')}" in lines
    assert f"| LambdaMART / {BLEND} | " + " | ".join(["0.50 [0.40, 0.60]"] * 3) + " |" in lines
    assert "- popularity: switch weeks 4; all weeks 4; novel weeks 26" in lines


def _lessons(queries: int) -> rankers.Lessons:
    _, replayed = choices(queries)
    early = np.arange(queries) < queries * 2 // 3
    return rankers.Lessons(replayed.take(early), replayed.take(~early))


def test_every_rung_learns_what_there_is_to_learn_and_the_same_twice():
    lessons = _lessons(180)
    fitted = rankers.fit(lessons, k=10, seed=1, threads=1)
    assert set(rankers.TREES) < set(fitted)
    for name in ("linear", *rankers.TREES):
        assert lessons.quality(fitted[name], k=10) > 0.9, name
    again = rankers.fit(lessons, k=10, seed=1, threads=1)
    for name, ranker in fitted.items():
        features = lessons.later.features
        assert ranker.score(features).tobytes() == again[name].score(features).tobytes()


def test_the_linear_pull_is_the_one_that_ranks_later_choices_best():
    lessons = _lessons(90)
    pulls = (0.01, 1e6)
    quality = [lessons.quality(rankers.fit_linear(lessons, [pull], k=10), k=10) for pull in pulls]
    assert abs(quality[0] - quality[1]) > 0.02
    for order in (pulls, pulls[::-1]):
        chosen = rankers.fit_linear(lessons, order, k=10)
        assert lessons.quality(chosen, k=10) == max(quality)
