"""What is held of one shopper in the log and by whoever learns from it: shown, and erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, cast

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from tracking.models import Event, Session, Slate, Visitor
from tracking.visitor import Caller, member_shopper_key, visitor_shopper_key

VISIT = ("id", "started_at", "last_event_at", "joined_at", "goes_on_in_id")
EVENT = (
    "id", "session_id", "event_type", "product_id", "qid", "position", "order_id", "occurred_at",
)  # fmt: skip
SLATE = ("qid", "session_id", "placement", "served_at", "policy", "ranker_tag", "inputs", "items")


class Retention(NamedTuple):
    """After how many days things go: what is kept of a shopper who does not come any more, the
    slates and training rows of one who does; and the slates of a cart without consent."""

    log_days: int
    functional_days: int


class Learner(Protocol):
    """The class named in ``settings.PERSONAL_DATA``, for what is derived from the log."""

    def export(self, keys: Sequence[str]) -> dict[str, Any]:
        """Everything that is kept of these shopper keys, as JSON can hold it."""

    def forget(self, keys: Sequence[str]) -> None:
        """Erase it. Called inside the transaction that erases the log's rows."""

    def retention(self) -> Retention:
        """The settings in force: whoever learns from the log says how long it is needed."""


def keys_of(caller: Caller) -> tuple[str, ...]:
    """Every shopper key that is this person: the caller's, and of all browsers of the account.

    What a browser did before its first sign-in became the account's. A browser in which others have
    signed in, too, is left out, unless it is the one that asks: nobody knows whose visits they are.
    """
    if caller.member_id is None:
        return caller.keys
    account = Session.objects.filter(shopper_key=member_shopper_key(caller.member_id))
    browsers = set(account.values_list("visitor_id", flat=True))
    others = Session.objects.filter(visitor__in=browsers).exclude(
        Q(member_id=None) | Q(member_id=caller.member_id)
    )
    browsers -= set(others.values_list("visitor_id", flat=True))
    own = sorted(visitor_shopper_key(key) for key in browsers)
    return tuple(dict.fromkeys([*caller.keys, *own]))


def retention() -> Retention:
    """For how long the log and what was learned from it are kept."""
    return _learner().retention()


def export(caller: Caller) -> dict[str, Any]:
    """Visits, events and slates of the account and its browsers, and what was learned from them.

    ``browsers`` holds each one's key and its answer to the consent question.
    """
    keys = keys_of(caller)
    visits, events = _visits(keys), Event.objects.filter(shopper_key__in=keys)
    slates = [*_slates(keys).values(*SLATE), *_functional(keys).values(*SLATE)]
    browsers = Visitor.objects.filter(Q(pk=caller.visitor_key) | Q(sessions__in=visits))
    return {
        "browsers": list(browsers.distinct().order_by("pk").values()),
        "visits": list(visits.order_by("pk").values(*VISIT)),
        "events": list(events.order_by("pk").values(*EVENT)),
        "slates": slates,
        "learning": _learner().export(keys),
    }


def counts(caller: Caller) -> dict[str, int]:
    """How many visits, events and slates there are."""
    keys = keys_of(caller)
    return {
        "visits": _visits(keys).count(),
        "events": Event.objects.filter(shopper_key__in=keys).count(),
        "slates": _slates(keys).count() + _functional(keys).count(),
    }


def erase(caller: Caller) -> dict[str, int]:
    """Delete all of it; how many visits, events and slates there were.

    Call inside the transaction that deletes what else is kept of the shopper. The purchase counter
    keeps its number, which is nobody's. The cookie is the caller's to take away.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "personal.erase must run inside the transaction that erases everything else"
        )
    keys = keys_of(caller)
    events, _ = Event.objects.filter(shopper_key__in=keys).delete()
    slates = _slates(keys).delete()[0] + _functional(keys).delete()[0]
    browsers = set(_visits(keys).values_list("visitor_id", flat=True))
    if caller.visitor_key is not None:
        browsers.add(caller.visitor_key)
    visits, _ = _visits(keys).delete()
    # A browser that others used, too, keeps its row for their visits.
    Visitor.objects.filter(pk__in=browsers, sessions=None).delete()
    _learner().forget(keys)
    return {"visits": visits, "events": events, "slates": slates}


def _visits(keys: Sequence[str]) -> QuerySet[Session]:
    return Session.objects.filter(shopper_key__in=keys)


def _slates(keys: Sequence[str]) -> QuerySet[Slate]:
    """By their visits, which have an index by shopper."""
    return Slate.objects.filter(session__in=_visits(keys)).order_by("pk")


def _functional(keys: Sequence[str]) -> QuerySet[Slate]:
    return Slate.objects.filter(functional=True, shopper_key__in=keys).order_by("pk")


def _learner() -> Learner:
    return cast(Learner, import_string(settings.PERSONAL_DATA)())
