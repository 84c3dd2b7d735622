"""The back office as far as other rooms depend on it."""

from __future__ import annotations

import pytest

from shop.models import Brand, CatalogueVersion, Category, Product
from tests.shop.shelf import product, product_type

pytestmark = pytest.mark.django_db


def changed(client, address, data):
    """Whether the catalogue's version grew when this form was sent."""
    before = CatalogueVersion.current()
    assert client.post(address, data).status_code == 302
    return CatalogueVersion.current() > before


def test_removing_products_by_hand_makes_snapshots_stale(admin_client):
    first, second, kept = product(), product(), product()
    one = f"/admin/shop/product/{first.pk}/delete/"
    assert changed(admin_client, one, {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [second.pk], "post": "yes"}
    assert changed(admin_client, "/admin/shop/product/", chosen)
    assert Product.objects.get() == kept


def test_what_snapshots_hold_of_brands_and_types_makes_them_stale(admin_client):
    brand = Brand.objects.create(name="Verdi")
    form = {"name": "Verdi", "own_brand": "on"}
    assert changed(admin_client, f"/admin/shop/brand/{brand.pk}/change/", form)
    kind, aisle = product_type(), product_type("Tea", aisle="Teas").parent
    form = {"name": kind.name, "slug": kind.slug, "level": 2, "parent": aisle.pk}
    assert changed(admin_client, f"/admin/shop/category/{kind.pk}/change/", form)
    assert Category.objects.get(pk=kind.pk).parent == aisle
