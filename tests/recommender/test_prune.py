from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from recommender import files
from recommender.learning import manifest, partitions, promotion, retention, sweeper
from recommender.models import (
    ColumnsFile,
    LedgerEntry,
    Partition,
    RankerVersion,
    TasteState,
    TrainingRun,
)
from recommender.ranking.features.schema import fingerprint
from recommender.serving import columns
from tests.recommender import logged, market
from tests.shop import shelf
from tracking.models import Session

pytestmark = pytest.mark.django_db

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def _made(days_ago: float, name: str, storage: str = "training") -> None:
    """A file that is so old."""
    if not storages[storage].exists(name):
        files.write(storage, name, b"rows")
    moment = (NOW - days_ago * DAY).timestamp()
    os.utime(storages[storage].path(name), (moment, moment))


def _partition(days_ago: int, *, final: bool = True, sha256: str = "a" * 64) -> Partition:
    at = NOW - days_ago * DAY
    row = Partition.objects.create(
        day=at.date(), sha256=sha256, fingerprint=fingerprint(), rows=1, slates=1, final=final,
        made_at=at, read_at=at,
    )  # fmt: skip
    _made(days_ago, row.name)
    return row


def _ranker(days_ago: int, status: str, *named: Partition, weight: float = 1.0) -> RankerVersion:
    version = market.register(market.ranker(price_saving=weight), fence=days_ago)
    version.trained_at, version.status = NOW - days_ago * DAY, status
    version.manifest = {"partitions": [{"name": row.name} for row in named]}
    version.save()
    _made(days_ago, f"{version.sha256}.txt", "rankers")
    return version


def _served(version: RankerVersion) -> RankerVersion:
    LedgerEntry.objects.create(action="promoted", version=version, at=version.trained_at)
    return version


def _kept(storage: str, name: str) -> bool:
    return storages[storage].exists(name)


def test_partitions_go_when_they_are_older_than_the_log():
    old, kept = _partition(401), _partition(399)
    retention.prune(now=NOW)
    assert list(Partition.objects.all()) == [kept]
    assert (_kept("training", old.name), _kept("training", kept.name)) == (False, True)


def test_earlier_states_of_a_day_go_unless_a_ranker_that_is_kept_names_them():
    early, named, final = (
        _partition(90, final=False, sha256="b" * 64),
        _partition(90, final=False, sha256="c" * 64),
        _partition(90),
    )
    _ranker(50, "rejected", named)
    retention.prune(now=NOW)
    assert set(Partition.objects.values_list("pk", flat=True)) == {named.pk, final.pk}
    assert not _kept("training", early.name)


def test_what_the_live_ranker_was_trained_on_stays_however_old():
    row = _partition(500)
    _served(_ranker(490, "live", row))
    retention.prune(now=NOW)
    assert _kept("training", row.name)


def test_the_manifest_of_an_older_ranker_says_that_its_rows_are_no_longer_kept(settings):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "KEEP_RANKERS": 1}
    row = _partition(500)
    old = _served(_ranker(490, "retired", row))
    _served(_ranker(480, "retired", weight=2.0))
    retention.prune(now=NOW)
    old.refresh_from_db()
    removed = old.manifest["partitions"][0]["removed"]
    assert removed == {"at": NOW.isoformat(), "why": manifest.TOO_OLD}
    with pytest.raises(manifest.CannotRebuild, match="older than what is kept"):
        manifest.rebuild(old)


def test_rankers_go_that_never_served_and_files_of_those_that_will_not_again(settings):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "KEEP_RANKERS": 1}
    live = _served(_ranker(400, "live", weight=1.0))
    oldest = _served(_ranker(300, "retired", weight=2.0))
    before = _served(_ranker(200, "retired", weight=3.0))
    waiting = _ranker(100, "challenger", weight=4.0)
    rejected, recent = _ranker(61, "rejected", weight=5.0), _ranker(59, "rejected", weight=6.0)
    retention.prune(now=NOW)
    rows = set(RankerVersion.objects.values_list("tag", flat=True))
    assert rows == {version.tag for version in (live, oldest, before, waiting, recent)}
    files_of = {
        version.tag: _kept("rankers", f"{version.sha256}.txt")
        for version in (live, oldest, before, waiting, rejected, recent)
    }
    assert [tag for tag, there in files_of.items() if not there] == [oldest.tag, rejected.tag]


def test_a_file_that_two_rankers_share_stays_with_the_one_that_is_kept():
    _ranker(90, "rejected")
    kept = _ranker(10, "rejected")
    _made(90, f"{kept.sha256}.txt", "rankers")
    retention.prune(now=NOW)
    assert _kept("rankers", f"{kept.sha256}.txt")


@pytest.mark.parametrize(
    ("storage", "name"),
    [
        ("rankers", f"{'d' * 64}.txt"),
        ("rankers", ".tmpx.part"),
        ("training", f"ltr-{'d' * 24}.parquet"),
        ("training", f"days/2029-01-01/{'d' * 64}.parquet"),
        ("training", "days/2029-01-01/.tmpx.part"),
        ("training", f"snapshot-{'d' * 64}.columns"),
    ],
)
def test_files_that_no_row_names_go_after_a_day(storage, name):
    _made(1.1, name, storage)
    retention.prune(now=NOW)
    assert not _kept(storage, name)
    _made(0.9, name, storage)
    retention.prune(now=NOW)
    assert _kept(storage, name)


def test_files_of_other_names_are_left_alone():
    _made(900, "notes.txt")
    _made(900, promotion.LIVE_COPY, "rankers")
    retention.prune(now=NOW)
    assert _kept("training", "notes.txt")
    assert _kept("rankers", promotion.LIVE_COPY)


def _columns(kind: str, days_ago: int) -> ColumnsFile:
    tag = f"{days_ago:064}"
    row = ColumnsFile.objects.create(tag=tag, kind=kind, made_at=NOW - days_ago * DAY)
    _made(days_ago, columns.name_of(kind, tag))
    return row


def test_snapshots_and_vectors_go_sixty_days_after_newer_ones_came():
    for kind, ages in (("snapshot", (90, 61, 59)), ("vectors", (500,))):
        for age in ages:
            _columns(kind, age)
    retention.prune(now=NOW)
    left = {(row.kind, int(row.tag)) for row in ColumnsFile.objects.all()}
    # The snapshot of 61 days ago served until 59 days ago.
    assert left == {("snapshot", 61), ("snapshot", 59), ("vectors", 500)}
    assert not _kept("training", columns.name_of("snapshot", f"{90:064}"))
    assert _kept("training", columns.name_of("vectors", f"{500:064}"))


def test_tastes_go_with_the_shopper_who_does_not_come_any_more():
    ann, ben = shelf.shopper(), shelf.shopper()
    for caller, days_ago in ((ann, 401), (ben, 399)):
        at = NOW - days_ago * DAY
        Session.objects.filter(pk=caller.session_id).update(last_event_at=at)
        TasteState.objects.create(shopper_key=caller.shopper_key)
    TasteState.objects.update(updated_at=NOW - 500 * DAY)
    retention.prune(now=NOW)
    assert [row.shopper_key for row in TasteState.objects.all()] == [ben.shopper_key]


def test_a_dry_run_says_what_goes_and_deletes_nothing(capsys):
    days = (timezone.now() - NOW).days
    old = _partition(401 - days, sha256="e" * 64)
    call_command("prune", "--dry-run", "-v", "2")
    said = capsys.readouterr().out
    assert said.startswith("Would be deleted:\n  1 training partitions\n")
    assert old.name in said
    assert _kept("training", old.name)
    call_command("prune")
    assert capsys.readouterr().out == "Deleted:\n  1 training partitions\n"
    call_command("prune")
    assert capsys.readouterr().out == "Deleted:\n  nothing\n"


def test_once_a_day_one_process_prunes():
    assert retention.due(now=NOW)
    assert retention.prune_daily(now=NOW)
    later = NOW + timedelta(hours=23, minutes=59)
    assert not retention.due(now=later)
    assert not retention.prune_daily(now=later)
    assert retention.prune_daily(now=NOW + DAY)


def test_the_sweeper_starts_its_thread_for_it(monkeypatch):
    started = []
    monkeypatch.setattr(sweeper, "_start_training", lambda: started.append(True))
    sweeper.sweep()
    TrainingRun.objects.update_or_create(pk=1, defaults={"pruned_at": timezone.now()})
    sweeper.sweep()
    assert started == [True]


def test_a_training_after_a_pruning_reads_what_is_left():
    caller = shelf.shopper()
    Session.objects.update(last_event_at=NOW - 100 * DAY)
    for days_ago in (150, 100):
        logged.slate(caller, NOW - days_ago * DAY)
    first = manifest.training_set(manifest.of_log(now=NOW))
    Partition.objects.update(made_at=NOW - 30 * DAY)
    retention.prune(now=NOW)
    again = manifest.training_set(manifest.of_log(now=NOW))
    assert partitions.to_parquet(again) == partitions.to_parquet(first)
