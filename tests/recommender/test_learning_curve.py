from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from recommender.proof import curve, curve_table, lesson, scene, starts
from recommender.ranking import linear
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


def _taught(small, visits: int, *, biased: bool = False):  # noqa: F811
    return curve.learned_from(small.scenes(visits, seed=1), seed=1, biased=biased)


def test_the_truth_gets_full_marks_and_a_random_order_less(small):  # noqa: F811
    exam = curve.Exam.of(small.scenes(30, seed=1), seed=1)
    assert exam.marks(_Truth(exam))[0].tolist() == [1.0] * 30
    whole, slates = exam.without_learning()["random"]
    assert whole.max() < 1.0
    assert (len(whole), len(slates)) == (30, 30)


def test_who_knows_more_of_the_shoppers_ranks_better(small):  # noqa: F811
    exam = curve.Exam.of(small.scenes(100, seed=1), seed=1)
    means = {name: marks[0].mean() for name, marks in exam.without_learning().items()}
    assert means["random"] < means["knows_shares"] < means["knows_utility"] < 1.0


def test_without_hidden_taste_the_own_utility_is_the_truth(small, monkeypatch):  # noqa: F811
    monkeypatch.setattr(scene, "hidden_taste", lambda _seed, brands, _types: np.zeros(len(brands)))
    exam = curve.Exam.of(small.scenes(20, seed=1), seed=1)
    assert exam.without_learning()["knows_utility"][0] == pytest.approx(np.ones(20))


def test_every_slate_to_learn_from_tells_two_items_apart(small):  # noqa: F811
    training = _taught(small, 60)
    few = curve.first(training, 40, seed=1)
    assert len(few) == 40
    assert informative(few.labels, few.groups).all()
    with pytest.raises(CannotLearn, match="informative slates where 4000 were asked for"):
        curve.first(training, 4000, seed=1)


def test_biased_slates_are_shown_in_the_order_of_the_written_weights(small):  # noqa: F811
    biased = _taught(small, 80, biased=True)
    last = biased.labels[biased.positions() == 5]
    first = biased.labels[biased.positions() == 1]
    assert (first > 0).mean() > 3 * (last > 0).mean()
    assert set(curve.without_positions(biased).positions().tolist()) == {1}


def test_with_few_slates_everybody_serves_what_it_began_with(small):  # noqa: F811
    begun = starts.starts(small.scenes(starts.PRIOR_VISITS, seed=2), seed=1)
    given = curve.first(_taught(small, 30), 5, seed=1)
    alone = starts.learned(given, seed=1)
    for name, start in begun.items():
        store = starts.Store(start, seed=1)
        store.learn(given, alone)
        serves = store.live.policy if store.live else "blend"
        assert (name, serves) in {
            ("nothing", "blend"),
            ("shipped", "hand_signed"),
            ("good_prior", start.live.policy if start.live else "blend"),
            ("wrong_prior", start.live.policy if start.live else "blend"),
        }


def test_a_wrong_prior_gives_way_once_real_shoppers_say_that_it_is_worse_than_the_blend(
    small,  # noqa: F811
    monkeypatch,
):
    written = linear.hand_signed()
    wrong = lesson.Live("linear", replace(written, weights=-written.weights))
    alone = starts.learned(curve.first(_taught(small, 120), 60, seed=1), seed=1)
    # No challenger is let through, as if there were no written weights to turn to.
    failed = replace(alone.verdict, passed=False)
    monkeypatch.setattr(lesson.gate, "judge", lambda *_, **__: failed)
    assert lesson.serves(alone, wrong) is None
    monkeypatch.setattr(lesson.gate, "below_blend", lambda *_, **__: "")
    assert lesson.serves(alone, wrong) is wrong


def test_the_command_writes_table_json_and_plot(small, settings, tmp_path, capsys):  # noqa: F811
    settings.DATA_DIR = tmp_path
    sizes = ("--slates", "5", "20", "--biased", "20", "30")
    call_command("learning_curve", *sizes, "--fresh", "20", "--seeds", "1")
    told = capsys.readouterr().out
    head = "| NDCG@10 of whole lists by true utility | after 5 | after 20 | after 30 |"
    assert head in told
    assert all(f"| {words} |" in told for words in curve_table.WORDS.values())
    figures = json.loads((tmp_path / "reports" / "learning_curve.json").read_text())
    mean, low, high = figures["20"]["whole_list"]["hand_signed"]
    assert 0.0 < low <= mean <= high < 1.0
    assert figures["5"]["served"]["served_nothing"] == ["blend"]
    assert "biased_plain" in figures["30"]["whole_list"]
    assert "linear" not in figures["30"]["whole_list"]
    assert (tmp_path / "reports" / "learning_curve.svg").read_text().startswith("<svg")


def test_sizes_that_cannot_be_judged_are_refused():
    with pytest.raises(CommandError, match="--fresh 20 or more"):
        call_command("learning_curve", "--fresh", "3")
