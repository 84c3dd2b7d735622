from decimal import Decimal

import pytest

from shop.complete_journey.sizes import is_fluid, size_of
from shop.sizes import Size, parse_size


def read(text: str, *, fluid: bool = False) -> tuple[str, str, str] | None:
    size = parse_size(text, fluid=fluid)
    return size and (str(size.amount), size.base_unit.value, size.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/2 GAL", ("1892.706", "ml", "0.5 gal")),
        ("HALF GAL", ("1892.706", "ml", "0.5 gal")),
        ("GAL", ("3785.412", "ml", "1 gal")),
        ("2 LTR", ("2000.000", "ml", "2 L")),
        (".5 L", ("500.000", "ml", "0.5 L")),
        ("12/.5 L", ("6000.000", "ml", "12 × 0.5 L")),
        ("32 FL OZ", ("946.353", "ml", "32 fl oz")),
        ("14 1/2 OZ", ("411.068", "g", "14.5 oz")),
        ("7-3/4 OZ", ("219.709", "g", "7.75 oz")),
        ("2 LB 3 OZ", ("992.233", "g", "2.1875 lb")),
        ("16 OZS.", ("453.592", "g", "16 oz")),
        ("12 DZ", ("144.000", "piece", "12 dozen")),
        ("DZ", ("12.000", "piece", "1 dozen")),
        ("32 LOAD", ("32.000", "piece", "32 loads")),
        ("150 SQ FT", ("13.935", "m2", "150 sq ft")),
        ("50 FT", ("15.240", "m", "50 ft")),
        ("500g", ("500.000", "g", "500 g")),
        ("6 x 330 ml", ("1980.000", "ml", "6 × 330 ml")),
    ],
)
def test_a_single_size_becomes_base_units(text: str, expected: tuple[str, str, str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6/12 OZ", ("2129.294", "ml", "6 × 12 fl oz")),
        ("12-12 OZ", ("4258.588", "ml", "12 × 12 fl oz")),
        ("12 PK/12 OZ", ("4258.588", "ml", "12 × 12 fl oz")),
        ("12 OZ/12 PK", ("4258.588", "ml", "12 × 12 fl oz")),
        ("144 OZ/12 PK", ("4258.588", "ml", "144 fl oz")),
        ("24 PK 12 OZ", ("8517.177", "ml", "24 × 12 fl oz")),
    ],
)
def test_a_multi_pack_of_drinks_is_all_its_cans(text: str, expected: tuple[str, str, str]) -> None:
    assert read(text, fluid=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 - 7.5 OZ", ("425.243", "g", "2 × 7.5 oz")),
        ("4 OZ/4 PK", ("453.592", "g", "4 × 4 oz")),
        ("8.7 OZ/6 PK", ("246.641", "g", "8.7 oz")),
        ("16 CT/24 OZ", ("680.389", "g", "24 oz")),
        ("16 OZ/24 CT", ("453.592", "g", "16 oz")),
        ("12 CT/16.5", ("467.767", "g", "16.5 oz")),
        ("4 PK/10.75 O", ("1219.029", "g", "4 × 10.75 oz")),
        ("41-50/16 OZ", ("453.592", "g", "16 oz")),
        ("160 CT 3 PK", ("480.000", "piece", "3 × 160 ct")),
        ("3 PK/100 CT", ("300.000", "piece", "3 × 100 ct")),
        ("20 CT/13 GAL", ("20.000", "piece", "20 ct")),
    ],
)
def test_pieces_with_a_weight_weigh_it_together(text: str, expected: tuple[str, str, str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", ["L     9 OZ", "113670 9 OZ", "9 OZ 964", "(600) 9 OZ", "9_OZ"])
def test_codes_and_letters_around_a_size_are_passed_over(text: str) -> None:
    assert read(text) == ("255.146", "g", "9 oz")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CTN",
        "985739  PK",
        "LARGE",
        "48-54 CT",
        "46-60 LB",
        "54 X108 IN",
        "1 IN",
        "0 OZ",
        "SZ 3",
    ],
)
def test_ranges_dimensions_and_words_are_no_size(text: str) -> None:
    assert parse_size(text) is None


def test_plain_ounces_are_fluid_in_drinks_and_weight_elsewhere() -> None:
    assert is_fluid("SOFT DRINKS", "SFT DRNK SNGL SRV BTL CARB (EX")
    assert is_fluid("SHORTENING/OIL", "VEGETABLE/SALAD OIL")
    assert is_fluid("LAUNDRY DETERGENTS", "LIQUID LAUNDRY DETERGENTS")
    assert not is_fluid("FLUID MILK PRODUCTS", "YOGURT NOT MULTI-PACKS")
    assert not is_fluid("COLD CEREAL", "KIDS CEREAL")


def demo(
    written: str, price: str, *, department: str = "GROCERY", category: str, kind: str
) -> Size:
    size = size_of(
        written, department=department, category=category, product_type=kind, price=Decimal(price)
    )
    assert size is not None
    return size


def test_a_twelve_pack_written_as_one_can_is_twelve_cans() -> None:
    kind = "SOFT DRINKS 12/18&15PK CAN CAR"
    assert demo("12 OZ", "3.01", category="SOFT DRINKS", kind=kind).text == "12 × 12 fl oz"
    assert demo("12 PK", "1.88", category="SOFT DRINKS", kind=kind).text == "12 × 12 fl oz"
    assert demo("12 OZ", "0.50", category="SOFT DRINKS", kind=kind).text == "12 fl oz"


def test_a_shipping_carton_of_produce_is_not_the_pack() -> None:
    def produce(written: str, price: str) -> Size | None:
        return size_of(
            written,
            department="PRODUCE",
            category="POTATOES",
            product_type="POTATOES RUSSET (BULK&BAG)",
            price=Decimal(price),
        )

    assert produce("40 LB", "0.99") is None
    assert produce("60 CT", "0.79") is None
    bag = produce("10 LB", "3.45")
    assert bag is not None
    assert bag.text == "10 lb"


def test_what_a_powder_makes_and_what_a_bag_holds_is_not_its_amount() -> None:
    made = size_of(
        "2 QT",
        department="GROCERY",
        category="PWDR/CRYSTL DRNK MX",
        product_type="SOFT DRINK POWDER POUCHES",
        price=Decimal("0.19"),
    )
    held = size_of(
        "13 GAL",
        department="GROCERY",
        category="FD WRAPS/BAGS/TRSH BG",
        product_type="GARBAGE KITCHEN COMPACTOR BA",
        price=Decimal("4.21"),
    )
    assert (made, held) == (None, None)


def test_facial_tissue_is_counted_in_sheets() -> None:
    kind = "FACIAL TISSUE & PAPER HANDKE"
    size = demo("160 CT 3 PK", "2.73", category="FACIAL TISS/DNR NAPKIN", kind=kind)
    assert (size.amount, size.base_unit, size.text) == (480, "sheet", "3 × 160 sheets")
