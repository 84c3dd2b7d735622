from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import F

from recommender import files
from recommender.learning import frames, manifest, partitions
from recommender.models import Partition
from recommender.ranking.errors import CannotLearn
from recommender.ranking.training_set import TrainingSet, from_parquet
from tests.recommender import logged
from tests.shop import shelf
from tracking import record
from tracking.models import Event, Slate
from tracking.record import Draft

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIRST = date(2030, 5, 1)


def _exported(now: datetime) -> list[Partition]:
    return partitions.bring_up_to_date(now=now, since=NOON - 30 * DAY)


def _rows(partition: Partition) -> TrainingSet:
    return from_parquet(partitions.read(partition.name, partition.sha256))


def test_one_partition_a_day_of_utc():
    caller = shelf.shopper()
    midnight = NOON + 12 * HOUR
    first, second = logged.slate(caller, midnight - HOUR / 60), logged.slate(caller, midnight)
    found = _exported(midnight + HOUR)
    assert [partition.day for partition in found] == [FIRST, FIRST + DAY]
    assert [_rows(p).rows["qid"].unique().tolist() for p in found] == [[str(first)], [str(second)]]
    assert found[0].name == f"days/2030-05-01/{found[0].sha256}.parquet"
    assert [(p.slates, p.rows) for p in found] == [(1, 3), (1, 3)]


def test_a_day_is_final_seven_days_after_its_end_and_not_a_second_before():
    logged.slate(shelf.shopper(), NOON)
    final = datetime(2030, 5, 9, tzinfo=UTC)
    [open_day, *_] = _exported(final - HOUR / 3600)
    assert not open_day.final
    [closed, *_] = _exported(final)
    assert closed.final
    # The same rows are the same file, under the same row.
    assert (closed.pk, closed.sha256) == (open_day.pk, open_day.sha256)


def test_a_final_day_is_never_read_from_the_log_again():
    caller = shelf.shopper()
    logged.slate(caller, NOON)
    now = NOON + 9 * DAY
    before = _exported(now)
    Slate.objects.filter(served_at__lt=NOON + DAY).update(features=b"")
    Event.objects.all().delete()
    logged.slate(caller, NOON + 8 * DAY)
    after = _exported(now)
    assert [p.sha256 for p in after[:2]] == [p.sha256 for p in before[:2]]
    assert after[0].rows == 3
    assert (before[-2].rows, after[-2].rows) == (0, 3)


def test_an_open_day_that_grew_is_a_new_file_and_the_old_one_stays():
    caller = shelf.shopper()
    logged.slate(caller, NOON)
    [before] = _exported(NOON + HOUR)
    assert _exported(NOON + HOUR)[0].pk == before.pk
    logged.slate(caller, NOON + HOUR / 2)
    [after] = _exported(NOON + HOUR)
    assert (before.slates, after.slates) == (1, 2)
    assert len(_rows(before)) == 1


@pytest.fixture
def read_days(monkeypatch) -> list[date]:
    """The days that the log was read for."""
    days: list[date] = []
    whole = frames.assemble

    def assemble(*, since: datetime, **how):
        days.append(since.date())
        return whole(since=since, **how)

    monkeypatch.setattr(frames, "assemble", assemble)
    return days


def _an_hour_passes() -> None:
    Event.objects.update(received_at=F("received_at") - HOUR)


def test_an_open_day_that_nothing_happened_to_is_not_read_again(read_days):
    caller = shelf.shopper()
    now = NOON + 3 * DAY
    first, _ = logged.slate(caller, NOON), logged.slate(caller, NOON + DAY)
    before = _exported(now)
    assert read_days == [FIRST + at * DAY for at in range(4)]
    _an_hour_passes()
    assert [p.pk for p in _exported(now)] == [p.pk for p in before]
    assert len(read_days) == 4
    look = Draft("view", 12, first, 2, NOON + DAY)
    record.events(shelf.shopper(), [look], server_side=False)
    assert _rows(_exported(now)[0]).labels.tolist() == [1, 1, 0]
    assert read_days[4:] == [FIRST]


def test_an_order_makes_the_day_of_its_sessions_slates_be_read_again(read_days):
    caller = shelf.shopper()
    logged.slate(caller, NOON, bought=False)
    now = NOON + DAY
    assert _exported(now)[0].rows == 0
    _an_hour_passes()
    record.events(caller, [Draft("purchase", 1, occurred_at=now)], server_side=True)
    assert _exported(now)[0].rows == 3


def test_slates_that_mature_by_themselves_are_found(read_days):
    logged.slate(shelf.shopper(), NOON, bought=False)
    assert _exported(NOON + DAY)[0].rows == 0
    _an_hour_passes()
    assert _exported(NOON + 7 * DAY)[0].rows == 3


def test_what_is_not_mature_yet_is_not_exported():
    logged.slate(shelf.shopper(), NOON, bought=False)
    assert [p.rows for p in _exported(NOON + HOUR)] == [0]
    assert _exported(NOON + 7 * DAY)[0].rows == 3


def test_days_without_slates_have_no_file_and_are_asked_about_once():
    caller = shelf.shopper()
    logged.slate(caller, NOON)
    logged.slate(caller, NOON + 2 * DAY)
    now = NOON + 20 * DAY
    found = _exported(now)
    assert [p.rows for p in found[:3]] == [3, 0, 3]
    assert (found[1].sha256, found[1].final) == ("", True)
    assert Partition.objects.filter(day=found[1].day).count() == 1
    assert _exported(now)[1].pk == found[1].pk


def test_a_simulation_of_past_days_opens_them_again():
    caller = shelf.shopper()
    logged.slate(caller, NOON)
    now = NOON + 20 * DAY
    [before, *_] = _exported(now)
    logged.slate(shelf.shopper(), NOON + HOUR)
    partitions.reopen({FIRST})
    [after, *_] = _exported(now)
    assert (before.slates, after.slates, after.final) == (1, 2, True)
    assert Partition.objects.filter(day=FIRST, final=True).count() == 1


def test_a_damaged_partition_is_told():
    logged.slate(shelf.shopper(), NOON)
    [found] = _exported(NOON + HOUR)
    files.write("training", found.name, b"other")
    with pytest.raises(partitions.Damaged, match="holds other bytes"):
        partitions.read(found.name, found.sha256)


def test_the_window_ends_with_the_newest_slates_of_the_last_days(settings):
    caller = shelf.shopper()
    qids = [str(logged.slate(caller, NOON + at * DAY)) for at in range(4)]
    settings.RECOMMENDER = {**settings.RECOMMENDER, "TRAINING_DAYS": 3, "MOST_SLATES": 2}
    now = NOON + 5 * DAY
    written = manifest.of_log(now=now)
    # Days that are not needed for two slates are not named.
    assert [entry["name"][5:15] for entry in written["partitions"]] == ["2030-05-03", "2030-05-04"]
    assert manifest.training_set(written).first_rows["qid"].tolist() == qids[2:]
    settings.RECOMMENDER = {**settings.RECOMMENDER, "MOST_SLATES": 9}
    # 12:00 three days ago is in, a moment earlier is out.
    moment = timedelta(microseconds=1)
    for at, expected in ((now, qids[2:]), (now + moment, qids[3:])):
        assert manifest.training_set(manifest.of_log(now=at)).first_rows["qid"].tolist() == expected


def test_a_part_of_a_days_slates_is_the_newest_of_them(settings):
    caller = shelf.shopper()
    qids = [str(logged.slate(caller, NOON + at * HOUR)) for at in range(3)]
    settings.RECOMMENDER = {**settings.RECOMMENDER, "MOST_SLATES": 2}
    written = manifest.of_log(now=NOON + DAY)
    assert manifest.training_set(written).first_rows["qid"].tolist() == qids[1:]


def test_a_log_without_rows_has_nothing_to_teach():
    with pytest.raises(CannotLearn, match="there are no samples"):
        manifest.of_log(now=NOON)
    record.events(shelf.shopper(), [Draft("view", 1)], server_side=False)
    logged.slate(shelf.shopper(), NOON, bought=False)
    with pytest.raises(CannotLearn, match="there are no samples"):
        manifest.of_log(now=NOON + HOUR)
