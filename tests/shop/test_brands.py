from shop.complete_journey.brands import REAL_BRANDS, brand_name, brand_of


def test_a_manufacturer_keeps_its_name() -> None:
    assert [brand_name(number) for number in (1, 2, 3)] == ["Milmolin", "Willoston", "Gregeden"]


def test_all_manufacturer_numbers_of_the_data_have_names_of_their_own() -> None:
    names = {brand_name(number) for number in range(1, 6_478)}
    assert len(names) == 6_477
    assert not names & REAL_BRANDS


def test_private_label_is_the_stores_own_brand() -> None:
    assert brand_of(manufacturer=69, private=True, organic=False) == "Basketwise"
    assert brand_of(manufacturer=69, private=True, organic=True) == "Basketwise Organic"
    assert brand_of(manufacturer=2, private=False, organic=True) == "Willoston"
