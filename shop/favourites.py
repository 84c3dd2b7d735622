"""Favourites: rows for members and for whoever agreed to be remembered, else the browser's own.

Without consent and without an account nothing is written here: the numbers of the products stand in
the signed session cookie, and are gone with it. At sign-in both kinds go into the account.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest

from shop.catalogue import product as sold
from shop.errors import Conflict
from shop.models import Favourite, Member, Product
from tracking import visitor
from tracking.visitor import member_shopper_key

IN_BROWSER = "favourites"
MOST_IN_BROWSER = 60
"""A cookie has 4 kB."""
MOST = 1000


def in_browser(request: HttpRequest) -> list[int]:
    """The products that the browser itself keeps, oldest first."""
    kept = request.session.get(IN_BROWSER, [])
    return [pk for pk in kept if isinstance(pk, int)]


def keep(request: HttpRequest, product_id: int, *, kept: bool) -> Product:
    """Adds the product to the favourites or takes it out; twice is as once.

    Raises Missing (``unknown_product``) for one that is not sold, Conflict (``too_many``).
    """
    product = sold(product_id) if kept else _known(product_id)
    caller = visitor.of(request)
    here = in_browser(request)
    if not kept:
        if caller.shopper_key:
            mine = Favourite.objects.filter(shopper_key=caller.shopper_key, product=product)
            mine.delete()
        if product_id in here:
            request.session[IN_BROWSER] = [pk for pk in here if pk != product_id]
    elif caller.member_id is not None or caller.consent:
        caller = visitor.ensure(request)
        mine = Favourite.objects.filter(shopper_key=caller.shopper_key)
        if mine.count() >= MOST:
            raise Conflict(f"A list of favourites holds at most {MOST}.", code="too_many")
        Favourite.objects.get_or_create(shopper_key=caller.shopper_key, product=product)
    elif product_id not in here:
        if len(here) >= MOST_IN_BROWSER:
            raise Conflict(
                f"Without an account your browser keeps {MOST_IN_BROWSER} favourites; "
                "sign in to keep more.",
                code="too_many",
            )
        request.session[IN_BROWSER] = [*here, product_id]
    return product


def listed(request: HttpRequest) -> Sequence[Product]:
    """All favourites that the store knows, the newest first, with brand and type; two queries."""
    shopper_key = visitor.of(request).shopper_key
    rows = Favourite.objects.filter(shopper_key=shopper_key).order_by("-added_at", "-pk")
    ids = [*reversed(in_browser(request))]
    if shopper_key:
        ids += rows.values_list("product_id", flat=True)
    found = Product.objects.select_related("brand", "category").in_bulk(ids)
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def bring(request: HttpRequest, member: Member) -> None:
    """Puts what the browser kept into the account; call once, at sign-in."""
    here = request.session.pop(IN_BROWSER, [])
    known = Product.objects.filter(pk__in=[pk for pk in here if isinstance(pk, int)])
    key = member_shopper_key(member.pk)
    Favourite.objects.bulk_create(
        (Favourite(shopper_key=key, product_id=pk) for pk in known.values_list("pk", flat=True)),
        ignore_conflicts=True,
    )


def _known(product_id: int) -> Product:
    """Also one that is no longer sold: it must be possible to take it out."""
    return Product.objects.filter(pk=product_id).first() or sold(product_id)
