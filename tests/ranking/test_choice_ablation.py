from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.choices import ablation
from recommender.ranking.choices.as_slates import training_set
from recommender.ranking.choices.prepared import Prepared
from recommender.ranking.features.schema import FAMILIES, NAMES, column
from tests.ranking.choice_lessons import CANDIDATES, choices


def test_a_choice_is_a_slate_of_its_candidates_at_the_moment_of_the_purchase():
    past, replayed = choices(4)
    slates = training_set(replayed, past)
    assert slates.groups.tolist() == [CANDIDATES] * 4
    assert slates.features.tobytes() == replayed.features.tobytes()
    assert slates.labels.tolist() == replayed.labels.tolist()
    first = slates.first_rows
    assert first["shopper"].tolist() == [1, 2, 3, 4]
    assert first["session"].tolist() == [1, 2, 3, 4]
    assert [t.timestamp() for t in first["served_at"]] == past.time.tolist()
    assert slates.rows["product_id"].tolist() == [10, 20, 30, 40, 50] * 4
    assert set(slates.rows["anchor_id"]) == {60}
    assert set(slates.origins) == {"imported"}


@pytest.fixture(scope="module")
def found():
    past, replayed = choices(360)
    part = np.arange(360) % 3
    parts = (replayed.take(part == at) for at in range(3))
    return ablation.run(Prepared(past, 360, *parts, coverage=1.0), seed=1, threads=1)


def test_what_makes_the_choices_is_worth_most_and_what_says_nothing_is_worth_nothing(found):
    worth = {name: found["features"][name]["all"] for name in NAMES}
    assert max(worth, key=lambda name: worth[name][0]) == "price_saving"
    mean, low, _ = worth["price_saving"]
    assert mean > 0.1
    assert low > 0.05
    others = [worth[name][0] for name in NAMES if name != "price_saving"]
    assert abs(np.median(others)) < 0.02


def test_a_feature_that_another_tells_as_well_is_worth_nothing_alone_but_its_family_is(found):
    assert found["features"]["bought_lately_share"]["all"][0] < 0.02
    assert found["families"]["history"]["all"][0] > 0.1


def test_permuting_finds_the_same(found):
    assert found["permuted"]["price_saving"]["above_noise"]
    assert not found["permuted"]["dow"]["above_noise"]


def test_a_family_goes_as_a_whole_and_one_of_one_as_its_feature(found):
    assert set(found["families"]) == set(FAMILIES)
    single = next(name for name, own in FAMILIES.items() if len(own) == 1)
    assert found["families"][single] == found["features"][FAMILIES[single][0]]
    price = next(name for name, own in FAMILIES.items() if "price_saving" in own)
    assert found["families"][price]["all"][0] > 0.05


def test_without_a_feature_its_column_is_unknown_and_the_others_stay():
    _, replayed = choices(2)
    bare = ablation._without(replayed, ("price_saving",))
    assert np.isnan(bare.features[:, column("price_saving")]).all()
    others = np.arange(len(NAMES)) != column("price_saving")
    assert bare.features[:, others].tobytes() == replayed.features[:, others].tobytes()
    assert not np.isnan(replayed.features[:, column("price_saving")]).any()


def test_the_table_has_a_row_per_feature_and_family_the_dearest_first(found):
    lines = ablation.markdown(found).splitlines()
    assert len(lines) == 2 + len(NAMES) + len(FAMILIES)
    assert lines[2].startswith("| `price_saving` | +")
    assert lines[2].endswith("| yes |")
