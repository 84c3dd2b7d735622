"""Bringing a cart back to its budget in one go: a set of swaps, previewed, applied, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from rest_framework.request import Request

from shop import swaps
from shop.budget import Standing
from shop.contents import CartContents
from shop.errors import Missing
from shop.models import AcceptedSwap
from shop.recommendations import CART_FIT, swaps_for
from shop.suggestions import Slate
from tracking import log
from tracking.visitor import Caller


@dataclass(frozen=True)
class Fit:
    """The set as it would be applied; ``after`` is how the cart would stand then."""

    slate: Slate
    saving: Decimal
    after: Standing

    @property
    def reaches(self) -> bool:
        """Whether the cart would be within its budget; False for a cart without a budget."""
        return self.after.budget is not None and not self.after.over

    @property
    def message(self) -> str:
        number = len(self.slate.suggestions)
        if not self.slate.qid:
            return self.slate.message
        if not self.slate.policy:
            return "Swaps cannot be ranked right now; please try again in a moment."
        if number == 0:
            return "No alternative in the store brings this cart nearer to its budget."
        words = f"{number} swap{'' if number == 1 else 's'}"
        if self.reaches:
            return f"{words} would bring your cart within its budget."
        return f"Even {words} would leave your cart over its budget."


def preview(request_or_caller: HttpRequest | Request | Caller, cart: CartContents) -> Fit:
    """The fewest-regret set for this cart as it stands now."""
    slate = swaps_for(request_or_caller, cart, placement=CART_FIT)
    saving = sum((row.saving for row in slate.suggestions), Decimal("0.00"))
    return Fit(slate, saving, Standing(cart.total - saving, cart.budget))


def apply(caller: Caller, *, qid: UUID, at: datetime | None = None) -> list[AcceptedSwap]:
    """Makes every swap of the previewed set, or none of them. A repeated call changes nothing.

    Raises Missing (``unknown_slate``) and what ``swaps.accept`` raises when the world moved.
    """
    slate = log.slate(qid)
    if slate is None or slate.placement != CART_FIT or slate.shopper_key not in caller.keys:
        raise Missing(
            "This set of swaps is not yours or no longer stands; look at the cart again.",
            code="unknown_slate",
        )
    with transaction.atomic():
        return [
            swaps.accept(caller, qid=qid, position=item["position"], at=at) for item in slate.items
        ]


def undo(caller: Caller, *, qid: UUID, at: datetime | None = None) -> list[AcceptedSwap]:
    """Takes back what still stands of the set, newest first, all or none.

    Raises Missing (``not_accepted``) and Conflict (``line_changed``) as ``swaps.undo`` does.
    """
    with transaction.atomic():
        standing = AcceptedSwap.objects.filter(
            cart__shopper_key=caller.shopper_key, qid=qid, undone_at=None
        )
        positions = list(standing.order_by("-pk").values_list("position", flat=True))
        if not positions:
            raise Missing("No swap of this set is in your cart.", code="not_accepted")
        return [swaps.undo(caller, qid=qid, position=position, at=at) for position in positions]
