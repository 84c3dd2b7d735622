from django.urls import set_script_prefix

from shop.addresses import address


def test_an_address_is_djangos_own_and_follows_the_place_of_the_store():
    assert address("product", 7) == "/p/7"
    assert address("category", "tea") == "/c/tea"
    set_script_prefix("/store/")
    try:
        assert address("product", 7) == "/store/p/7"
    finally:
        set_script_prefix("/")
    assert address("product", 7) == "/p/7"
