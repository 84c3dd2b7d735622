from decimal import Decimal

import pytest

from shop.catalogue_file import cells
from shop.tags import DIET_TAGS


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3.99", "3.99"),
        ("$3.99", "3.99"),
        ("3,99 €", "3.99"),
        ("USD 3.99", "3.99"),
        ("3.5", "3.50"),
        (".99", "0.99"),
        ("1299", "1299.00"),
        ("$1,299.00", "1299.00"),
        ("1.299,00 €", "1299.00"),
        ("1 299,00", "1299.00"),
        ("1'299.00", "1299.00"),
        ("1,299", "1299.00"),
        ("1,299,000", "1299000.00"),
        ("1.299.000", "1299000.00"),
        ("1.299.000,50", "1299000.50"),
        ("0.99 ", "0.99"),
    ],
)
def test_money_is_read_with_signs_and_separators(text: str, amount: str) -> None:
    assert cells.price(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3.99-4.99", "is a range"),
        ("$3.99 – $4.99", "is a range"),
        ("3 to 4", "is a range"),
        ("1.299", "two ways"),
        ("0", "is zero"),
        ("0,00 €", "is zero"),
        ("-3.99", "is negative"),
        ("-$3.99", "is negative"),
        ("(3.99)", "is negative"),
        ("NaN", "not a number"),
        ("inf", "not a number"),
        ("1e3", "not a number"),
        ("free", "not a number"),
        ("2/$5", "not a number"),
        ("99¢", "in cents"),
        ("0.125", "more than two decimals"),
        ("12,34,567.00", "out of place"),
        ("1,23.00", "out of place"),
        ("10000000", "more than 9,999,999.99"),
        ("9" * 60, "more than 9,999,999.99"),
        ("$", "not a number"),
    ],
)
def test_what_is_not_one_price_above_zero_is_refused(text: str, reason: str) -> None:
    with pytest.raises(cells.Refused, match=reason):
        cells.price(text)


@pytest.mark.parametrize(("text", "count"), [("0", 0), ("12", 12), ("12.0", 12), ("1,200", 1200)])
def test_stock_is_whole_units(text: str, count: int) -> None:
    assert cells.stock(text) == count


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "99999999999"])
def test_other_stock_is_refused(text: str) -> None:
    with pytest.raises(cells.Refused):
        cells.stock(text)


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("Dairy > Milk > Whole milk", ("Dairy", "Milk", "Whole milk")),
        (" Dairy>Milk ", ("Dairy", "Milk", "Milk")),
        ("Dairy", ("Dairy", "Dairy", "Dairy")),
        ("A > B > C > D", ("A", "B", "C / D")),
    ],
)
def test_a_category_path_has_three_levels(text: str, levels: tuple[str, str, str]) -> None:
    assert cells.path(text) == levels


def test_a_path_with_an_empty_level_is_refused() -> None:
    with pytest.raises(cells.Refused, match="empty level"):
        cells.path("Dairy > > Milk")


@pytest.mark.parametrize("text", ["x" * 121, "Dairy > Mi\x00lk"])
def test_a_level_that_the_database_has_no_room_for_is_refused(text: str) -> None:
    with pytest.raises(cells.Refused):
        cells.path(text)


def test_tags_are_known_keys_or_labels() -> None:
    text = "Gluten free; vegetarian | Low in sodium"
    assert cells.tags(text, known=DIET_TAGS) == ["gluten-free", "low-sodium", "vegetarian"]
    with pytest.raises(cells.Refused, match="'paleo' is not a known tag"):
        cells.tags("vegan, paleo", known=DIET_TAGS)


@pytest.mark.parametrize(("text", "answer"), [("Yes", True), ("0", False), ("TRUE", True)])
def test_yes_and_no_have_many_spellings(text: str, answer: bool) -> None:
    assert cells.yes_or_no(text) is answer


def test_maybe_is_refused() -> None:
    with pytest.raises(cells.Refused, match="neither yes nor no"):
        cells.yes_or_no("maybe")
