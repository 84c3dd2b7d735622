from __future__ import annotations

import hashlib

import numpy as np
import pytest

from recommender.ranking import crossings, linear
from recommender.ranking.artifact import dump, golden, verify
from recommender.ranking.features.schema import CONTEXT, NAMES, column, fingerprint
from recommender.ranking.linear import LinearRanker
from tests.ranking import lessons

SAVING, PRESSURE = column("price_saving"), column("budget_pressure")
QUALITY = column("quality_tags_score")
SLATES = 300
PRESSED = ("budget_pressure", "price_saving")


def _fit(appeal_of, *, seed: int = 0, slates: int = SLATES) -> LinearRanker:
    matrix = lessons.features(slates, 5, seed=seed)
    noise = np.random.default_rng(seed + 500).normal(size=len(matrix))
    labels = lessons.best_of(appeal_of(matrix) + noise, 5)
    return linear.fit(matrix, labels, np.full(slates, 5))


@pytest.fixture(scope="module")
def pressed() -> LinearRanker:
    """Learned from shoppers to whom the saving counts the more, the farther they are over."""
    return _fit(lambda m: (1 + m[:, PRESSURE]) * m[:, SAVING] + m[:, QUALITY])


def _slate(pressure: float) -> np.ndarray:
    """A swap that saves and one of quality, in a cart under this pressure."""
    rows = np.zeros((2, len(NAMES)))
    rows[:, PRESSURE] = pressure
    rows[0, SAVING], rows[1, QUALITY] = 1.0, 1.5
    return rows


def test_the_order_turns_with_a_context_that_matters(pressed):
    assert PRESSED in pressed.crossings
    calm, hard = (pressed.score(_slate(pressure)) for pressure in (-1.0, 2.0))
    assert calm[1] > calm[0]
    assert hard[0] > hard[1]


def test_and_stays_where_it_does_not():
    steady = _fit(lambda m: m[:, SAVING] + m[:, QUALITY])
    assert steady.crossings == ()
    calm, hard = (steady.score(_slate(pressure)) for pressure in (-1.0, 2.0))
    assert calm.tolist() == hard.tolist()


def test_of_fifty_trainings_without_any_crossing_none_takes_one_in(monkeypatch):
    def taken(slates: int) -> int:
        found = [_fit(lambda m: m[:, SAVING], seed=seed, slates=slates) for seed in range(50)]
        return sum(bool(ranker.crossings) for ranker in found)

    assert taken(60) == taken(120) == 0
    monkeypatch.setattr(crossings, "LUCK", 0.5)
    assert taken(120) >= 5


def test_a_larger_saving_never_lowers_a_score_however_calm_the_visit(pressed):
    rows = lessons.features(40, 5, seed=9)
    rows[:, PRESSURE] = -5.0
    more = rows.copy()
    more[:, SAVING] += 1.0
    assert (pressed.score(more) >= pressed.score(rows)).all()


def test_a_visit_beyond_all_that_were_seen_counts_as_the_nearest_of_them(pressed):
    matrix = lessons.features(SLATES, 5)
    most, least = matrix[:, PRESSURE].max(), matrix[:, PRESSURE].min()
    # Near the calm edge the saving counts nothing, as a larger one may never lower a score.
    for edge, beyond, within in ((most, 400.0, most - 0.5), (least, -400.0, 0.0)):
        at_edge = pressed.score(_slate(edge))
        assert pressed.score(_slate(beyond)) == pytest.approx(at_edge)
        assert pressed.score(_slate(within)) != pytest.approx(at_edge)


def test_what_a_crossing_adds_is_said_of_its_item_feature(pressed):
    calm, hard = (pressed.contributions(_slate(pressure)) for pressure in (-1.0, 2.0))
    assert hard[0, SAVING] > calm[0, SAVING]
    assert hard[:, PRESSURE].tolist() == calm[:, PRESSURE].tolist() == [0.0, 0.0]
    np.testing.assert_allclose(hard.sum(axis=1), pressed.score(_slate(2.0)))


def test_its_gain_is_said_of_its_context(pressed):
    gain = pressed.gain()
    assert gain[PRESSURE] == np.abs(pressed.crossing_weights).sum() > 0
    assert all(gain[column(name)] == 0 for name in CONTEXT if name != "budget_pressure")


def test_the_file_holds_it(pressed):
    data, rows = dump(pressed), lessons.features(10, 5)
    found = verify(
        data,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        fingerprint=fingerprint(),
        golden=golden(pressed, rows),
    )
    assert found.score(rows).tolist() == pressed.score(rows).tolist()


def test_the_score_test_is_worked_by_hand():
    slate, nothing = np.repeat(np.arange(20), 2), np.zeros((40, 1))
    # Per slate 1: t = 20 / sqrt(20) = 4.5, luck .0003. Per slate 1 or -1 in turns: t = 0.
    steady, turning = np.full(40, 0.5), np.repeat(np.tile([0.5, -0.5], 10), 2)
    assert crossings.earned(np.column_stack([steady, turning]), nothing, slate) == [0]
    # Of eight slates t is 2.8, luck .026: not enough.
    assert crossings.earned(steady[:16, None], nothing[:16], slate[:16]) == []
    # What a feature explains is no crossing's.
    assert crossings.earned(steady[:, None], steady[:, None], slate) == []


def test_a_file_from_before_there_were_crossings_has_none(pressed):
    written = linear.hand_signed()
    old = {k: v for k, v in written.as_json().items() if k != "seen" and k[:8] != "crossing"}
    read = LinearRanker.from_json(old)
    assert read.crossings == ()
    assert read.score(_slate(1.0)).tolist() == written.score(_slate(1.0)).tolist()
