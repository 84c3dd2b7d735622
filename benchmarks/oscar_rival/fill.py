"""Puts our products into django-oscar: ``python -m oscar_rival.fill products.json``."""

import json
import os
import sys
from pathlib import Path

import django


def main(source: Path) -> None:
    """Migrates, then writes categories, products and stock."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oscar_rival.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from oscar.apps.catalogue.models import Category, Product, ProductCategory, ProductClass
    from oscar.apps.partner.models import Partner, StockRecord

    kind = ProductClass.objects.create(name="Grocery", requires_shipping=True, track_stock=True)
    partner = Partner.objects.create(name="The store")
    categories: dict[str, Category] = {}
    for row in json.loads(source.read_text(encoding="utf-8")):
        if row["aisle"] not in categories:
            categories[row["aisle"]] = Category.add_root(name=row["aisle"])
        product = Product.objects.create(
            product_class=kind, title=row["name"], upc=str(row["id"]), slug=f"p{row['id']}"
        )
        ProductCategory.objects.create(product=product, category=categories[row["aisle"]])
        StockRecord.objects.create(
            product=product,
            partner=partner,
            partner_sku=str(row["id"]),
            price_currency="USD",
            price=row["price"],
            num_in_stock=100_000,
        )
    call_command("rebuild_index", interactive=False, verbosity=0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
