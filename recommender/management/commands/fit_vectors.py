"""Fit collaborative factors and text vectors on the store's own history."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from recommender.serving import vectors


class Command(BaseCommand):
    help = "Fit BPR on the purchase history and text vectors on the catalogue; store both."

    def handle(self, *args: Any, **options: Any) -> None:
        fitted = vectors.fit(now=timezone.now())
        self.stdout.write(
            f"Vectors {fitted.tag[:12]}: {len(fitted.product_id):,} products "
            f"({fitted.text.shape[1]} text dimensions), {len(fitted.shopper_id):,} shoppers "
            f"({fitted.shopper_factors.shape[1] - 1} factors and the item bias)."
        )
