"""What was bought."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

from shop.models.catalogue import Product


class Order(models.Model):
    """One purchase; ``token`` is its unguessable address, imported history has its own origin."""

    class Origin(models.TextChoices):
        SERVED = "served"
        SIMULATED = "simulated"
        IMPORTED = "imported"

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    shopper_key = models.CharField(max_length=48, db_index=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="orders",
    )
    session_id = models.UUIDField(null=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.SERVED)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    # What was charged beside the goods; part of the total.
    fee = models.DecimalField(max_digits=9, decimal_places=2, default=0, db_default=0)
    total = models.DecimalField(max_digits=10, decimal_places=2)
    budget = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    saved = models.DecimalField(max_digits=9, decimal_places=2, default=0)
    # What the payment provider calls the payment; blank where it is made on collection.
    payment_reference = models.CharField(max_length=80, blank=True, default="", db_default="")
    idempotency_key = models.CharField(max_length=80, null=True)
    # SHA-256 of the request that made the order: the same key with another request is refused.
    request_digest = models.CharField(max_length=64, blank=True)
    placed_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shopper_key", "idempotency_key"], name="one_order_per_idempotency_key"
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("order", args=[self.token])


class OrderLine(models.Model):
    """``price`` and ``name`` are as they were at the checkout."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, null=True, on_delete=models.SET_NULL, related_name="order_lines"
    )
    name = models.CharField(max_length=200)
    quantity = models.PositiveSmallIntegerField()
    price = models.DecimalField(max_digits=9, decimal_places=2)
    qid = models.UUIDField(null=True)
    position = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"
