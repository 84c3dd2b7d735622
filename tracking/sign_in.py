"""What a visitor did becomes the account's when they sign in, once.

The log only grows: what was done is written down once more, under the account's key and with ids of
now, so that every reader's cursor comes upon it. The copies name no slate, because what was served
to the visitor is judged by the visitor's own events.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tracking.identifiers import new_id
from tracking.models import Event, EventType, Origin, Session, Visitor
from tracking.visitor import IDLE, Caller

MOST = 1000
"""So many of the newest events are brought along."""


def bring_along(guest: Caller, member: Caller, *, now: datetime) -> int:
    """Write the guest's events down for the member; how many there were.

    ``member`` is the same browser after signing in, with a visit of its own (``ensure``). In a
    browser in which another account has signed in, too, only this visit comes along: nobody knows
    whose the earlier ones were. A visit that was brought along has ended, so a second call, or the
    next who signs in, finds nothing of it. The present one goes on in the member's, so that an
    order there makes mature what was served in it. Without consent there is no visit, and nothing
    is done.
    """
    key, into = guest.visitor_key, member.session_id
    if key is None or guest.member_id is not None or into is None:
        return 0
    with transaction.atomic():
        # Two sign-ins of one browser at once queue here.
        if not Visitor.objects.select_for_update().filter(pk=key).exists():
            return 0
        visits = _visits(guest, key, member, now=now)
        copies = _copies(visits, member.shopper_key, into, received_at=timezone.now())
        Event.objects.bulk_create(copies)
        Session.objects.filter(pk__in=visits).update(joined_at=now)
        if guest.session_id in visits:
            standing = Session.objects.filter(last_event_at__gte=now - IDLE)
            standing.filter(pk__in=(guest.session_id,)).update(goes_on_in=into)
    return len(copies)


def _visits(guest: Caller, key: UUID, member: Caller, *, now: datetime) -> list[UUID]:
    """The guest's visits that nobody was given yet."""
    browser = Session.objects.filter(visitor_id=key, origin=Origin.SERVED)
    found = browser.filter(member_id=None, joined_at=None)
    if browser.exclude(member_id=None).exclude(member_id=member.member_id).exists():
        now_here = () if guest.session_id is None else (guest.session_id,)
        found = found.filter(pk__in=now_here, last_event_at__gte=now - IDLE)
    return list(found.values_list("pk", flat=True))


def _copies(
    visits: Sequence[UUID], shopper_key: str, session_id: UUID, *, received_at: datetime
) -> list[Event]:
    # Being shown something is nothing that was done.
    done = Event.objects.filter(session__in=visits).exclude(event_type=EventType.IMPRESSION)
    newest = list(reversed(done.order_by("-pk")[:MOST]))
    # Without their slate the purchases of one order's line are one.
    bought = {(event.order_id, event.product_id): event for event in newest}
    return [
        Event(
            pk=new_id(),
            session_id=session_id,
            shopper_key=shopper_key,
            event_type=event.event_type,
            product_id=event.product_id,
            order_id=event.order_id,
            server_side=event.server_side,
            occurred_at=event.occurred_at,
            received_at=received_at,
        )
        for event in newest
        if event.order_id is None or bought[event.order_id, event.product_id] is event
    ]
