"""What a shopper wants to find again."""

from __future__ import annotations

from django.db import models

from shop.models.catalogue import Product


class Favourite(models.Model):
    """A product that this shopper keeps at hand; one row per shopper key and product."""

    shopper_key = models.CharField(max_length=48)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shopper_key", "product"], name="favourite_once"),
        ]

    def __str__(self) -> str:
        return f"favourite {self.product_id}"
