from decimal import Decimal

import pytest

from shop.unit_price import unit_price


@pytest.mark.parametrize(
    ("price", "amount", "unit", "text"),
    [
        ("2.10", "500", "g", "$0.42 per 100 g"),
        ("1.50", "2000", "ml", "$0.75 per litre"),
        ("2.40", "12", "piece", "$0.20 per piece"),
        ("1.00", "80", "sheet", "$1.25 per 100 sheets"),
        ("0.90", "300", "piece", "$0.003 per piece"),
        ("0.01", "999999", "piece", "$0.001 per piece"),
        ("1500.00", "1", "m", "$1,500.00 per metre"),
    ],
)
def test_the_unit_price_is_told_in_the_units_of_the_shelf(
    price: str, amount: str, unit: str, text: str
) -> None:
    told = unit_price(Decimal(price), amount=Decimal(amount), base_unit=unit)
    assert told is not None
    assert told.text == text


def test_an_unknown_amount_has_no_unit_price() -> None:
    assert unit_price(Decimal("2.00"), amount=None, base_unit="") is None


def test_an_unknown_unit_is_an_error() -> None:
    with pytest.raises(ValueError, match="furlong"):
        unit_price(Decimal(1), amount=Decimal(1), base_unit="furlong")
