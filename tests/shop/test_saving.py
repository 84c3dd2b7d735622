"""Rule 5, worked by hand."""

from decimal import Decimal

import pytest

from shop.models import Category, Product
from shop.pack_words import difference
from shop.saving import between


def pack(price: str, amount: int | None, unit: str = "g", size: str = "") -> Product:
    return Product(
        price=Decimal(price),
        amount=None if amount is None else Decimal(amount),
        base_unit=unit if amount is not None else "",
        size_text=size or (f"{amount} {unit}" if amount is not None else ""),
        category=Category(pk=1),
    )


def test_a_smaller_pack_alone_is_never_a_saving():
    # Two 500 g packs cover the kilogram: 2 × 3.00 against 5.00, so nothing is saved.
    found = between(pack("5.00", 1000), 1, pack("3.00", 500))
    assert (found.quantity, found.cents, found.allowed) == (2, -100, False)


def test_two_small_packs_may_beat_one_large_one():
    found = between(pack("5.00", 1000), 1, pack("2.00", 500))
    assert (found.quantity, found.cents, found.allowed) == (2, 100, True)


def test_ten_percent_less_still_covers_the_amount():
    # 900 g of 1,000 g are exactly nine tenths: one pack; 899 g are not: two packs.
    assert between(pack("5.00", 1000), 1, pack("4.00", 900)).quantity == 1
    assert between(pack("5.00", 1000), 1, pack("4.00", 899)).quantity == 2


def test_the_tolerance_counts_the_whole_line_not_each_pack():
    # 4 × 1,000 g need 3,600 g: four packs of 900 g, not five.
    assert between(pack("5.00", 1000), 4, pack("4.00", 900)).quantity == 4
    # 10 × 100 g need 900 g: one pack of 900 g.
    assert between(pack("1.00", 100), 10, pack("4.00", 900)).quantity == 1


def test_a_cheaper_line_with_a_higher_unit_price_is_not_offered():
    # 4.60 for 900 g saves 40 cents on 5.00 for 1,000 g, at 5.11 instead of 5.00 per kilogram.
    found = between(pack("5.00", 1000), 1, pack("4.60", 900))
    assert (found.cents, found.allowed) == (40, False)


def test_a_larger_pack_for_less_money_is_offered():
    found = between(pack("5.00", 500), 1, pack("4.99", 1000))
    assert (found.quantity, found.cents, found.allowed) == (1, 1, True)


@pytest.mark.parametrize(("amount", "unit"), [(None, ""), (500, "ml"), (6, "piece")])
def test_incomparable_sizes_are_swapped_one_for_one(amount, unit):
    found = between(pack("5.00", 500), 3, pack("4.50", amount, unit))
    assert (found.quantity, found.cents, found.allowed, found.comparable) == (3, 150, True, False)


def test_the_same_line_price_is_no_saving():
    assert not between(pack("5.00", 500), 1, pack("5.00", 500)).allowed


@pytest.mark.parametrize(
    ("anchor", "anchor_quantity", "candidate", "quantity", "words"),
    [
        (
            pack("5", 1000, size="1 kg"),
            1,
            pack("2", 500),
            2,
            "2 packs of 500 g instead of 1 of 1 kg; same amount",
        ),
        (
            pack("5", 1000, size="1 kg"),
            1,
            pack("4", 900),
            1,
            "1 pack of 900 g instead of 1 of 1 kg; 10 % less",
        ),
        (pack("5", 500), 2, pack("4", 750), 1, "1 pack of 750 g instead of 2 of 500 g; 25 % less"),
        (pack("5", 500), 1, pack("4", 600), 1, "1 pack of 600 g instead of 1 of 500 g; 20 % more"),
        (pack("5", 500), 2, pack("4", 500), 2, "same amount"),
        # The same words on both packs, whose amounts were rounded otherwise.
        (
            pack("5", "4259.4", size="12 × 12 fl oz"),
            1,
            pack("4", "4258.8", size="12 × 12 fl oz"),
            1,
            "same amount",
        ),
    ],
)
def test_what_differs_is_said_in_words(anchor, anchor_quantity, candidate, quantity, words):
    said = difference(anchor, anchor_quantity, candidate, quantity, comparable=True)
    assert said == words


def test_incomparable_sizes_are_said_to_be_so():
    said = difference(pack("5", 500), 1, pack("4", None), 1, comparable=False)
    assert said == "sizes not comparable: one for one"


def test_a_product_of_another_type_is_said_to_be_of_another_kind():
    anchor, candidate = pack("5", 500), pack("4", 500)
    anchor.category, candidate.category = Category(pk=1), Category(pk=2, name="Cereal bars")
    said = difference(anchor, 1, candidate, 1, comparable=True)
    assert said == "same amount; of another kind: Cereal bars"
