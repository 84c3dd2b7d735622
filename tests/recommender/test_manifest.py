from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from recommender import conf, files
from recommender.learning import lease, manifest, partitions, training
from recommender.models import Partition, RankerVersion
from recommender.ranking import evaluation, rungs
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


@pytest.mark.parametrize("policy", ["ltr", "ltr_on_linear"])
def test_the_number_of_trees_of_a_training_of_many_slates_stands_in_its_manifest(
    policy, monkeypatch, capsys
):
    monkeypatch.setattr(evaluation, "MANY_SLATES", 60)
    monkeypatch.setattr(training.gate, "choose_rung", lambda *_, **__: policy)
    fence = lease.take(0, now=timezone.now(), by_hand=True)
    version = training.run(bucket=0, fence=fence, training=market.judged(60)).version
    trees = version.manifest["rounds"][policy]
    monkeypatch.setattr(rungs, "_rounds", lambda *_, **__: pytest.fail("looked for again"))
    _rebuild(version)
    assert "rebuilt byte for byte" in capsys.readouterr().out
    version.manifest["rounds"][policy] = trees + 1
    version.save()
    with pytest.raises(CommandError, match="SHA-256"):
        _rebuild(version)


def test_a_ledger_with_another_hash_is_told_with_what_changed(version):
    version.sha256 = "0" * 64
    version.manifest["versions"]["lightgbm"] = "3.0"
    version.save()
    with pytest.raises(CommandError, match=r"SHA-256 0{12}….*lightgbm 3\.0 is 4\."):
        _rebuild(version)


def test_the_manifest_names_rows_window_weighing_features_and_versions(version):
    found = version.manifest
    named = {entry["name"]: entry for entry in found["partitions"]}
    assert sum(entry["rows"] for entry in named.values()) == 300
    assert sum(entry["slates"] for entry in named.values()) == 60
    assert {partition.name: partition.sha256 for partition in Partition.objects.all()} == {
        name: entry["sha256"] for name, entry in named.items()
    }
    assert found["window"]["most_slates"] == 60
    assert found["weighing"] == {
        "most_per_shopper": 20.0, "prior_slates": 400.0, "prior_half_life": 50.0,
        "most_inverse": 3.0,
    }  # fmt: skip
    assert (found["seed"], found["threads"]) == (0, 1)
    assert {"python", "lightgbm", "ranking code"} < set(found["versions"])


def test_a_ranker_is_rebuilt_by_the_weights_of_its_training_whatever_the_settings_say_now(
    version, settings
):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "PRIOR_SLATES": 6.0}
    assert conf.current().weighing().prior_slates == 6.0
    assert manifest.training_set(version.manifest).prior_weight() == 60.0
    _rebuild(version)


def test_a_partition_that_is_missing_is_told(version):
    partitions.remove(Partition.objects.first())
    with pytest.raises(CommandError, match="its training rows are no longer kept"):
        _rebuild(version)


def test_a_partition_that_was_removed_is_told_with_day_and_reason(version):
    gone = Partition.objects.last()
    partitions.remove(gone)
    at = timezone.now()
    assert manifest.tell_removed({gone.name}, why=manifest.ERASED, now=at) == 1
    words = f"{gone.name} was removed on {at:%Y-%m-%d}: a shopper had their rows erased"
    with pytest.raises(CommandError, match=words):
        _rebuild(version)


def test_another_partition_under_the_same_name_is_refused(version):
    first, second = version.manifest["partitions"][:2]
    files.write("training", first["name"], files.read("training", second["name"]))
    with pytest.raises(CommandError, match="not those it was trained on"):
        _rebuild(version)


def test_a_ranker_without_a_manifest_and_an_unknown_one_are_told(version):
    version.manifest = {}
    version.save()
    with pytest.raises(CommandError, match="before manifests were kept"):
        _rebuild(version)
    with pytest.raises(CommandError, match="There is no ranker 'nothing'"):
        call_command("rebuild_ranker", "nothing")
