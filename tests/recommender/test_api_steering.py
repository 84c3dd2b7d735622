"""The ledger for all, changes for staff with the permission, each refusal in one shape."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from recommender.models import LedgerEntry, LiveTag, RankerVersion, TrainingRun
from tests.recommender import market

pytestmark = pytest.mark.django_db


@pytest.fixture
def steerer() -> Client:
    staff = market.member("ann@example.org")
    staff.is_staff = True
    staff.save()
    staff.user_permissions.add(Permission.objects.get(codename="steer"))
    client = Client()
    client.force_login(staff)
    return client


def _post(client: Client, path: str, **body):
    return client.post(f"/api/model/{path}", body, content_type="application/json")


def _two() -> tuple[RankerVersion, RankerVersion]:
    return (
        market.put_live(market.ranker(price_saving=1.0)),
        market.put_live(market.ranker(price_saving=2.0)),
    )


def test_everybody_reads_the_ledger_without_names(client, steerer):
    first, second = _two()
    _post(steerer, f"versions/{second.tag}/rollback", why="worse")
    body = client.get("/api/model/versions").json()
    assert [(row["tag"], row["status"]) for row in body["versions"]] == [
        (second.tag, "rejected"),
        (first.tag, "live"),
    ]
    assert [(step["action"], step["generation"], step["by"]) for step in body["steps"]] == [
        ("rolled_back", 3, "staff"),
        ("promoted", 2, "the gate"),
        ("promoted", 1, "the gate"),
    ]
    assert "ann" not in str(body)


def test_a_rejected_challenger_is_kept_with_its_reasons_and_figures(client):
    version = market.register(market.ranker(price_saving=1.0))
    reasons = ["NDCG@5 -0.100 against the live policy"]
    verdict = {"passed": False, "reasons": reasons, "figures": {"informative_slates": 44}}
    RankerVersion.objects.filter(pk=version.pk).update(verdict=verdict, status="rejected")
    row = client.get("/api/model/versions").json()["versions"][0]
    assert (row["passed"], row["reasons"], row["figures"]) == (
        False,
        reasons,
        {"informative_slates": 44},
    )


def test_staff_with_the_permission_promotes_and_rolls_back(steerer):
    first, second = _two()
    answer = _post(steerer, f"versions/{first.tag}/promote", why="it sold more")
    assert (answer.status_code, answer.json()["live_tag"]) == (200, first.tag)
    answer = _post(steerer, f"versions/{first.tag}/rollback", why="it did not")
    assert (answer.json()["live_tag"], answer.json()["generation"]) == (second.tag, 4)
    assert set(LedgerEntry.objects.filter(generation__gt=2).values_list("by", flat=True)) == {
        "ann@example.org"
    }


def test_what_is_refused_is_409_with_the_sentence(steerer):
    first, _ = _two()
    answer = _post(steerer, f"versions/{first.tag}/rollback", why="worse")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "refused"
    assert answer.json()["error"]["message"] == (
        f"{first.tag} is not live, so it cannot be rolled back."
    )


def test_without_a_reason_400_and_of_an_unknown_ranker_404(steerer):
    first, _ = _two()
    assert _post(steerer, f"versions/{first.tag}/promote").status_code == 400
    unknown = _post(steerer, "versions/ltr-none/promote", why="try")
    assert (unknown.status_code, unknown.json()["error"]["message"]) == (
        404,
        "There is no ranker ltr-none.",
    )


@pytest.mark.parametrize("tag", ["%00", "a.b", "é"])
def test_what_is_no_tag_is_no_address(steerer, tag):
    """PostgreSQL cannot even be asked for a text with a null character."""
    answer = _post(steerer, f"versions/{tag}/promote", why="try")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_the_pin_is_put_and_told_in_the_status(client, steerer):
    market.put_live(market.ranker(price_saving=1.0))
    body = {"pinned": True, "why": "a busy week"}
    assert steerer.put("/api/model/pin", body, content_type="application/json").status_code == 200
    assert client.get("/api/model/status").json()["pinned"] is True


def test_a_training_can_be_asked_for(steerer):
    assert _post(steerer, "retrain", why="the catalogue is new").status_code == 200
    assert TrainingRun.objects.get().asked_at is not None


@pytest.mark.parametrize("who", ["nobody", "a shopper", "staff without the permission"])
def test_nobody_else_steers(who):
    first, second = _two()
    client = Client()
    if who != "nobody":
        person = market.member("bob@example.org")
        person.is_staff = who != "a shopper"
        person.save()
        client.force_login(person)
    for path in (f"versions/{first.tag}/promote", f"versions/{second.tag}/rollback", "retrain"):
        assert _post(client, path, why="mine").status_code == 403
    pin = client.put(
        "/api/model/pin", {"pinned": True, "why": "x"}, content_type="application/json"
    )
    assert pin.status_code == 403
    live = LiveTag.objects.get()
    assert (live.version, live.generation, live.pinned) == (second, 2, False)
