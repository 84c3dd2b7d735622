from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from recommender import files
from recommender.learning import erasure, manifest, partitions, sweeper
from recommender.models import (
    ColumnsFile,
    Partition,
    PendingErasure,
    RankerVersion,
    TasteState,
    TrainingRun,
)
from recommender.ranking.training_set import from_parquet, shoppers_in
from recommender.serving import columns, vectors
from tests.recommender import logged, market
from tests.shop import shelf
from tracking import personal
from tracking.models import Event, Session, Slate, Visitor

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CLOSED = NOON + 9 * DAY


@pytest.fixture
def shoppers():
    """Ann and Ben, who were served a slate each on the same day, and Ann one on the next."""
    ann, ben = shelf.shopper(), shelf.shopper()
    logged.slate(ann, NOON)
    logged.slate(ben, NOON)
    logged.slate(ann, NOON + DAY)
    return ann, ben


def _trained(now: datetime) -> RankerVersion:
    version = market.register(market.ranker(price_saving=1.0))
    version.manifest = manifest.of_log(now=now)
    version.save()
    return version


def _erase(caller, django_capture_on_commit_callbacks) -> dict[str, int]:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        return personal.erase(caller)


def _held_by_files() -> set[str]:
    stored = Partition.objects.exclude(sha256="")
    return set().union(*(shoppers_in(partitions.read(p.name, p.sha256)) for p in stored))


def test_erasing_a_shopper_leaves_nothing_of_them_and_everything_of_the_others(
    shoppers, django_capture_on_commit_callbacks
):
    ann, ben = shoppers
    TasteState.objects.create(shopper_key=ann.shopper_key)
    manifest.of_log(now=CLOSED)
    assert _held_by_files() == {ann.shopper_key, ben.shopper_key}
    counts = _erase(ann, django_capture_on_commit_callbacks)
    assert counts == {"visits": 1, "events": 10, "slates": 2}
    for rows in (Session, Slate, Event, TasteState):
        assert not rows.objects.filter(shopper_key=ann.shopper_key).exists()
    assert not Visitor.objects.filter(pk=ann.visitor_key).exists()
    assert _held_by_files() == {ben.shopper_key}
    assert Event.objects.filter(shopper_key=ben.shopper_key).count() == 5


def test_the_file_that_held_the_rows_is_gone_and_a_new_one_stands_for_the_day(
    shoppers, django_capture_on_commit_callbacks
):
    manifest.of_log(now=CLOSED)
    before = Partition.objects.get(day=NOON.date())
    _erase(shoppers[0], django_capture_on_commit_callbacks)
    with pytest.raises(FileNotFoundError):
        files.read("training", before.name)
    after = Partition.objects.get(day=NOON.date())
    assert (before.slates, after.slates, after.final) == (2, 1, True)
    emptied = Partition.objects.get(day=(NOON + DAY).date())
    assert (emptied.rows, emptied.sha256, emptied.final) == (0, "", True)


def test_an_open_day_is_exported_anew_by_the_next_training(
    shoppers, django_capture_on_commit_callbacks
):
    now = NOON + DAY
    manifest.of_log(now=now)
    _erase(shoppers[0], django_capture_on_commit_callbacks)
    assert not Partition.objects.filter(day=NOON.date()).exists()
    again = manifest.training_set(manifest.of_log(now=now))
    assert set(again.shoppers) == {shoppers[1].shopper_key}


def test_the_manifest_says_that_rows_were_erased_and_rebuilding_says_why(
    shoppers, django_capture_on_commit_callbacks
):
    version = _trained(CLOSED)
    _erase(shoppers[0], django_capture_on_commit_callbacks)
    version.refresh_from_db()
    assert [entry["removed"]["why"] for entry in version.manifest["partitions"]] == [
        manifest.ERASED, manifest.ERASED
    ]  # fmt: skip
    with pytest.raises(manifest.CannotRebuild, match="a shopper had their rows erased"):
        manifest.rebuild(version)


def test_a_ranker_that_never_read_the_shopper_can_still_be_rebuilt(
    shoppers, django_capture_on_commit_callbacks, settings
):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "MOST_SLATES": 1}
    logged.slate(shoppers[1], NOON + 2 * DAY)
    version = _trained(NOON + 10 * DAY)
    _erase(shoppers[0], django_capture_on_commit_callbacks)
    version.refresh_from_db()
    assert len(manifest.training_set(version.manifest)) == 1


def test_a_training_that_read_the_log_before_cannot_bring_the_rows_back(
    shoppers, django_capture_on_commit_callbacks, settings, monkeypatch
):
    ann, _ = shoppers
    manifest.of_log(now=CLOSED)
    stale = from_parquet(*(partitions.read(p.name, p.sha256) for p in _with_rows()))
    _erase(ann, django_capture_on_commit_callbacks)
    partitions.keep(stale)
    assert ann.shopper_key in _held_by_files()
    asked_at = PendingErasure.objects.get(pk=ann.shopper_key).asked_at
    soon = asked_at + timedelta(seconds=899)
    assert not erasure.due(now=soon)
    monkeypatch.setattr(sweeper.timezone, "now", lambda: asked_at + timedelta(seconds=900))
    sweeper.work()
    assert ann.shopper_key not in _held_by_files()
    assert not PendingErasure.objects.exists()


def _with_rows():
    return Partition.objects.exclude(sha256="")


def test_an_erasure_that_broke_down_is_finished_by_the_sweeper(
    shoppers, django_capture_on_commit_callbacks, monkeypatch
):
    manifest.of_log(now=CLOSED)
    with monkeypatch.context() as broken:
        broken.setattr(partitions, "without", lambda *_, **__: 1 / 0)
        _erase(shoppers[0], django_capture_on_commit_callbacks)
    assert shoppers[0].shopper_key in _held_by_files()
    sweeper.work()
    assert _held_by_files() == {shoppers[1].shopper_key}


def test_a_worker_starts_its_thread_for_an_erasure_and_a_broken_one_holds_up_no_training(
    shoppers, django_capture_on_commit_callbacks, monkeypatch
):
    done = []
    TrainingRun.objects.create(pk=1, pruned_at=timezone.now())
    monkeypatch.setattr(sweeper, "_start_training", lambda: done.append("thread"))
    sweeper.sweep()
    assert done == []
    manifest.of_log(now=CLOSED)
    monkeypatch.setattr(partitions, "without", lambda *_, **__: 1 / 0)
    _erase(shoppers[0], django_capture_on_commit_callbacks)
    sweeper.sweep()
    monkeypatch.setattr(sweeper.trainer, "run_if_due", lambda: done.append("training"))
    with pytest.raises(ZeroDivisionError):
        sweeper.work()
    assert done == ["thread", "training"]


def test_partitions_of_other_features_and_damaged_ones_go_as_a_whole(
    shoppers, django_capture_on_commit_callbacks
):
    manifest.of_log(now=CLOSED)
    damaged = Partition.objects.get(day=(NOON + DAY).date())
    files.write("training", damaged.name, b"damaged")
    Partition.objects.filter(day=NOON.date()).update(fingerprint="f" * 64)
    _erase(shoppers[0], django_capture_on_commit_callbacks)
    assert not _with_rows().exists()
    with pytest.raises(FileNotFoundError):
        files.read("training", damaged.name)


def test_an_account_leaves_the_vectors_of_all_others_stand(django_capture_on_commit_callbacks):
    products = market.coffees("9.00", "8.00", "7.00")
    ann, ben = market.member("ann@example.org"), market.member("ben@example.org")
    for member in (ann, ben):
        market.imported_order(member, *products, placed_at=NOON)
    first = vectors.fit(now=NOON)
    files.write("training", columns.name_of("vectors", "d" * 64), b"damaged")
    ColumnsFile.objects.create(tag="d" * 64, kind="vectors", made_at=NOON - DAY)
    caller = shelf.shopper()
    key = f"m:{ann.pk}"
    Session.objects.filter(pk=caller.session_id).update(shopper_key=key, member_id=ann.pk)
    _erase(replace(caller, member_id=ann.pk, shopper_key=key), django_capture_on_commit_callbacks)
    [row] = ColumnsFile.objects.filter(kind="vectors")
    left = columns.vectors(row.tag)
    assert left.shopper_id.tolist() == [ben.pk]
    at = first.shopper_id.tolist().index(ben.pk)
    assert left.shopper_factors.tobytes() == first.shopper_factors[[at]].tobytes()
    assert left.item_factors.tobytes() == first.item_factors.tobytes()
    for tag in (first.tag, "d" * 64):
        with pytest.raises(FileNotFoundError):
            files.read("training", columns.name_of("vectors", tag))
    assert vectors.current().tag == row.tag


def test_all_browsers_of_an_account_are_its_but_those_that_others_signed_in_with():
    def visits(visitor_key, *members) -> None:
        for member in members:
            key = f"m:{member}" if member else f"v:{visitor_key}"
            Session.objects.create(
                visitor_id=visitor_key, member_id=member, shopper_key=key, started_at=NOON,
                last_event_at=NOON,
            )  # fmt: skip

    here, phone, library = (Visitor.objects.create(consent=True).pk for _ in range(3))
    visits(here, None)
    visits(phone, None, 7)
    visits(library, None, 7, 8)
    ann = replace(shelf.shopper(), visitor_key=here, member_id=7, shopper_key="m:7")
    assert personal.keys_of(ann) == ("m:7", f"v:{here}", f"v:{phone}")
    assert personal.keys_of(replace(ann, member_id=None, shopper_key=f"v:{here}")) == (f"v:{here}",)
    with transaction.atomic():
        assert personal.erase(ann)["visits"] == 4
    assert set(Session.objects.filter(visitor_id=library).values_list("member_id", flat=True)) == {
        None, 8
    }  # fmt: skip
    assert set(Visitor.objects.filter(pk__in=(here, phone, library))) == {
        Visitor.objects.get(pk=library)
    }


def test_erasing_outside_a_transaction_is_refused(transactional_db):
    with pytest.raises(transaction.TransactionManagementError, match="inside the transaction"):
        personal.erase(shelf.shopper())


def test_the_copy_that_was_exported_beside_them_goes_too(
    shoppers, django_capture_on_commit_callbacks
):
    manifest.of_log(now=CLOSED)
    files.write("training", erasure.COPY, b"rows")
    _erase(shoppers[0], django_capture_on_commit_callbacks)
    with pytest.raises(FileNotFoundError):
        files.read("training", erasure.COPY)


def test_the_export_holds_what_is_kept_of_this_shopper_and_of_no_other(shoppers):
    ann, ben = shoppers
    TasteState.objects.create(shopper_key=ann.shopper_key, state={"chosen": [11]})
    manifest.of_log(now=CLOSED)
    found = json.loads(json.dumps(personal.export(ann), cls=DjangoJSONEncoder))
    assert (len(found["visits"]), len(found["events"]), len(found["slates"])) == (1, 10, 2)
    assert found["learning"]["taste"] == [{"chosen": [11]}]
    rows = found["learning"]["training_rows"]
    assert sorted({row["served_at"] for row in rows}) == [
        "2030-05-01T12:00:00+00:00", "2030-05-02T12:00:00+00:00"
    ]  # fmt: skip
    assert sorted((row["position"], row["label"]) for row in rows[:3]) == [(1, 1), (2, 0), (3, 0)]
    assert str(ben.session_id) not in json.dumps(found)
