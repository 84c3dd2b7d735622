from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from recommender.ranking.choices.baselines import tuning
from recommender.ranking.choices.baselines.als import AlternatingLeastSquares
from recommender.ranking.choices.baselines.cheapest import Cheapest
from recommender.ranking.choices.baselines.frequency import Frequency
from recommender.ranking.choices.baselines.item_item import ItemItem
from recommender.ranking.choices.baselines.popularity import Popularity
from recommender.ranking.choices.baselines.sixty_forty import BPR, SixtyForty
from recommender.ranking.choices.tally import Tally
from recommender.ranking.choices.tasks import Task
from recommender.ranking.features.schema import NAMES, column
from tests.ranking import shelf
from tests.ranking.choice_history import asked, history
from tests.ranking.shelf import ints


def _one(baseline, replayed, **setting) -> list[float]:
    return baseline.scores(replayed, [setting])[0].tolist()


def test_a_tally_counts_the_rows_before_and_knows_no_foreign_key():
    tally = Tally(ints(7, 9, 7, 7), np.array([1.0, 10.0, 2.0, 4.0]))
    counted = tally.before(ints(0, 1, 3, 4, 4, 4), ints(7, 7, 7, 7, 9, 8))
    assert counted.tolist() == [0, 1, 3, 7, 10, 0]


def test_popularity_counts_the_weeks_before_in_the_store_and_a_part_of_the_rest():
    # Product 0: twice in store 1; 1: once in store 1, three times in store 2; 2: too long ago.
    past = history(
        (1, 1, 2, 12), (1, 2, 0, 16), (2, 3, 0, 19), (1, 4, 1, 19),
        (3, 5, 1, 19), (3, 6, 1, 19), (3, 7, 1, 19), (4, 8, 1, 20), (4, 9, 0, 20),
        store=ints(1, 1, 1, 1, 2, 2, 2, 1, 1),
    )  # fmt: skip
    query = asked(past, (8, 1, [0, 1, 2]))
    # Week 20 itself is not known: neither row 7 nor the purchase that is asked about.
    assert _one(Popularity(past), query, weeks=4, chain=0.0) == [2, 1, 0]
    assert _one(Popularity(past), query, weeks=4, chain=0.5) == [2, 1 + 0.5 * 3, 0]
    assert _one(Popularity(past), query, weeks=8, chain=1.0) == [2, 4, 1]
    assert _one(Popularity(past), query, weeks=3, chain=0.0) == [1, 1, 0]


def test_the_cheapest_comes_first():
    past = history((1, 1, 0, 10), (1, 2, 1, 20))
    assert _one(Cheapest(), asked(past, (1, 0, [3, 1, 2]))) == [-103, -101, -102]


def test_frequency_counts_all_earlier_baskets_of_the_household_and_mixes_popularity_in():
    past = history(
        (1, 1, 0, 1), (1, 2, 0, 18), (2, 3, 1, 18), (1, 4, 1, 20), (1, 4, 1, 20), (1, 5, 2, 20)
    )
    query = asked(past, (4, 0, [0, 1, 2]), (5, 1, [1, 2]))
    frequency = Frequency(past, Popularity(past))
    # Popularity in week 20: product 0 and 1 one each, and one more for all: 2/5, 2/5, 1/5.
    assert _one(frequency, query, half_life=None, popular=5.0) == pytest.approx(
        # The same basket's other line does not count; the later basket sees both.
        [2 + 2, 0 + 2, 0 + 1, 2 + 5 * 2 / 3, 0 + 5 * 1 / 3]
    )


def test_a_purchase_counts_half_after_the_half_life():
    past = history((1, 1, 0, 10), (1, 2, 0, 16), (1, 3, 0, 22))
    query = asked(past, (2, 0, [0, 1]))
    own = _one(Frequency(past, Popularity(past)), query, half_life=6, popular=0.0)
    assert own == pytest.approx([1 / 2 + 1 / 4, 0], abs=1e-5)


def _neighbours():
    """Households 2 and 3 bought 0 and 1 together, 4 only 1, 5 bought 0 and 2; then 1 asks."""
    return history(
        (2, 1, 0, 2), (2, 1, 1, 2), (3, 2, 0, 3), (3, 2, 1, 3), (4, 3, 1, 4), (5, 4, 0, 5),
        (5, 4, 2, 5), (1, 5, 0, 10), (1, 6, 0, 18), (1, 7, 1, 20),
    )  # fmt: skip


def test_a_product_is_near_to_what_the_same_households_bought_before_the_refit():
    past = _neighbours()
    query = asked(past, (9, 0, [1, 2, 0, 3]))
    own = log(1 + 2)  # bought twice before this basket, the second time after the refit of week 17
    near = [2 / sqrt(3 * 4), 1 / sqrt(1 * 4), 1.0, 0.0]
    found = _one(ItemItem(past), query, shrink=0.0, neighbours=5)
    assert found == pytest.approx([own * value for value in near])
    shrunk = _one(ItemItem(past), query, shrink=2.0, neighbours=5)
    assert shrunk == pytest.approx(
        [own * 2 / (sqrt(12) + 2), own * 1 / (2 + 2), own * 4 / (4 + 2), 0.0]
    )


def test_only_the_nearest_neighbours_count():
    # Household 1 owns 0 and 1; product 2 is near to 0 (1 of sqrt(1 * 2)), and to 1 not at all.
    past = history((2, 1, 0, 2), (2, 1, 2, 2), (1, 2, 0, 3), (1, 3, 1, 4), (1, 4, 2, 20))
    query = asked(past, (4, 0, [0, 2]))
    both = _one(ItemItem(past), query, shrink=0.0, neighbours=2)
    nearest = _one(ItemItem(past), query, shrink=0.0, neighbours=1)
    assert both == pytest.approx([log(2) * (1 + 1 / sqrt(2)), log(2) / sqrt(2)])
    assert nearest == pytest.approx([log(2), log(2) / sqrt(2)])


def _two_kinds():
    """Households 1-10 buy 0, 1 and 2, households 11-20 buy 3, 4 and 5; 1 has not bought 2 yet."""
    rows = [
        (who, 100 * who + product, product, 2)
        for who in range(1, 21)
        for product in ((0, 1, 2) if who <= 10 else (3, 4, 5))
        if (who, product) != (1, 2)
    ]
    return history(*rows, (1, 9_000, 2, 20), (99, 9_001, 0, 20))


def test_als_expects_what_alike_households_buy_and_nothing_of_a_stranger():
    past = _two_kinds()
    last = len(past.week) - 2
    query = asked(past, (last, 0, [2, 3, 4]), (last + 1, 0, [0, 3]))
    als = AlternatingLeastSquares(past)
    setting = {"factors": 2, "regularization": 1.0, "alpha": 10.0}
    score = als.scores(query, [setting])[0]
    assert score[0] > score[1] + 0.5
    assert score[0] > score[2] + 0.5
    assert score[3:].tolist() == [0.0, 0.0]
    assert als.scores(query, [setting])[0].tobytes() == score.tobytes()


def test_the_blend_is_tuned_over_its_factors_and_the_scaling():
    past = history((1, 1, 0, 10), (1, 2, 1, 20))
    features = np.full((2, len(NAMES)), np.nan)
    features[:, column("semantic_sim")] = [0.2, 0.6]

    def source(first: float, second: float):
        given = shelf.vectors(
            past.shelf,
            item_factors=np.array([[first, 0.0], [second, 0.0]] + [[0.0, 0.0]] * 10),
            shopper_id=ints(1),
            shopper_factors=np.array([[1.0, 1.0]]),
        )
        return lambda week: given

    blend = SixtyForty(past, [source(1, 2), source(2, 1), source(0, 0)])
    query = asked(past, (1, 0, [0, 1]), features=features)
    # Of six products of the type, four with affinity 0: percentiles 9/12 and 11/12.
    found = blend.scores(query, [{**bpr, "scaling": "raw"} for bpr in BPR])
    assert found[0] == pytest.approx([0.6 * 9 / 12 + 0.4 * 0.2, 0.6 * 11 / 12 + 0.4 * 0.6])
    assert found[1] == pytest.approx([0.6 * 11 / 12 + 0.4 * 0.2, 0.6 * 9 / 12 + 0.4 * 0.6])
    # All six alike: the middle, ½.
    assert found[2] == pytest.approx([0.6 * 0.5 + 0.4 * 0.2, 0.6 * 0.5 + 0.4 * 0.6])


class _Signed:
    """Knows the order of two candidates, and turns it round in its other setting."""

    name = "signed"
    settings = ({"sign": -1.0}, {"sign": 1.0})

    def scores(self, replayed, settings):
        return [setting["sign"] * replayed.candidate for setting in settings]


def test_every_task_takes_the_setting_that_is_best_at_it():
    past = history((1, 1, 0, 10), (1, 2, 1, 20), (1, 3, 0, 20))
    query = asked(past, (1, 0, [0, 1]), (2, 1, [0, 1]))
    one, other = np.array([True, False]), np.array([False, True])
    tasks = {
        "up": Task(one, np.repeat(one, 2), ints(0, 1), ints(2)),
        "down": Task(other, np.repeat(other, 2), ints(1, 0), ints(2)),
    }
    chosen = tuning.tune(_Signed(), query, tasks, k=10)
    assert chosen == {"up": {"sign": 1.0}, "down": {"sign": -1.0}}
    found = tuning.apply(_Signed(), query, chosen)
    assert found["up"].tolist() == [0, 1, 0, 1]
    assert found["down"].tolist() == [0, -1, 0, -1]
