"""The cart, its lines, and the swaps accepted in it."""

from __future__ import annotations

from uuid import UUID

from django.core.validators import MinValueValidator
from django.db import models

from shop.models.catalogue import CENT, Product

MOST_OF_ONE = 99


class Cart(models.Model):
    """One open cart per shopper key ("m:<member id>" or "v:<visitor key>")."""

    shopper_key = models.CharField(max_length=48, unique=True)
    budget = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(CENT)]
    )
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"cart {self.pk}"


class CartLine(models.Model):
    """``qid`` and ``position`` name the slate item it came from last, and travel to the order.

    ``kept``: the shopper wants this very product, so that no alternative is offered for it.
    """

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)
    qid = models.UUIDField(null=True)
    position = models.PositiveSmallIntegerField(null=True)
    # [[qid, position], …] of the slate items that brought packs of it before the last one.
    also_from = models.JSONField(default=list)
    kept = models.BooleanField(default=False)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "product"], name="one_line_per_product"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=MOST_OF_ONE),
                name="line_quantity_1_to_99",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"

    @property
    def slate_items(self) -> list[tuple[UUID, int | None]]:
        """(qid, position) of every slate item that brought packs of it, the last one last."""
        found = [(UUID(qid), position) for qid, position in self.also_from]
        return found if self.qid is None else [*found, (self.qid, self.position)]

    @property
    def event_items(self) -> list[tuple[UUID | None, int | None]]:
        """What events about the whole line name, one each: its slate items, or nothing."""
        return [*self.slate_items] or [(None, None)]

    def came_from(self, qid: UUID, position: int | None) -> None:
        """A slate item brought packs of it, and is the last one from now on. Not saved here."""
        earlier = [item for item in self.slate_items if item != (qid, position)]
        self.also_from = [[str(name), place] for name, place in earlier]
        self.qid, self.position = qid, position


class AcceptedSwap(models.Model):
    """A swap made in a cart, with what undo needs and what the receipt tells."""

    cart = models.ForeignKey(
        Cart, null=True, on_delete=models.CASCADE, related_name="accepted_swaps"
    )
    order = models.ForeignKey(
        "shop.Order", null=True, on_delete=models.CASCADE, related_name="swaps"
    )
    qid = models.UUIDField()
    position = models.PositiveSmallIntegerField()
    anchor = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    anchor_quantity = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField()
    saving = models.DecimalField(max_digits=9, decimal_places=2)
    # What the cart cost after it, so that a repeated accept gets the first answer.
    total_after = models.DecimalField(max_digits=10, decimal_places=2)
    # The lines it changed as they were, for an exact undo (see shop/swaps.py).
    earlier = models.JSONField(default=list)
    accepted_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cart", "qid", "position"],
                condition=models.Q(undone_at__isnull=True),
                name="one_standing_accept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anchor_id} → {self.product_id}"


class DismissedProduct(models.Model):
    """ "Not this": a product this shopper does not want to be offered again."""

    shopper_key = models.CharField(max_length=48)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    dismissed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shopper_key", "product"], name="dismissed_once"),
        ]

    def __str__(self) -> str:
        return f"not {self.product_id}"
