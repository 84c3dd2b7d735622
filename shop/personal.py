"""Everything that is held of one shopper: shown to them, and erased when they want it.

What the log and the learning loop hold is asked for through ``tracking.personal``. Orders are the
books of the shop: they stay, as nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q, QuerySet

from shop.errors import Conflict
from shop.models import (
    AcceptedSwap,
    Cart,
    CartLine,
    DietProfile,
    DismissedProduct,
    Favourite,
    Member,
    Order,
    OrderLine,
)
from tracking import personal as log
from tracking.visitor import Caller, member_shopper_key

KEYED: tuple[type[models.Model], ...] = (Cart, DietProfile, DismissedProduct, Favourite)
"""What is known by a shopper key and goes with the shopper; lines and swaps go with their cart."""
SECRETS = ("password", "request_digest", "idempotency_key", "earlier")
"""Columns that say nothing about a shopper, or must be nobody's to read."""


def caller_of(member: Member) -> Caller:
    """A member as seen from the back office: no browser is known."""
    return Caller(
        visitor_key=None,
        session_id=None,
        member_id=member.pk,
        shopper_key=member_shopper_key(member.pk),
        consent=False,
        consent_answered=True,
    )


def export(caller: Caller, *, now: datetime) -> dict[str, Any]:
    """All of it, as JSON can hold it with Django's encoder.

    Of the account and its browsers (``tracking.personal.keys_of``), or of this browser.
    """
    keys = log.keys_of(caller)
    accounts = _accounts(caller)
    carts = Cart.objects.filter(shopper_key__in=keys)
    orders = _orders(caller, keys)
    return {
        "made_at": now,
        "account": _rows(accounts),
        "email_addresses": _rows(EmailAddress.objects.filter(user__in=accounts)),
        "orders": _rows(orders),
        "order_lines": _rows(OrderLine.objects.filter(order__in=orders)),
        "carts": _rows(carts),
        "cart_lines": _rows(CartLine.objects.filter(cart__in=carts), name="product__name"),
        "swaps": _rows(
            AcceptedSwap.objects.filter(Q(cart__in=carts) | Q(order__in=orders)),
            name="product__name",
            instead_of="anchor__name",
        ),
        "favourites": _rows(_keyed(Favourite, keys), name="product__name"),
        "not_to_be_offered": _rows(_keyed(DismissedProduct, keys), name="product__name"),
        "diet": _rows(_keyed(DietProfile, keys)),
        **log.export(caller),
    }


def held(caller: Caller) -> list[str]:
    """How much of it there is, in the words of a page."""
    logged, keys = log.counts(caller), log.keys_of(caller)
    lines = CartLine.objects.filter(cart__shopper_key__in=keys)
    return [
        (one if number == 1 else many).format(number)
        for number, one, many in (
            (
                _orders(caller, keys).count(),
                "the name and address in {} order",
                "the name and address in {} orders",
            ),
            (lines.count(), "{} product in your cart", "{} products in your cart"),
            (_keyed(Favourite, keys).count(), "{} favourite", "{} favourites"),
            (logged["visits"], "{} visit", "{} visits"),
            (logged["events"], "{} thing you looked at or did", "{} things you looked at or did"),
            (
                logged["slates"],
                "{} list of alternatives you saw",
                "{} lists of alternatives you saw",
            ),
        )
        if number
    ]


def erase(caller: Caller) -> None:
    """Erase the account and all that is known by its key or its browsers'; all or nothing.

    Orders are made nobody's: the shop keeps its books. Training rows follow once this is through
    (see ``recommender/learning/erasure.py``). Raises Conflict (``staff``) for an account of the
    back office.
    """
    keys = log.keys_of(caller)
    with transaction.atomic():
        account = _accounts(caller).select_for_update().first()
        if account is not None and account.is_staff:
            raise Conflict("A staff account is closed in the back office.", code="staff")
        _make_nobodys(list(_orders(caller, keys)))
        for model in KEYED:
            _keyed(model, keys).delete()
        log.erase(caller)
        LogEntry.objects.filter(object_id__in=keys).delete()
        if account is not None:
            _forget_in_the_back_office(account)
            account.delete()


def _accounts(caller: Caller) -> QuerySet[Member]:
    found = Member.objects.all()
    return found.none() if caller.member_id is None else found.filter(pk=caller.member_id)


def _orders(caller: Caller, keys: Sequence[str]) -> QuerySet[Order]:
    mine = Q(shopper_key__in=keys)
    if caller.member_id is not None:
        mine |= Q(member=caller.member_id)
    return Order.objects.filter(mine).order_by("pk")


def _make_nobodys(orders: Sequence[Order]) -> None:
    """Each by itself, so that nobody can tell that two of them were one shopper's.

    What was bought, when and for how much stays, and the payment's reference.
    """
    for order in orders:
        order.token, order.shopper_key = uuid4(), f"x:{uuid4()}"
        order.member = order.session_id = order.budget = order.idempotency_key = None
        order.name = order.email = order.request_digest = ""
    changed = ("token", "shopper_key", "member", "session_id", "budget", "idempotency_key")
    Order.objects.bulk_update(orders, [*changed, "name", "email", "request_digest"], batch_size=50)
    ids = [order.pk for order in orders]
    OrderLine.objects.filter(order__in=ids).update(qid=None, position=None)
    AcceptedSwap.objects.filter(order__in=ids).delete()


def _forget_in_the_back_office(account: Member) -> None:
    """The back office's own history names accounts by their address."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Member), object_id=str(account.pk)
    )
    entries.update(object_repr=f"member {account.pk}", change_message="")


def _keyed(model: type[models.Model], keys: Sequence[str]) -> QuerySet[Any]:
    return model._default_manager.filter(shopper_key__in=keys)


def _rows(found: QuerySet[Any], **names: str) -> list[dict[str, Any]]:
    """Every column but ``SECRETS``, and what else is named by its path."""
    columns = [field.attname for field in found.model._meta.concrete_fields]
    wanted = [column for column in columns if column not in SECRETS]
    told = {f"{name}_": models.F(path) for name, path in names.items()}
    return list(found.order_by("pk").annotate(**told).values(*wanted, *told))
