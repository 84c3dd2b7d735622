from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from recommender.ranking.errors import ForeignFingerprint
from recommender.ranking.features.schema import NAMES
from recommender.ranking.training_set import (
    TrainingSet,
    Weighing,
    from_parquet,
    group_sizes,
    to_parquet,
)
from tests.ranking import lessons


def _frame(slates: int = 4, size: int = 3, **about) -> pd.DataFrame:
    labels = np.arange(slates * size) % 2
    return lessons.frame(lessons.features(slates, size), labels, size=size, **about)


def test_parquet_gives_back_every_bit_undefined_values_included():
    rows = _frame()
    rows.loc[2, ["recency", "size_ratio"]] = np.nan
    before = TrainingSet.from_rows(rows)
    after = from_parquet(to_parquet(before))
    assert after.features.tobytes() == before.features.tobytes()
    assert after.labels.tolist() == before.labels.tolist()
    assert after.groups.tolist() == before.groups.tolist() == [3, 3, 3, 3]
    pd.testing.assert_frame_equal(after.rows, before.rows)


def test_a_set_in_several_files_is_the_set():
    whole = TrainingSet.from_rows(_frame())
    first = np.arange(len(whole)) < 2
    parts = [to_parquet(whole.slates(chosen)) for chosen in (~first, first)]
    assert to_parquet(from_parquet(*parts)) == to_parquet(whole)


def test_the_same_rows_give_the_same_file_in_whatever_order_they_come():
    rows = _frame()
    shuffled = rows.sample(frac=1.0, random_state=3)
    first, second = (to_parquet(TrainingSet.from_rows(r)) for r in (rows, shuffled))
    assert first == second


def test_a_file_with_other_features_is_refused():
    table = pq.read_table(io.BytesIO(to_parquet(TrainingSet.from_rows(_frame()))))
    for metadata in ({b"fingerprint": b"f" * 64}, {}):
        buffer = io.BytesIO()
        pq.write_table(table.replace_schema_metadata(metadata), buffer)
        with pytest.raises(ForeignFingerprint):
            from_parquet(buffer.getvalue())


def test_rows_are_sorted_by_time_slate_and_product_so_that_their_order_carries_no_label():
    rows = _frame(slates=2, size=3).iloc[[5, 2, 0, 4, 1, 3]]
    best_first = rows.sort_values("label", ascending=False)
    for given in (rows, best_first):
        found = TrainingSet.from_rows(given).rows
        assert found["qid"].tolist() == ["q00000"] * 3 + ["q00001"] * 3
        assert found["product_id"].tolist() == [0, 10, 20] * 2


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="lack the columns propensity, hour"):
        TrainingSet.from_rows(_frame().drop(columns=["propensity", "hour"]))


@pytest.mark.parametrize("label", [-1, 4])
def test_an_unknown_label_is_refused_with_its_place(label):
    rows = _frame()
    rows.loc[4, "label"] = label
    with pytest.raises(ValueError, match=f"label {label} of slate q00001, position 2, is none of"):
        TrainingSet.from_rows(rows)


def test_an_infinite_feature_is_refused_by_name():
    rows = _frame()
    rows.loc[3, "size_ratio"] = np.inf
    with pytest.raises(ValueError, match="the feature size_ratio is infinite"):
        TrainingSet.from_rows(rows)


def test_a_slate_in_two_pieces_is_refused():
    with pytest.raises(ValueError, match="not adjacent; sort by qid first"):
        group_sizes(pd.Series(["a", "a", "b", "a"]))
    rows = _frame()
    rows.loc[0, "served_at"] = rows["served_at"].max()
    with pytest.raises(ValueError, match="not adjacent"):
        TrainingSet.from_rows(rows)


def test_group_sizes_count_adjacent_rows():
    assert group_sizes(pd.Series(["b", "b", "a", "c", "c", "c"])).tolist() == [2, 1, 3]
    assert group_sizes(pd.Series([], dtype=str)).tolist() == []


def test_a_shopper_counts_twenty_slates_at_most():
    about = {"shopper": ["bot"] * 80 + ["anna"] * 10}
    found = TrainingSet.from_rows(_frame(slates=45, size=2, **about))
    weights = found.slate_weights()
    assert weights[:40].tolist() == [0.5] * 40
    assert weights[40:].tolist() == [1.0] * 5
    assert found.row_weights().tolist() == np.repeat(weights, 2).tolist()


def test_a_weighing_of_ones_own_goes_with_the_slates():
    about = {"shopper": ["bot"] * 8, "origin": ["simulated"] * 4 + ["served"] * 4}
    weighing = Weighing(most_per_shopper=2.0, prior_slates=1.0, prior_half_life=2.0)
    found = TrainingSet.from_rows(_frame(slates=4, size=2, **about), weighing=weighing)
    assert found.prior_weight() == 0.0
    assert found.slate_weights().tolist() == [0.0, 0.0, 0.5, 0.5]
    assert found.without_spent_prior().slate_weights().tolist() == [1.0, 1.0]


def test_what_was_unlikely_where_it_stood_speaks_louder_within_its_slate_up_to_three_times():
    found = TrainingSet.from_rows(
        _frame(slates=2, size=4, propensity=[1.0, 1.0, 0.002, 0.5, 0.02, 0.02, 0.02, 0.02])
    )
    weights = found.row_weights()
    # 1, 1, 3 and 2, whose mean is 7/4; a slate in wholly random order has no row that is rarer.
    assert weights.tolist() == pytest.approx([4 / 7, 4 / 7, 12 / 7, 8 / 7, 1, 1, 1, 1])
    equal = replace(found, weighing=Weighing(most_inverse=1.0)).row_weights()
    assert equal.tolist() == [1.0] * 8


@pytest.mark.parametrize("propensity", [0.0, -0.1, np.nan])
def test_a_propensity_that_is_none_is_refused_with_its_place(propensity):
    rows = _frame()
    rows.loc[4, "propensity"] = propensity
    with pytest.raises(ValueError, match="of slate q00001, position 2, is not above 0"):
        TrainingSet.from_rows(rows)


def test_the_newest_slates_are_the_last_so_many_from_a_moment_on():
    found = TrainingSet.from_rows(_frame(slates=4))
    times = found.first_rows["served_at"].tolist()
    assert found.newest(9, since=times[0]) is found
    assert found.newest(2, since=times[0]).first_rows["qid"].tolist() == ["q00002", "q00003"]
    assert found.newest(2, since=times[3]).first_rows["qid"].tolist() == ["q00003"]


@pytest.mark.parametrize(
    ("real", "together"), [(0, 400.0), (50, 200.0), (100, 100.0), (400, 1.5625), (433, 0.0)]
)
def test_simulated_slates_weigh_half_after_every_fifty_real_ones(real, together):
    rows = _frame(slates=500 + real, size=2)
    rows["origin"] = ["simulated"] * 1000 + ["served"] * 2 * real
    found = TrainingSet.from_rows(rows)
    assert found.prior_weight() == together
    weights = found.slate_weights()
    assert weights[:500].sum() == pytest.approx(together)
    assert weights[500:].tolist() == [1.0] * real
    assert len(found.without_spent_prior()) == (real if real == 433 else 500 + real)


def test_real_slates_that_teach_nothing_do_not_outweigh_the_prior():
    rows = _frame(slates=200, size=2)
    rows["origin"] = ["simulated"] * 200 + ["served"] * 200
    rows.loc[200:, "label"] = 0
    assert TrainingSet.from_rows(rows).prior_weight() == 100.0


def test_blocks_cut_the_slates_by_time_into_nearly_equal_parts():
    found = TrainingSet.from_rows(_frame(slates=7, size=2)).blocks(3)
    assert [len(block) for block in found] == [3, 2, 2]
    qids = [qid for block in found for qid in block.first_rows["qid"]]
    assert qids == [f"q{at:05d}" for at in range(7)]
    assert [block.features.shape for block in found] == [
        (6, len(NAMES)),
        (4, len(NAMES)),
        (4, len(NAMES)),
    ]


def test_chosen_slates_keep_rows_labels_and_features_together():
    whole = TrainingSet.from_rows(_frame())
    found = whole.slates(np.array([False, True, False, True]))
    assert found.groups.tolist() == [3, 3]
    assert found.labels.tolist() == [1, 0, 1, 1, 0, 1]
    np.testing.assert_array_equal(found.features, found.rows[list(NAMES)].to_numpy())
    assert found.shoppers.tolist() == ["v:1", "v:3"]
    assert found.positions().tolist() == [1, 2, 3, 1, 2, 3]


def test_the_description_counts_samples_sessions_slates_and_origins():
    rows = _frame(session=["s1"] * 6 + ["s2"] * 3 + ["s3"] * 3)
    rows.loc[rows["qid"] == "q00003", "origin"] = "simulated"
    rows.loc[rows["qid"] == "q00001", "label"] = 0
    assert TrainingSet.from_rows(rows).describe() == {
        "samples": 12,
        "sessions": 3,
        "slates": 4,
        "total_features": len(NAMES),
        "positive_share": 0.3333,
        "without_positive": 1,
        "prior_weight": 1.0,
        "origins": {"served": 3, "simulated": 1, "imported": 0},
        "session_origins": {"served": 2, "simulated": 1},
    }


def test_no_rows_at_all_are_an_empty_training_set():
    empty = TrainingSet.from_rows(_frame().iloc[:0])
    assert len(empty) == 0
    assert empty.describe()["positive_share"] == 0.0
    assert len(from_parquet(to_parquet(empty))) == 0
