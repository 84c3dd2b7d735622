from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from recommender.ranking.choices.as_slates import training_set
from recommender.ranking.choices.prepared import Prepared
from recommender.ranking.choices.tasks import TASKS
from recommender.ranking.errors import CannotLearn
from recommender.real_choices import curve, drawings
from tests.ranking.choice_lessons import choices


@pytest.fixture(scope="module")
def found():
    past, replayed = choices(160)
    part = np.arange(160) % 8
    parts = (replayed.take(own) for own in (part < 6, part == 6, part == 7))
    return curve.run(Prepared(past, 160, *parts, coverage=1.0), seed=1, sizes=(5, 5_000))


def test_few_choices_and_all_are_learned_from_and_more_than_all_are_left_out(found):
    assert list(found["sizes"]) == ["5", "120"]
    assert {len(own) for own in found["served"].values()} == {curve.DRAWS[5], 1}


def test_more_choices_teach_more_and_the_written_weights_stay_what_they_are(found):
    few, all_of_them = (found["sizes"][size] for size in ("5", "120"))
    assert all_of_them["linear"]["all"][0] > few["linear"]["all"][0] + 0.05
    assert all_of_them["ltr"]["all"][0] > few["ltr"]["all"][0]
    assert all_of_them["hand_signed"] == few["hand_signed"]


def test_nothing_but_the_blend_serves_after_five(found):
    assert set(found["served"]["5"]) == {"blend"}
    assert found["sizes"]["5"]["served"] == found["sizes"]["5"]["blend"]


def test_a_store_that_began_with_the_written_weights_keeps_them_until_something_beats_them(found):
    few, all_of_them = (found["sizes"][size] for size in ("5", "120"))
    assert few["served_shipped"] == few["hand_signed"]
    assert all_of_them["served_shipped"]["all"][0] >= all_of_them["hand_signed"]["all"][0]


def test_where_nothing_can_be_learned_each_store_keeps_what_it_began_with(monkeypatch):
    def nothing(*_, **__):
        raise CannotLearn("too few")

    monkeypatch.setattr(curve.lesson, "learn", nothing)
    past, replayed = choices(20)
    fitted, policy = curve._policies(training_set(replayed, past), seed=1)
    assert policy == fitted["served"].policy == "blend"
    assert fitted["served_shipped"].policy == "hand_signed"


def test_the_table_tells_every_policy_and_what_served(found):
    lines = curve.markdown(found).splitlines()
    assert lines[0] == "| NDCG@10, switch | after 5 | after 120 |"
    assert sum(line.startswith("| LambdaMART |") for line in lines) == len(curve.TASKS)
    assert lines[-1].startswith("Served after 5: blend, blend")


def test_the_figures_are_drawings(found):
    by_task = dict.fromkeys(TASKS, (0.5, 0.4, 0.6))
    drawn = (
        curve.plot(found),
        drawings.methods({"ndcg_at_10": {"random": by_task}, "facts": {"households": 9}}),
        drawings.worth({"features": {"hour": by_task}}),
    )
    for drawing in drawn:
        assert ElementTree.fromstring(drawing).tag.endswith("svg")  # noqa: S314 our own text
