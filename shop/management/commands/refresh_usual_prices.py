"""Work out every product's usual price now; a worker does it once a day by itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shop import usual_prices
from shop.models import CatalogueVersion


class Command(BaseCommand):
    help = "Work out the usual price of every product from its last eight weeks."

    def handle(self, *args: Any, **options: Any) -> None:
        moved = usual_prices.refresh(now=timezone.now())
        CatalogueVersion.grow()
        self.stdout.write(f"{moved} usual price{'' if moved == 1 else 's'} moved.")
