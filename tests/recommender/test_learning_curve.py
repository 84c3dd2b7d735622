from __future__ import annotations

import json

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from recommender.proof import curve, curve_table
from recommender.ranking.errors import CannotLearn
from recommender.ranking.pairs import informative
from tests.recommender.test_proof import small  # noqa: F401 the market as a fixture

pytestmark = pytest.mark.django_db


class _Truth:
    """Scores that are the truth itself."""

    def __init__(self, exam: curve.Exam) -> None:
        self._gains = exam.gains

    def score(self, features, groups=None):
        return self._gains if len(features) == len(self._gains) else np.zeros(len(features))


def test_the_truth_gets_full_marks_and_a_random_order_less(small):  # noqa: F811
    exam = curve.Exam.of(small.scenes(30, seed=1), seed=1)
    assert exam.marks(_Truth(exam))[0].tolist() == [1.0] * 30
    whole, slates = exam.marks(None)
    assert whole.max() < 1.0
    assert (len(whole), len(slates)) == (30, 30)


def test_every_slate_to_learn_from_tells_two_items_apart(small):  # noqa: F811
    training = curve.learned_from(small, slates=40, seed=1, biased=False)
    few = curve.first(training, 40, seed=1)
    assert len(few) == 40
    assert informative(few.labels, few.groups).all()
    with pytest.raises(CannotLearn, match="informative slates where 4000 were asked for"):
        curve.first(training, 4000, seed=1)


def test_biased_slates_are_shown_in_the_order_of_the_written_weights(small):  # noqa: F811
    biased = curve.learned_from(small, slates=60, seed=1, biased=True)
    last = biased.labels[biased.positions() == 5]
    first = biased.labels[biased.positions() == 1]
    assert (first > 0).mean() > 3 * (last > 0).mean()
    assert set(curve.without_positions(biased).positions().tolist()) == {1}


def test_with_few_slates_the_gate_lets_the_blend_serve(small):  # noqa: F811
    training = curve.learned_from(small, slates=30, seed=1, biased=False)
    fitted, served = curve.policies(curve.first(training, 5, seed=1), seed=1)
    assert served == "blend"
    assert fitted["served"] is fitted["blend"]


def test_the_command_writes_table_json_and_plot(small, settings, tmp_path, capsys):  # noqa: F811
    settings.DATA_DIR = tmp_path
    call_command("learning_curve", "--slates", "5", "20", "--fresh", "20", "--seeds", "1")
    told = capsys.readouterr().out
    assert "| NDCG@10 of whole lists by true utility | after 5 | after 20 |" in told
    assert all(f"| {words} |" in told for words in curve_table.WORDS.values())
    figures = json.loads((tmp_path / "reports" / "learning_curve.json").read_text())
    mean, low, high = figures["20"]["whole_list"]["hand_signed"]
    assert 0.0 < low <= mean <= high < 1.0
    assert (tmp_path / "reports" / "learning_curve.svg").read_text().startswith("<svg")


def test_sizes_that_cannot_be_judged_are_refused():
    with pytest.raises(CommandError, match="--fresh 20 or more"):
        call_command("learning_curve", "--fresh", "3")
