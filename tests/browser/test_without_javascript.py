"""Every path that must work without JavaScript, walked in a browser that runs none."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.cart_over_budget import add_three, budget_field

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.parametrize("shopper", [{"java_script_enabled": False}], indirect=True, ids=[""]),
]


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=re.compile(words)).first.click()


def said(page: Page) -> Locator:
    return page.locator("#toasts")


def over_budget(page: Page) -> None:
    add_three(page)
    page.goto("/cart")
    budget_field(page).fill("3.00")
    press(page, "^(Set budget|Change)$")
    expect(said(page)).to_contain_text("Budget: $3.00.")
    expect(page.locator(".swap").first).to_be_visible()


def summed(page: Page) -> str:
    return page.locator(".summary .total strong").inner_text()


def test_from_the_shelves_to_a_product_and_what_does_the_same_for_less(shopper: Page) -> None:
    page = shopper
    page.goto("/")
    page.locator(".tile").first.click()
    count = page.locator("#found").inner_text()
    page.locator(".facets .shelves .shelves a").first.click()
    expect(page.locator("#found")).not_to_have_text(count)
    page.get_by_label("Search the store").fill("milk")
    press(page, "^Search$")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search: milk")
    all_of_it = page.locator("#found").inner_text()
    page.get_by_label("Sort by").select_option("-price")
    page.locator(".facets input[name=brand]").first.check()
    press(page, "^Show$")
    expect(page.locator("#found")).not_to_have_text(all_of_it)
    assert "sort=-price" in page.url
    page.locator(".product h3 a").first.click()
    page.get_by_role("link", name=re.compile("^The same for less")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Instead of")
    page.get_by_role("link", name=re.compile("^Back to")).click()
    page.get_by_label("Packs").fill("2")
    press(page, "^Add to cart$")
    expect(page.locator("#badge")).to_contain_text("2")
    expect(said(page)).to_contain_text("is in your cart.")


def test_a_cards_and_a_lines_steppers_lead_back_and_say_what_they_did(shopper: Page) -> None:
    page = shopper
    page.goto("/search?search=bread")
    address = page.url
    for words, packs in (("^Add ", 1), (r"^\+ one pack", 2), ("^− one pack", 1)):
        press(page, words)
        expect(page.locator("#badge")).to_contain_text(str(packs))
        assert page.url == address
    page.goto("/cart")
    press(page, r"^\+ one pack")
    expect(said(page)).to_contain_text("2 in your cart.")
    page.get_by_label(re.compile("^Packs of")).fill("3")
    press(page, "^Update ")
    expect(said(page)).to_contain_text("3 in your cart.")
    before = summed(page)
    press(page, "^Remove ")
    expect(page.get_by_text("Nothing is in your cart yet.")).to_be_visible()
    press(page, "^Undo removing")
    assert summed(page) == before


def test_a_budget_is_set_on_a_shelf_refused_in_words_and_taken_off(shopper: Page) -> None:
    page = shopper
    page.goto("/search?search=bread")
    budget_field(page).fill("sixty")
    press(page, "^Set budget$")
    expect(page.locator("#budget_error")).to_have_text("A budget is an amount such as 60 or 59.90.")
    expect(budget_field(page)).to_have_value("sixty")
    budget_field(page).fill("60")
    press(page, "^Set budget$")
    expect(page.locator(".verdict").first).to_contain_text("left of your budget of $60.00.")
    press(page, "^Off")
    expect(said(page)).to_contain_text("The budget is off.")


def test_a_swap_is_made_taken_back_declined_and_the_own_product_kept(shopper: Page) -> None:
    page = shopper
    over_budget(page)
    before = summed(page)
    press(page, "^Accept ")
    expect(said(page)).to_contain_text("Swapped. The total fell by")
    assert summed(page) != before
    page.locator(".just").get_by_role("button", name=re.compile("^Undo")).click()
    expect(said(page)).to_contain_text("is back in your cart.")
    assert summed(page) == before
    declined = page.locator(".swap .name").nth(1).inner_text()
    press(page, "^Not this")
    expect(said(page)).to_contain_text("It will not be offered to you again.")
    expect(
        page.locator(".swap .name", has_text=re.compile(f"^{re.escape(declined)}$"))
    ).to_have_count(0)
    press(page, "^Keep mine")
    expect(said(page)).to_contain_text("stays: no alternatives to it are offered.")
    press(page, "^Offer again")
    expect(said(page)).to_contain_text("are offered again.")


def test_the_cart_is_fitted_to_its_budget_and_is_as_before_after_one_press(shopper: Page) -> None:
    page = shopper
    over_budget(page)
    before = summed(page)
    page.get_by_role("link", name="Fit my cart to the budget").click()
    press(page, r"^Make th(is|ese) \d+ swaps?$")
    expect(page.locator(".just")).to_contain_text("saved")
    assert summed(page) != before
    press(page, "^Undo all of them")
    expect(said(page)).to_contain_text("Your cart is as it was before.")
    assert summed(page) == before


def test_the_checkout_sums_up_what_is_wrong_keeps_what_was_typed_and_then_sells(
    shopper: Page,
) -> None:
    page = shopper
    add_three(page)
    page.goto("/cart")
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_label("E-mail address").fill("ada")
    press(page, "^Place the order$")
    wrong = page.locator("#wrong")
    expect(wrong).to_contain_text("Nothing was ordered yet:")
    wrong.get_by_role("link").first.click()
    expect(page.get_by_label("Your name")).to_have_value("Ada Lovelace")
    page.get_by_label("E-mail address").fill("ada@example.com")
    press(page, "^Place the order$")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Ada Lovelace")


def test_an_account_is_opened_left_and_entered_and_the_cart_comes_along(shopper: Page) -> None:
    page, address = shopper, f"ada-{uuid4().hex[:8]}@example.com"
    add_three(page)
    page.goto("/account/sign-up")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill("a long and rare one")
    press(page, "^Open the account$")
    expect(page.locator("#badge")).to_contain_text("3")
    press(page, "^Sign out$")
    page.goto("/account/sign-in")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill("a wrong one")
    press(page, "^Sign in$")
    expect(page.get_by_role("alert")).to_contain_text("No account has this e-mail address")
    expect(page.get_by_label("E-mail address")).to_have_value(address)
    page.get_by_label("Password").fill("a long and rare one")
    press(page, "^Sign in$")
    expect(page.locator("#badge")).to_contain_text("3")
