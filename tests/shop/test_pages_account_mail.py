"""What an account's mails lead to, and how often one may try."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from shop.models import CartLine, Member
from tests.shop.pages import put, words
from tests.shop.shelf import product

pytestmark = pytest.mark.django_db
LONG_AND_RARE = "a long and rare one"


@pytest.fixture(autouse=True)
def _no_tries_yet():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def member():
    return Member.objects.create_user("ada@example.com", "ada@example.com", LONG_AND_RARE)


def link(mail) -> str:
    """The path of the one address in a mail."""
    [found] = re.findall(r"https?://testserver(\S+)", mail.body)
    return found


def test_the_address_of_a_new_account_is_proved_by_the_link_in_a_mail(client, mailoutbox):
    client.post("/account/sign-up", {"email": "ada@example.com", "password1": LONG_AND_RARE})
    assert client.get("/account/diet").context["user"].email == "ada@example.com"
    assert not EmailAddress.objects.get().verified
    [mail] = mailoutbox
    assert (mail.to, mail.subject[:12]) == (["ada@example.com"], "Basketwise: ")
    assert "ada@example.com" in words(client.get(link(mail)))
    assert not EmailAddress.objects.get().verified
    client.post(link(mail))
    assert EmailAddress.objects.get().verified


def test_a_forgotten_password_is_changed_by_the_link_in_a_mail(client, member, mailoutbox):
    put(client, product("Coffee"))
    answer = client.post("/account/password", {"email": "ada@example.com"}, follow=True)
    assert "Look into your mail" in words(answer)
    page = client.get(link(mailoutbox[0]), follow=True)
    assert "Choose a new password New password" in words(page)
    assert "New password once more" in words(page)
    typed = {"password1": "another rare one", "password2": "another rare one"}
    client.post(page.redirect_chain[-1][0], typed)
    member.refresh_from_db()
    assert member.check_password("another rare one")
    assert CartLine.objects.get().cart.shopper_key == f"m:{member.pk}"
    used = client.get(link(mailoutbox[0]), follow=True)
    assert "This link does not work any more" in words(used)


def test_who_forgot_the_password_is_asked_in_the_words_of_the_other_pages(client):
    page = client.get("/account/password")
    assert "E-mail address" in words(page)
    assert "placeholder" not in page.content.decode().split("<main")[1]
    refused = client.post("/account/password", {"email": "no address"})
    assert refused.status_code == 422


def test_an_unknown_address_is_not_told_from_a_known_one(client, mailoutbox):
    answer = client.post("/account/password", {"email": "nobody@example.com"}, follow=True)
    assert "If an account has this address" in words(answer)
    assert not Member.objects.exists()


def test_every_mail_speaks_for_the_store_and_not_for_the_host_it_runs_on(client, mailoutbox):
    client.post("/account/sign-up", {"email": "ada@example.com", "password1": LONG_AND_RARE})
    for email in ("ada@example.com", "nobody@example.com"):
        client.post("/account/password", {"email": email})
    assert [mail.subject for mail in mailoutbox] == [
        "Basketwise: Is this your address?",
        "Basketwise: A new password",
        "Basketwise: No account has this address",
    ]
    for mail in mailoutbox:
        assert "testserver" not in mail.body.replace(f"http://testserver{link(mail)}", "")
        assert mail.body.endswith("\nBasketwise")


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(client, member):
    for _ in range(5):
        client.post("/account/sign-in", {"login": "ada@example.com", "password": "wrong"})
    answer = client.post(
        "/account/sign-in", {"login": "ada@example.com", "password": LONG_AND_RARE}
    )
    assert answer.status_code == 422
    assert "Too many failed login attempts" in words(answer)
    assert "_auth_user_id" not in client.session


def test_opening_accounts_by_the_dozen_is_stopped_with_a_page_that_says_so(client):
    answers = [
        client.post("/account/sign-up", {"email": f"{number}@x", "password1": "y"})
        for number in range(21)
    ]
    assert [answer.status_code for answer in answers[-2:]] == [422, 429]
    assert "Too many tries" in words(answers[-1])


@pytest.mark.parametrize(
    "address",
    ["/account/password", "/account/password/sent", "/account/password/changed",
     "/account/closed", "/account/confirm", "/account/confirm/nothing",
     "/account/password/1-nothing"],
)  # fmt: skip
def test_every_page_of_the_mails_is_the_stores_own(client, address):
    html = client.get(address, follow=True).content.decode()
    assert html.count('role="status"') == 1
    assert html.count("<h1") == 1


def test_who_signs_in_for_a_page_is_led_back_to_it(client, member):
    assert (
        'name="next" value="/checkout"'
        in client.get("/account/sign-in?next=/checkout").content.decode()
    )
    typed = {"login": "ada@example.com", "password": LONG_AND_RARE, "next": "/checkout"}
    assert client.post("/account/sign-in", typed).headers["Location"] == "/checkout"
