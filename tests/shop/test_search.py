from decimal import Decimal

import pytest

from shop import catalogue, vocabulary
from shop.errors import Missing
from shop.models import Category
from tests.shop.shelf import product, product_type

pytestmark = pytest.mark.django_db


def found(text="", sort="relevance", **wanted):
    rows = catalogue.ordered(catalogue.matching(text=text, **wanted), sort)
    return [row.name for row in rows]


@pytest.fixture
def shelf():
    milk, sweets = product_type("Milk", "Dairy"), product_type("Chocolate", "Sweets")
    product("Whole Milk", "3.00", category=milk, brand="Meadow", sold=5)
    product("Skimmed Milk", "2.00", category=milk, brand="Hill-Top", sold=9)
    product("Milk Chocolate Bar", "1.00", category=sweets, brand="Meadow", sold=90)
    product("Dark Tablets", "1.50", category=sweets, brand="Hill-Top", sold=1)


@pytest.mark.usefixtures("shelf")
class TestWords:
    def test_the_type_counts_more_than_the_name(self):
        assert found("milk") == ["Skimmed Milk", "Whole Milk", "Milk Chocolate Bar"]

    def test_what_a_type_ends_with_is_what_it_is(self):
        product("Whitener", "2.00", category=product_type("Coffee creamer"), sold=99)
        product("Filters", "2.00", category=product_type("Coffee filters"), sold=98)
        product("Roast", "2.00", category=product_type("Ground coffee"), sold=1)
        assert found("coffee") == ["Roast", "Whitener", "Filters"]

    def test_a_beginning_of_a_word_is_enough_and_its_middle_is_not(self):
        assert found("choc") == ["Milk Chocolate Bar", "Dark Tablets"]
        assert found("ilk") == []

    def test_case_does_not_count(self):
        assert found("WHOLE mILK") == ["Whole Milk"]

    def test_every_word_must_be_found_in_name_brand_or_type(self):
        assert found("meadow milk") == ["Whole Milk", "Milk Chocolate Bar"]
        assert found("meadow tablets") == []

    def test_a_plural_finds_its_singular(self):
        assert found("bars") == ["Milk Chocolate Bar"]

    def test_a_word_after_a_hyphen_is_a_word(self):
        assert found("top dark") == ["Dark Tablets"]

    @pytest.mark.parametrize("text", ["hill-top dark", "dark/hill", "(dark)", "dark, tablets;"])
    def test_signs_part_the_words_that_are_typed_as_they_part_those_of_a_name(self, text):
        assert found(text) == ["Dark Tablets"]

    def test_a_word_in_brackets_or_quotes_is_a_word(self):
        product('Soda (lite) "Noir"/zero')
        assert found("lite") == found("noir") == found("zero") == ['Soda (lite) "Noir"/zero']

    def test_the_apostrophe_of_a_telephone_is_an_apostrophe(self):
        product("Kids' cereal")
        product("Kids’ muesli")
        assert found("kids’ cereal") == ["Kids' cereal"]
        assert found("kids' muesli") == ["Kids’ muesli"]

    @pytest.mark.parametrize("text", ["%", "_", "'", '"', "\\", "a\0b", "(", "💥", "x" * 500])
    def test_odd_signs_are_looked_for_and_not_obeyed(self, text):
        assert found(text) == []

    def test_no_words_find_everything_most_bought_first(self):
        assert found()[0] == "Milk Chocolate Bar"
        assert len(found("   ")) == 4


@pytest.mark.usefixtures("shelf")
class TestShelves:
    @pytest.mark.parametrize(
        ("slug", "count"), [("grocery", 4), ("dairy", 2), ("milk", 2), ("chocolate", 2)]
    )
    def test_a_category_of_any_level_means_its_whole_subtree(self, slug, count):
        assert len(found(shelf=catalogue.category(slug))) == count

    def test_a_category_that_does_not_exist_is_an_error(self):
        with pytest.raises(Missing) as refused:
            catalogue.category("nowhere")
        assert refused.value.code == "unknown_category"

    def test_the_highest_price_is_inclusive(self):
        assert sorted(found(max_price=Decimal("1.50"))) == ["Dark Tablets", "Milk Chocolate Bar"]
        assert found(min_price=Decimal("3.00")) == ["Whole Milk"]

    def test_what_is_not_sold_is_not_found(self):
        product("Old Milk", is_active=False)
        assert "Old Milk" not in found("milk")
        with pytest.raises(Missing):
            catalogue.product(10**30)

    def test_promotions_are_below_their_usual_price(self):
        product("Cheap", "1.00", usual_price=Decimal("2.00"))
        assert found(promotion=True) == ["Cheap"]


def test_the_unit_price_orders_whole_amounts_exactly_and_unknown_sizes_last():
    # 4 / 3 and 5 / 4 are both 1 in whole numbers; 1.33 and 1.25 per gram are not the same.
    product("Dear", "4.00", amount=Decimal(3))
    product("Cheap", "5.00", amount=Decimal(4))
    product("Unknown", "0.10", amount=None)
    assert found(sort="unit_price") == ["Cheap", "Dear", "Unknown"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("price", "A"), ("-price", "C"), ("popularity", "B"), ("name", "A"), ("relevance", "B")],
)
def test_each_order(sort, first):
    product("A", "1.00", sold=1)
    product("B", "2.00", sold=3)
    product("C", "3.00", sold=2)
    assert found(sort=sort)[0] == first


def test_an_unknown_order_is_an_error():
    with pytest.raises(ValueError, match="none of relevance"):
        catalogue.ordered(catalogue.matching(), "luck")


def test_pages_count_and_the_one_past_the_last_is_empty():
    for number in range(5):
        product(f"P{number}", "1.00")
    rows = catalogue.ordered(catalogue.matching(), "name")
    page = catalogue.page(rows, number=2, size=2)
    assert [row.name for row in page.products] == ["P2", "P3"]
    assert (page.total, page.pages) == (5, 3)
    assert catalogue.page(rows, number=4, size=2).products == []
    none = catalogue.page(catalogue.ordered(catalogue.matching(text="nothing"), "name"))
    assert (none.total, none.pages) == (0, 1)


@pytest.mark.parametrize("products", [1, 30])
def test_a_page_costs_two_queries(products, django_assert_num_queries):
    for _ in range(products):
        product(brand="Meadow")
    shelf = Category.objects.get(level=2)
    vocabulary.current()
    with django_assert_num_queries(2):
        rows = catalogue.ordered(catalogue.matching(text="coffee", shelf=shelf), "relevance")
        page = catalogue.page(rows)
        assert {str(row.brand) + row.category.name for row in page.products} == {"MeadowCoffee"}
