from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from recommender import files, lease, training
from recommender.models import RankerVersion
from recommender.ranking.training_set import TrainingSet, from_parquet, to_parquet
from tests.recommender import market

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> RankerVersion:
    fence = lease.take(0, now=timezone.now(), by_hand=True)
    assert fence is not None
    outcome = training.run(bucket=0, fence=fence, training=market.judged(60))
    assert outcome.version is not None
    return outcome.version


def _rebuild(version: RankerVersion) -> None:
    call_command("rebuild_ranker", version.tag)


@pytest.mark.parametrize("policy", ["linear", "ltr", "ltr_on_linear"])
def test_a_ranker_is_rebuilt_byte_for_byte(policy, monkeypatch, capsys):
    monkeypatch.setattr(training.gate, "choose_rung", lambda *_, **__: policy)
    fence = lease.take(0, now=timezone.now(), by_hand=True)
    outcome = training.run(bucket=0, fence=fence, training=market.judged(60), threads=2)
    _rebuild(outcome.version)
    assert f"rebuilt byte for byte (SHA-256 {outcome.version.sha256})" in capsys.readouterr().out


def test_a_ledger_with_another_hash_is_told_with_the_versions_that_changed(version):
    version.sha256 = "0" * 64
    version.training_info["recipe"]["versions"]["lightgbm"] = "3.0"
    version.save()
    with pytest.raises(CommandError, match=r"SHA-256 0{12}….*lightgbm 3\.0 is 4\."):
        _rebuild(version)


def test_a_training_set_that_was_erased_is_told(version):
    version.training_file = "gone.parquet"
    version.save()
    with pytest.raises(CommandError, match="its training set is no longer kept"):
        _rebuild(version)


def test_another_training_set_under_the_same_name_is_refused(version):
    stored = from_parquet(files.read("training", version.training_file))
    fewer = TrainingSet.from_rows(stored.rows.iloc[5:])
    files.write("training", version.training_file, to_parquet(fewer))
    with pytest.raises(CommandError, match="not the one it was trained on"):
        _rebuild(version)


def test_a_ranker_without_a_recipe_and_an_unknown_one_are_told(version):
    version.training_info = {}
    version.save()
    with pytest.raises(CommandError, match="before recipes were kept"):
        _rebuild(version)
    with pytest.raises(CommandError, match="There is no ranker 'nothing'"):
        call_command("rebuild_ranker", "nothing")
