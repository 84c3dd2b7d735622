import re
from pathlib import Path

import pytest

from shop import packshot
from tests.shop.shelf import product, product_type

SPRITE = Path(__file__).parents[2] / "static" / "img" / "packshots.svg"


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("Eggs", "egg"),
        ("Noodles", None),
        ("Soda cans", "can"),
        ("Soda 2-liter bottle", "bottle"),
        ("Milk", "jug"),
        ("Orange juice", "carton"),
        ("Frozen orange juice", "bag"),
        ("Bananas", "banana"),
        ("Strawberries", "berries"),
        ("Grapefruit", "produce"),
        ("Head lettuce", "leaf"),
        ("Avocados", "produce"),
        ("Baby carrots", "root"),
        ("Ground beef", "tray"),
        ("Yogurt", "tub"),
        ("Toilet tissue", "roll"),
        ("Sandwich bread", "loaf"),
        ("Pasta sauce", "jar"),
        ("Glass cleaner", "spray"),
    ],
)
def test_a_type_has_the_pack_that_people_know(kind, form):
    assert packshot.form_of(kind) == form


def test_every_form_is_drawn_and_knows_where_its_label_stands():
    drawn = set(re.findall(r'<symbol id="(\w+)"', SPRITE.read_text(encoding="utf-8")))
    assert {form for form, _ in packshot._FORMS} | {"box"} == drawn
    assert all(packshot.Packshot(form, 0, "").label_at for form in drawn - packshot.LOOSE)


@pytest.mark.django_db
def test_bananas_are_yellow_whoever_sells_them_and_boxes_have_the_brands_colour():
    bananas = product_type("Bananas", "Fruit")
    pasta = product_type("Spaghetti", "Pasta")
    fruit = [packshot.of_product(product(category=bananas, brand=name)) for name in "AB"]
    assert [shot.hue for shot in fruit] == [2, 2]
    # Nobody prints a brand on a banana.
    assert [shot.letters for shot in fruit] == ["", ""]
    same = [packshot.of_product(product(category=pasta, brand="Dorlebury Mill")) for _ in "AB"]
    assert same[0] == same[1]
    assert same[0].letters == "DM"
    assert 0 <= same[0].hue < packshot.HUES
