from decimal import Decimal

import pytest

from shop.accounts import Accounts
from shop.models import CartLine, DietProfile, Member
from tests.shop.pages import put, words
from tests.shop.shelf import product

pytestmark = pytest.mark.django_db
LONG_AND_RARE = "a long and rare one"


@pytest.fixture
def member():
    return Member.objects.create_user("ada@example.com", "ada@example.com", LONG_AND_RARE)


def sign_in(client, **typed):
    return client.post("/account/sign-in", {"login": "ada@example.com", **typed})


def test_signing_in_brings_the_cart_along(client, member):
    put(client, product("Coffee"), 2)
    assert sign_in(client, password=LONG_AND_RARE).headers["Location"] == "/"
    assert CartLine.objects.get().cart.shopper_key == f"m:{member.pk}"
    assert "Coffee" in words(client.get("/cart"))


def test_a_wrong_password_is_told_and_the_address_stays_typed(client, member):
    answer = sign_in(client, password="wrong")
    assert "No account has this e-mail address and password." in words(answer)
    assert 'value="ada@example.com"' in answer.content.decode()


def test_signing_out_leaves_the_members_cart_behind(client, member):
    sign_in(client, password=LONG_AND_RARE)
    put(client, product("Coffee"))
    client.post("/account/sign-out")
    assert "Nothing is in your cart yet." in words(client.get("/cart"))
    assert client.get("/account/sign-out").status_code == 405


def test_an_account_is_opened_with_address_and_password(client):
    put(client, product())
    typed = {"email": "Grace@Example.com", "password1": LONG_AND_RARE}
    assert client.post("/account/sign-up", typed).headers["Location"] == "/account/diet"
    member = Member.objects.get()
    assert (member.email, member.username) == ("grace@example.com", "grace@example.com")
    assert member.check_password(LONG_AND_RARE)
    assert CartLine.objects.get().cart.shopper_key == f"m:{member.pk}"


def test_a_sign_up_sent_twice_at_once_opens_one_account(client, member, monkeypatch):
    # The second request looked before the first one wrote.
    monkeypatch.setattr(Accounts, "validate_unique_email", lambda adapter, email: email)
    monkeypatch.setattr("allauth.account.forms.filter_users_by_email", lambda email: [])
    answer = client.post(
        "/account/sign-up", {"email": "ada@example.com", "password1": LONG_AND_RARE}
    )
    assert answer.status_code == 422
    assert "has an account already" in words(answer)
    assert Member.objects.get() == member


def test_what_is_missing_or_wrong_is_told_in_the_words_of_the_checkout(client):
    empty = words(client.post("/account/sign-in", {}))
    assert "Please give an e-mail address." in empty
    assert "Please give a password." in empty
    wrong = client.post("/account/sign-up", {"email": "ada", "password1": "12345"})
    assert "This is not an e-mail address; it looks like name@example.com." in words(wrong)
    # Three things are wrong with the password, and its field is described by one place.
    assert wrong.content.decode().count('id="id_password1_error"') == 1
    assert 'aria-describedby="id_password1_helptext id_password1_error"' in wrong.content.decode()


def test_a_known_address_opens_no_second_account_whatever_its_capitals(client, member):
    answer = client.post(
        "/account/sign-up", {"email": "ADA@example.com", "password1": LONG_AND_RARE}
    )
    assert answer.status_code == 422
    assert "has an account already" in words(answer)
    assert Member.objects.count() == 1


def test_demo_households_can_be_tried_with_one_press_in_debug_mode_only(client, settings):
    household = Member.objects.create_user("h@example.com", "h@example.com", household_id=7)
    settings.DEBUG = True
    assert "Household 7" in words(client.get("/account/sign-in"))
    settings.DEBUG = False
    assert "Household 7" not in words(client.get("/account/sign-in"))
    assert client.post("/account/sign-in/demo", {"member": household.pk}).status_code == 404
    settings.DEBUG = True
    client.post("/account/sign-in/demo", {"member": household.pk})
    assert client.session["_auth_user_id"] == str(household.pk)


def test_a_real_or_staff_account_is_never_one_press_away(client, settings, member):
    settings.DEBUG = True
    staff = Member.objects.create_superuser("staff@example.com", LONG_AND_RARE, household_id=1)
    for wanted in (member.pk, staff.pk, "x", ""):
        assert client.post("/account/sign-in/demo", {"member": wanted}).status_code == 404


def test_a_visitor_keeps_a_diet_profile_and_an_unknown_tag_is_refused(client):
    client.post("/account/diet", {"diet_tags": ["vegan", "lactose-free"]})
    assert DietProfile.objects.get().diet_tags == ["vegan", "lactose-free"]
    assert (
        'value="vegan" id="id_diet_tags_1" checked' in client.get("/account/diet").content.decode()
    )
    answer = client.post("/account/diet", {"diet_tags": ["no such thing"]})
    assert answer.status_code == 422
    assert DietProfile.objects.get().diet_tags == ["vegan", "lactose-free"]


def test_the_consent_question_stands_until_it_is_answered(client, settings):
    settings.CONSENT = "ask"
    question = "May we remember what you look at and choose"
    assert question in words(client.get("/"))
    assert "data-track-url" not in client.get("/").content.decode()
    client.post("/consent", {"consent": "true", "next": "/privacy"})
    assert question not in words(client.get("/"))
    assert 'data-track-url="/api/track-events"' in client.get("/").content.decode()
    assert "You agreed." in words(client.get("/privacy"))
    client.post("/consent", {"consent": "false", "next": "/privacy"})
    assert "You said no" in words(client.get("/privacy"))


def test_a_browser_that_signals_no_is_not_asked(client, settings):
    settings.CONSENT = "ask"
    assert "May we remember" not in words(client.get("/", HTTP_SEC_GPC="1"))


def test_a_page_that_is_not_there_says_so_in_the_stores_own_dress(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "This page is not here" in words(answer)


def test_the_price_on_the_admin_form_becomes_price_history(admin_client):
    coffee = product("Coffee", "5.00")
    form = admin_client.get(f"/admin/shop/product/{coffee.pk}/change/").context["adminform"].form
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    data |= {"price": "4.50", "diet_tags": "[]", "quality_tags": "[]", "is_active": "on"}
    data |= {f"price_changes-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    answer = admin_client.post(f"/admin/shop/product/{coffee.pk}/change/", data)
    assert answer.status_code == 302, answer.context["errors"]
    change = coffee.price_changes.get()
    assert (change.price, change.regular_price) == (Decimal("4.50"), Decimal("5.00"))


def test_admin_forms_draw_no_select_box_over_products_or_members(admin_client):
    coffee = product("Coffee")
    for number in range(30):
        product(f"Item {number}", brand=f"Brand {number}")
    html = admin_client.get(f"/admin/shop/product/{coffee.pk}/change/").content.decode()
    assert "Brand 7" not in html
    for page in ("product", "order", "member", "category", "brand", "dietprofile"):
        assert admin_client.get(f"/admin/shop/{page}/").status_code == 200


@pytest.mark.parametrize(
    ("password", "why"),
    [("short", "at least 8 characters"), ("password1", "too common"), ("8402957310", "numeric")],
)
def test_a_weak_password_is_refused_beside_its_field(client, password, why):
    typed = {"email": "ada@example.com", "password1": password}
    answer = client.post("/account/sign-up", typed)
    assert answer.status_code == 422
    assert why in words(answer)
    assert not Member.objects.exists()
