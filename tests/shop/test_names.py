import pandas as pd
import pytest

from shop.complete_journey.names import VARIETIES, product_names
from shop.complete_journey.tree import place
from shop.complete_journey.words import readable


def rows(*ids: int, phrase: str = "Soda cans", size: str = "12 × 12 fl oz") -> pd.DataFrame:
    return pd.DataFrame(
        {"product_id": ids, "brand_name": "Verditon", "product": phrase, "size_text": size}
    )


def test_a_single_product_is_brand_type_and_size() -> None:
    assert product_names(rows(7)) == ["Verditon soda cans, 12 × 12 fl oz"]


def test_an_unknown_size_is_left_out_and_a_proper_name_keeps_its_capital() -> None:
    assert product_names(rows(7, phrase="Fuji apples", size="")) == ["Verditon Fuji apples"]


def test_products_of_one_brand_type_and_size_get_variety_words() -> None:
    first, second = product_names(rows(7, 8))
    assert first != second
    assert first.split()[1] in VARIETIES
    assert first.endswith("soda cans, 12 × 12 fl oz")


def test_the_variety_follows_the_product_and_not_its_place() -> None:
    crowd = range(150)
    assert product_names(rows(*crowd)) == product_names(rows(*reversed(crowd)))[::-1]


def test_more_products_than_words_still_differ() -> None:
    count = 2 * len(VARIETIES) + 5
    assert len(set(product_names(rows(*range(count))))) == count


@pytest.mark.parametrize(
    ("trade", "said"),
    [
        ("FRZN BRD FILLETS (EX: BRAND", "Frozen breaded fillets"),
        ("SFT DRNK MLT-PK", "Soft drink multi pack"),
        ("(ALL)", "All"),
    ],
)
def test_trade_abbreviations_are_written_out(trade: str, said: str) -> None:
    assert readable(trade) == said


def test_a_product_stands_in_department_aisle_and_type() -> None:
    found = place("GROCERY", "SOFT DRINKS", "SFT DRNK 2 LITER BTL CARB INCL")
    assert found == ("Drinks", "Soft drinks", "Soda 2-liter bottle", "Soda")


def test_types_that_differ_in_quality_only_are_one_type() -> None:
    premium = place("GROCERY", "PASTA SAUCE", "PREMIUM")
    value = place("GROCERY", "PASTA SAUCE", "VALUE")
    assert premium is not None
    assert value is not None
    assert premium[:3] == value[:3] == ("Pantry", "Pasta sauce", "Pasta sauce")
    assert (premium.product, value.product) == ("Premium pasta sauce", "Value pasta sauce")


def test_a_stray_type_moves_to_its_aisle_and_department() -> None:
    found = place("PRODUCE", "ORGANICS FRUIT & VEGETABLES", "ORGANIC APPLES")
    assert found == ("Produce", "Fruit", "Apples", "Organic apples")


@pytest.mark.parametrize(
    ("department", "category", "kind"),
    [
        ("FUEL", "FUEL", "GASOLINE-REG UNLEADED"),
        ("COUPON", "COUPONS/STORE & MFG", "COUPONS/STORE & MFG"),
        ("DRUG GM", "CIGARETTES", "CIGARETTES"),
        ("GROCERY", "BEERS/ALES", "BEERALEMALT LIQUORS"),
        ("DELI", "DELI SUPPLIES", "MISC SALES TRANS"),
        ("", "", ""),
    ],
)
def test_what_is_no_grocery_is_not_sold(department: str, category: str, kind: str) -> None:
    assert place(department, category, kind) is None
