import pytest

from shop import catalogue, search, vocabulary
from tests.shop.pages import words
from tests.shop.shelf import product, product_type

pytestmark = pytest.mark.django_db


def found(text):
    rows = catalogue.ordered(catalogue.matching(text=text), "relevance")
    return [row.name for row in rows]


@pytest.fixture(autouse=True)
def _shelf():
    product("Tomato soup", category=product_type("Soup"), sold=9)
    product("Jalapeño crème dip", category=product_type("Dips"))
    product("Fizz", category=product_type("Soda cans"))
    product("Spark", category=product_type("Soft drinks"))
    product("Spaghetti", category=product_type("Pasta"))


@pytest.mark.parametrize("slip", ["tomatto", "tomto", "otmato", "Tomata"])
def test_a_letter_too_many_too_few_swapped_or_wrong_is_mended(slip):
    assert found(slip) == ["Tomato soup"]


def test_two_slips_are_mended_in_a_long_word_and_not_in_a_short_one():
    assert found("spagetii") == ["Spaghetti"]
    assert found("sopu soop") == ["Tomato soup"]
    assert found("xxup") == []


def test_a_beginning_of_a_word_is_no_slip():
    assert search.read("tom").corrected == ""
    assert found("tom") == ["Tomato soup"]


def test_of_words_equally_near_the_one_on_more_products_is_meant():
    for _ in range(2):
        product("Lime")
    product("Line")
    assert search.read("lije").corrected == "lime"


def test_accents_count_neither_when_typed_nor_when_printed():
    assert found("jalapeno creme") == ["Jalapeño crème dip"]
    assert found("jalapeño") == ["Jalapeño crème dip"]
    assert found("tómato") == ["Tomato soup"]


def test_another_word_for_the_thing_finds_it_and_the_word_itself_comes_first():
    product("Powder", category=product_type("Baking soda"), sold=99)
    assert sorted(found("cola")) == ["Fizz", "Spark"]
    product("Cola zero", category=product_type("Soft drinks"))
    assert found("colas") == ["Cola zero", "Fizz", "Spark"]


def test_what_is_no_longer_sold_lends_no_word():
    product("Marzipan", is_active=False)
    assert search.read("marzipann").corrected == ""


def test_a_changed_catalogue_is_noticed(monkeypatch):
    assert vocabulary.current().nearest("qunoa") is None
    monkeypatch.setattr("shop.held.LOOKS_AGAIN_AFTER", 0.0)
    product("Quinoa")
    assert vocabulary.current().nearest("qunoa") == "quinoa"


def test_the_page_says_what_it_looked_for_instead(client):
    text = words(client.get("/search?search=tomatto"))
    assert "Nothing is called “tomatto”. This is what we have for tomato ." in text.replace(
        "tomato.", "tomato ."
    )


def test_an_empty_answer_offers_ways_on(client):
    page = client.get("/c/grocery?search=zzzzzz&max_price=1").content.decode()
    assert 'href="/search?search=zzzzzz"' in page
    assert "Take all limits away" in page
    assert "See the departments" in page


def test_suggestions_are_types_then_products_and_links(client):
    answer = client.get("/search/suggest?search=tomat")
    assert "<html" not in answer.content.decode()
    assert 'href="/c/soup"' in answer.content.decode()
    assert words(answer).strip() == "Soup all of this type Tomato soup $5.00"
    assert words(client.get("/search/suggest?search=t")).strip() == ""
    assert "No suggestion" in words(client.get("/search/suggest?search=zzzz"))


def test_suggestions_cost_one_query(client, django_assert_num_queries):
    vocabulary.current()
    with django_assert_num_queries(1):
        client.get("/search/suggest?search=tomat")
