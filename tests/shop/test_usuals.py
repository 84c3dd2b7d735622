from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from shop import tree, usuals
from shop.models import CartLine, Favourite, Member, Order, OrderLine
from shop.usuals import Rhythm
from tests.shop.pages import put, statements, words
from tests.shop.shelf import product, product_type

NOW = datetime(2030, 6, 1, tzinfo=UTC)


def rhythm(orders, every, ago, product_id=1):
    return Rhythm(product_id, orders, timedelta(days=every), timedelta(days=ago))


@pytest.fixture
def member(client):
    ada = Member.objects.create_user("ada@example.com", "ada@example.com")
    client.force_login(ada)
    return ada


def bought(member, one, *days_ago, now=NOW, origin="imported"):
    for days in days_ago:
        order, _ = Order.objects.get_or_create(
            shopper_key=f"m:{member.pk}",
            member=member,
            origin=origin,
            placed_at=now - timedelta(days=days),
            defaults={"total": Decimal(1)},
        )
        OrderLine.objects.create(order=order, product=one, name=one.name, quantity=1, price=1)


def test_what_is_due_by_its_own_rhythm_weighs_as_many_orders_as_it_was_in():
    assert rhythm(6, every=7, ago=7).weight == 6
    # Half of its rhythm, or twice of it, counts half.
    assert rhythm(6, every=8, ago=4).weight == 3
    assert rhythm(6, every=8, ago=16).weight == 3


@pytest.mark.parametrize(
    ("every", "ago", "expected"),
    [
        (9, 12, "about every 9 days, last 12 days ago"),
        (1, 0, "every day, last today"),
        (6.6, 1.5, "about every 7 days, last yesterday"),
    ],
)
def test_a_rhythm_in_words(every, ago, expected):
    assert rhythm(3, every, ago).words == expected


@pytest.mark.django_db
def test_habits_are_the_means_between_orders_and_the_newest_order(member):
    milk, tea, cake = product("Milk"), product("Tea"), product("Cake")
    bought(member, milk, 30, 20, 10)
    bought(member, tea, 30, 28, 2)
    bought(member, cake, 2)
    bought(member, cake, 1, origin="simulated")
    other = Member.objects.create_user("b", "b@example.com")
    bought(other, cake, 30, 20, 10)
    found = usuals.habits(member.pk, now=NOW)
    # Milk: 3 orders, every 10 days, 10 days ago: weight 3. Tea: every 14 days, 2 ago: 3 × 2/14.
    assert [(one.product_id, one.every.days, one.ago.days) for one in found.rhythms] == [
        (milk.pk, 10, 10),
        (tea.pk, 14, 2),
    ]
    assert (found.newest, found.in_newest) == (NOW - timedelta(days=2), 2)


@pytest.mark.django_db
def test_two_orders_on_one_day_are_a_rhythm_of_a_day(member):
    bought(member, product(), 10, 10.1, 10.2)
    assert usuals.habits(member.pk, now=NOW).rhythms[0].every == timedelta(days=1)


@pytest.mark.django_db
def test_what_is_in_the_cart_or_cannot_be_had_is_not_shown(member, client):
    now = timezone.now()
    shelf = [product("Here"), product("Held"), product("Out", stock=0)]
    shelf.append(product("Gone", is_active=False))
    for one in shelf:
        bought(member, one, 30, 20, 10, now=now)
    put(client, shelf[1])
    page = client.get("/")
    assert [usual.product.name for usual in page.context["usuals"]] == ["Here"]
    assert "about every 10 days, last 10 days ago" in words(page)


@pytest.mark.django_db
def test_home_offers_the_newest_order_again_in_one_press(member, client):
    now = timezone.now()
    bought(member, product("Old"), 30, now=now)
    bought(member, product("New"), 2, now=now)
    assert "Welcome back" in words(client.get("/"))
    answer = client.post("/orders/newest/again")
    assert CartLine.objects.get().product.name == "New"
    assert "?again=" in answer.headers["Location"]


@pytest.mark.django_db
def test_who_has_ordered_nothing_sees_neither_and_has_nothing_to_order_again(client, member):
    assert "Welcome back" not in words(client.get("/"))
    assert "Your usuals" not in words(client.get("/"))
    assert client.post("/orders/newest/again").headers["Location"] == "/orders"
    client.logout()
    assert client.post("/orders/newest/again").headers["Location"] == "/orders"


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 30])
def test_home_and_shelves_cost_a_member_4_queries_whatever_was_bought_or_kept(
    client, member, count
):
    now = timezone.now()
    for number in range(count):
        one = product(f"Item {number}", brand=f"Brand {number}")
        bought(member, one, 30, 20, 10, now=now)
        Favourite.objects.create(shopper_key=f"m:{member.pk}", product=one)
        product(f"Cheaper {number}", "1.00", usual_price=Decimal("2.00"))
        put(client, product(f"Held {number}"))
    # Every few seconds a process asks once more whether the catalogue has changed.
    tree.current()
    with statements(4):  # the member, the habits, the products, cart and favourites
        client.get("/")
    with statements(4):  # the member, the counts, the products, cart and favourites
        client.get("/c/grocery")


@pytest.mark.django_db
def test_a_shelf_made_a_moment_ago_is_found_and_one_that_moved_keeps_its_way(client):
    coffee = product("Coffee")
    tree.current()
    tea = product("Tea", category=coffee.category)
    assert tea.category.slug in tree.current().by_slug
    fresh = product("Cola", category=product_type("Cola", "Soft drinks"))
    assert client.get(f"/c/{fresh.category.slug}").status_code == 200
    assert client.get("/c/nowhere").status_code == 404
