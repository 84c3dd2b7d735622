"""Claims about the whole data set, on the package itself."""

import pandas as pd
import pytest

from shop.complete_journey import files
from shop.complete_journey.prices import shelf_prices, weekly_prices
from shop.complete_journey.selection import best_sellers, described, sold_here
from shop.tags import DIET_TAGS, QUALITY_TAGS


@pytest.fixture(scope="module")
def products() -> pd.DataFrame:
    lines = shelf_prices(files.lines())
    chosen = best_sellers(sold_here(files.products()), lines, count=5000)
    lines = lines[lines["product_id"].isin(chosen["product_id"])]
    current = weekly_prices(lines).groupby("product_id")[["paid", "regular"]].last()
    return described(chosen.merge(current, left_on="product_id", right_index=True, how="left"))


def test_every_product_has_a_name_of_its_own_and_a_price(products: pd.DataFrame) -> None:
    assert len(products) == 5000
    assert products["name"].is_unique
    assert products["name"].str.len().max() <= 100
    assert products["paid"].ge(5).all()
    assert products["regular"].ge(products["paid"]).all()


def test_nineteen_of_twenty_written_sizes_become_an_amount(products: pd.DataFrame) -> None:
    written = products["package_size"] != ""
    assert products.loc[written, "amount"].notna().mean() >= 0.95
    assert products.loc[~written, "amount"].isna().all()


def test_one_brand_stands_for_one_manufacturer(products: pd.DataFrame) -> None:
    national = products[~products["own_brand"]]
    assert national.groupby("brand_name")["manufacturer_id"].nunique().max() == 1


def test_no_trade_abbreviation_is_left_in_a_name(products: pd.DataFrame) -> None:
    trade = r"\b(?:FRZN|DRNK|SFT|REFRIG|MISC|PKG|BTL|W/|frzn|drnk|misc|pkg|refrig|btl|dnr|jce)\b"
    assert not products["name"].str.contains(trade).any()


def test_all_tags_are_known_tags(products: pd.DataFrame) -> None:
    assert set(products["diet"].explode().dropna()) <= DIET_TAGS.keys()
    assert set(products["quality"].explode().dropna()) <= QUALITY_TAGS.keys()
