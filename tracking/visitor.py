"""Who is asking: the browser's key, the visit it is in, the account, and what may be stored.

The cookie carries key, visit and answer to the consent question, signed, so that a plain page read
costs no query and writes no row. ``ensure`` writes the rows on the first contact that needs them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from tracking import consent, cookie
from tracking.identifiers import new_id
from tracking.models import Origin, Session, Visitor

IDLE = timedelta(minutes=30)


@dataclass(frozen=True)
class Caller:
    """One shopper as the log knows them; also made without a request (simulation, tests).

    ``visitor_key`` is None for a browser that has no cookie yet, ``session_id`` until ``ensure``
    and for ever without consent. ``shopper_key`` is "m:<member id>", "v:<visitor key>", or empty
    for a browser without a cookie. ``consent`` says whether anything non-essential may be stored;
    ``consent_answered`` whether there is nothing left to ask.
    """

    visitor_key: UUID | None
    session_id: UUID | None
    member_id: int | None
    shopper_key: str
    consent: bool
    consent_answered: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Every shopper key that is this person: the account's, and the browser's own.

        What was served before signing in stays theirs afterwards.
        """
        browser = () if self.visitor_key is None else (visitor_shopper_key(self.visitor_key),)
        return tuple(dict.fromkeys((self.shopper_key, *browser))) if self.shopper_key else browser


def visitor_shopper_key(visitor_key: UUID) -> str:
    """The shopper key of a browser without an account."""
    return f"v:{visitor_key}"


def member_shopper_key(member_id: int) -> str:
    """The shopper key of an account."""
    return f"m:{member_id}"


def of(request: HttpRequest) -> Caller:
    """The caller of ``request`` as it stands now (after a login: the member). Writes nothing."""
    kept = cookie.read(request)
    user = getattr(request, "user", None)
    member_id: int | None = user.pk if user is not None and user.is_authenticated else None
    if member_id is not None:
        shopper_key = member_shopper_key(member_id)
    else:
        shopper_key = visitor_shopper_key(kept.key) if kept.key else ""
    allowed = consent.allowed(request, kept.answer)
    return Caller(
        visitor_key=kept.key,
        session_id=kept.session_id if allowed else None,
        member_id=member_id,
        shopper_key=shopper_key,
        consent=allowed,
        consent_answered=kept.answer is not None or consent.signalled_no(request),
    )


def ensure(request: HttpRequest, *, now: datetime | None = None) -> Caller:
    """The caller with a shopper key and, where consent allows it, a standing session.

    Writes the visitor and session rows that are missing and lets the middleware set the cookie;
    without consent it writes no row, and the cookie serves the cart alone. One UPDATE while the
    session stands. ``request.visitor`` is the answer from then on. Works on Django's and DRF's
    requests.
    """
    now = now or timezone.now()
    kept = cookie.read(request)
    caller = of(request)
    if caller.consent:
        key = kept.key or new_id()
        shopper_key = caller.shopper_key or visitor_shopper_key(key)
        caller = replace(caller, visitor_key=key, shopper_key=shopper_key)
        session_id = _standing(caller, key, now) or _started(caller, key, kept.answer, now)
        caller = replace(caller, session_id=session_id)
    elif not caller.shopper_key:
        key = new_id()
        caller = replace(caller, visitor_key=key, shopper_key=visitor_shopper_key(key))
    wanted = replace(kept, key=caller.visitor_key, session_id=caller.session_id)
    if wanted != kept:
        cookie.keep(request, wanted)
    cookie.django_request(request).visitor = caller  # type: ignore[attr-defined]
    return caller


def _standing(caller: Caller, key: UUID, now: datetime) -> UUID | None:
    """The cookie's session, its clock set forward, if it is this shopper's and not over."""
    if caller.session_id is None:
        return None
    moved = Session.objects.filter(
        pk=caller.session_id,
        visitor_id=key,
        shopper_key=caller.shopper_key,
        last_event_at__gte=now - IDLE,
        joined_at=None,
    ).update(last_event_at=now)
    return caller.session_id if moved else None


@transaction.atomic
def _started(caller: Caller, key: UUID, answer: bool | None, now: datetime) -> UUID:
    Visitor.objects.get_or_create(
        key=key,
        defaults={"consent": answer, "consent_at": None if answer is None else now},
    )
    # Two tabs that wake up together queue here, and the second finds the first one's session.
    Visitor.objects.select_for_update().get(key=key)
    standing = (
        Session.objects.filter(
            visitor_id=key,
            shopper_key=caller.shopper_key,
            last_event_at__gte=now - IDLE,
            joined_at=None,
        )
        .order_by("-last_event_at")
        .values_list("pk", flat=True)
        .first()
    )
    if standing is not None:
        Session.objects.filter(pk=standing).update(last_event_at=now)
        return standing
    session = Session.objects.create(
        visitor_id=key,
        member_id=caller.member_id,
        shopper_key=caller.shopper_key,
        origin=Origin.SERVED,
        started_at=now,
        last_event_at=now,
    )
    return session.pk
