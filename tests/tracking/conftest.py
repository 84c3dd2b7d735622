"""Callers and slates for the log's tests; the log needs no product and no page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import RequestFactory

from tracking import cookie, hint, record, visitor
from tracking.visitor import Caller

NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def consent_assumed(settings: Any) -> None:
    settings.CONSENT = "assume"


@pytest.fixture(autouse=True)
def closed_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hint, "breaker", hint.Breaker(hint.PAUSE))


@pytest.fixture
def caller(db: None) -> Caller:
    return visitor.ensure(RequestFactory().get("/"))


@pytest.fixture
def caller_of() -> Callable[[Any], Caller]:
    """The caller behind a test client that has been given the visitor cookie."""

    def of(client: Any) -> Caller:
        request = RequestFactory().get("/")
        request.COOKIES[cookie.NAME] = client.cookies[cookie.NAME].value
        return visitor.of(request)

    return of


def slate_for(caller: Caller, *products: int, **fields: Any) -> UUID:
    items = [{"position": at, "product": product} for at, product in enumerate(products, start=1)]
    defaults: dict[str, Any] = {
        "placement": "cart_panel",
        "policy": "cheapest",
        "state_key": "as it is",
        "served_at": NOON,
    }
    return record.slate(caller, items=items, **{**defaults, **fields})
