import io
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pyarrow import parquet

from shop.models import Brand, CatalogueVersion, Category, PriceChange, Product

pytestmark = pytest.mark.django_db
HEADER = "sku,name,category,price\n"


def load(path: Path, *arguments: str) -> str:
    out = io.StringIO()
    call_command("load_catalogue", str(path), *arguments, stdout=out)
    return out.getvalue()


def csv(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "catalogue.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_full_row_becomes_a_product(tmp_path: Path) -> None:
    load(
        csv(
            tmp_path,
            "sku,name,category,brand,price,regular_price,size,stock,description,diet_tags,"
            "quality_tags,active\n"
            'A1,"Milk, ""whole""",Dairy > Milk > Whole milk,Meadow,$1.99,2.49,1/2 GAL,12,'
            '"Two\nlines",vegetarian,organic;fresh,yes\n',
        )
    )
    product = Product.objects.get(sku="A1")
    assert product.name == 'Milk, "whole"'
    assert (product.price, product.regular_price) == (Decimal("1.99"), Decimal("2.49"))
    assert (product.size_text, product.base_unit) == ("1/2 GAL", "ml")
    assert product.amount == Decimal("1892.706")
    assert (product.stock, product.is_active, product.description) == (12, True, "Two\nlines")
    assert (product.diet_tags, product.quality_tags) == (["vegetarian"], ["fresh", "organic"])
    assert product.brand is not None
    assert product.brand.name == "Meadow"
    assert product.category.slug == "whole-milk"
    assert product.category.level == Category.Level.TYPE
    assert product.category.parent is not None
    assert product.category.parent.name == "Milk"


def test_good_rows_are_loaded_and_bad_ones_are_named_with_row_field_and_reason(
    tmp_path: Path,
) -> None:
    told = load(
        csv(
            tmp_path,
            HEADER + "A1,Milk,Dairy,1.99\n"
            "A2,Eggs,Dairy,3.99-4.99\n"
            "A3,,Dairy,NaN\n"
            "\n"
            "A1,Cream,Dairy,2.99\n"
            "A5,Butter,Dairy\n"
            "A6,Milk,Dairy,2.19\n",
        )
    )
    assert "Refused: row 3, price: '3.99-4.99' is a range; one price is needed" in told
    assert "Refused: row 4, name: is blank" in told
    assert "Refused: row 4, price: 'NaN' is not a number" in told
    assert "Refused: row 6, sku: 'A1' stands in row 2 already" in told
    assert "Refused: row 7, row: has 3 cells where the header has 4" in told
    assert "Note: row 8, name: 'Milk' is the name of row 2 too" in told
    assert "6 rows: 2 new, 0 changed, 0 unchanged, 4 refused; 2 prices recorded." in told
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["A1", "A6"]


def test_the_same_file_twice_touches_nothing(tmp_path: Path) -> None:
    path = csv(tmp_path, HEADER + "A1,Milk,Dairy,1.99\n")
    load(path)
    version = CatalogueVersion.current()
    told = load(path)
    assert "0 new, 0 changed, 1 unchanged, 0 refused; 0 prices recorded." in told
    assert CatalogueVersion.current() == version
    assert PriceChange.objects.count() == 1


def test_a_new_price_is_recorded_and_the_version_grows_once(tmp_path: Path) -> None:
    load(csv(tmp_path, HEADER + "A1,Milk,Dairy,1.99\nA2,Eggs,Dairy,2.99\n"))
    version = CatalogueVersion.current()
    told = load(csv(tmp_path, HEADER + "A1,Milk,Dairy,1.79\nA2,Big eggs,Dairy,2.99\n"))
    assert "0 new, 2 changed, 0 unchanged, 0 refused; 1 prices recorded." in told
    assert CatalogueVersion.current() == version + 1
    changes = PriceChange.objects.filter(product__sku="A1").order_by("pk")
    assert [change.price for change in changes] == [Decimal("1.99"), Decimal("1.79")]
    assert Product.objects.get(sku="A2").name == "Big eggs"


def test_a_blank_cell_and_a_missing_column_leave_what_is_there(tmp_path: Path) -> None:
    load(csv(tmp_path, "sku,name,category,price,stock,size\nA1,Milk,Dairy,1.99,7,1 L\n"))
    Product.objects.update(sold=5)
    load(csv(tmp_path, "sku,name,category,price,stock\nA1,Milk,Dairy,1.89,\n"))
    product = Product.objects.get()
    assert (product.stock, product.size_text, product.sold) == (7, "1 L", 5)
    assert product.price == Decimal("1.89")


def test_a_promotion_is_one_against_the_products_own_past_not_its_regular_price(
    tmp_path: Path,
) -> None:
    header = "sku,name,category,price,regular price\n"
    load(csv(tmp_path, header + "A1,Milk,Dairy,1.99,2.99\nA2,Eggs,Dairy,1.50,9.99\n"))
    PriceChange.objects.update(since=timezone.now() - timedelta(days=30))
    load(csv(tmp_path, header + "A1,Milk,Dairy,1.50,2.99\nA2,Eggs,Dairy,1.50,8.99\n"))
    milk, eggs = Product.objects.order_by("sku")
    assert (milk.usual_price, milk.cut) == (Decimal("1.99"), Decimal("0.49"))
    assert (eggs.usual_price, eggs.cut) == (Decimal("1.50"), None)


def test_a_regular_price_below_the_price_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path, "sku,name,category,price,regular_price\nA1,Milk,Dairy,2.00,1.99\n")
    assert "row 2, regular_price: 1.99 is below the price 2.00" in load(path)
    assert not Product.objects.exists()


def test_a_dry_run_tells_the_same_and_writes_nothing(tmp_path: Path) -> None:
    told = load(csv(tmp_path, HEADER + "A1,Milk,Dairy,1.99\nA2,Eggs,Dairy,x\n"), "--dry-run")
    assert "Dry run, nothing written: 2 rows: 1 new, 0 changed, 0 unchanged, 1 refused" in told
    assert not Product.objects.exists()
    assert not Category.objects.exists()
    assert CatalogueVersion.current() == 0


def test_headers_are_matched_by_case_and_synonym_and_by_map(tmp_path: Path) -> None:
    text = "Item Number;PRODUCT NAME;Warengruppe;List-Price;Sale_Price;Farbe\nA1;Milk;Dairy;2;1,5\n"
    told = load(csv(tmp_path, text.replace("1,5", "1,5;red")), "--map", "warengruppe=category")
    product = Product.objects.get(sku="A1")
    assert (product.price, product.regular_price) == (Decimal("1.50"), Decimal("2.00"))
    assert "Columns not used: Farbe." in told


def test_an_exact_column_goes_before_a_synonym(tmp_path: Path) -> None:
    load(csv(tmp_path, "id,sku,name,category,price\n1,A1,Milk,Dairy,2.00\n"))
    assert Product.objects.get().sku == "A1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("sku,name,price\nA1,Milk,2\n", "No column for category"),
        ("sku,name,category,price,title code,rrp,msrp\n", "both regular_price; choose with --map"),
        (HEADER + 'A1,Milk,Dairy,1.99\nA2,"Eggs,Dairy,2.99\nA3,Cream,Dairy,3.99\n', "line 4"),
        (b"PAR1 this is no parquet file", "not a whole Parquet file"),
        (b"PK\x03\x04rest of a spreadsheet", "save it as CSV"),
        (HEADER.encode() + b"A1,Milk\x81,Dairy,1.99\n", "byte 0x81 in line 2"),
    ],
)
def test_a_broken_file_loads_nothing(tmp_path: Path, text: str | bytes, reason: str) -> None:
    with pytest.raises(CommandError, match=reason) as failed:
        load(csv(tmp_path, text))
    assert str(failed.value).endswith("Nothing was loaded.")
    assert not Product.objects.exists()


def test_a_missing_file_and_a_wrong_map_are_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        load(tmp_path / "nowhere.csv")
    path = csv(tmp_path, HEADER)
    with pytest.raises(CommandError, match="has no such column"):
        load(path, "--map", "Preis=price")
    with pytest.raises(CommandError, match="write theirs=ours"):
        load(path, "--map", "price=cost")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = HEADER + "A1,Crème brûlée,Desserts,2.99\n"
    load(csv(tmp_path, text.encode(encoding)))
    assert Product.objects.get().name == "Crème brûlée"


def test_a_parquet_file_is_read_like_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.parquet"
    table = pa.table(
        {
            "SKU": pa.array([101, 102, 103]),
            "Title": ["Milk", "Eggs", None],
            "Category": ["Dairy > Milk", "Dairy > Eggs", "Dairy"],
            "Price": pa.array([1.99, float("nan"), 3.0], pa.float32()),
            "Diet": [["vegetarian", "gluten-free"], [], []],
            "Active": [True, True, False],
        }
    )
    parquet.write_table(table, path)
    told = load(path)
    product = Product.objects.get()
    assert (product.sku, product.price) == ("101", Decimal("1.99"))
    assert product.diet_tags == ["gluten-free", "vegetarian"]
    assert "row 3, price: is blank" in told
    assert "row 4, name: is blank" in told


def test_one_category_and_one_brand_whatever_their_case(tmp_path: Path) -> None:
    load(
        csv(
            tmp_path,
            "sku,name,category,brand,price\n"
            "A1,Milk,Dairy > Milk > Milk,Meadow,1.99\n"
            "A2,Skim,dairy > MILK > milk,MEADOW,1.99\n"
            "A3,Oat,Drinks > Milk > Milk,Oaten,1.99\n",
        )
    )
    load(csv(tmp_path, "sku,name,category,brand,price\nA4,Soy,DAIRY>milk>Milk,meadow,2.19\n"))
    assert Brand.objects.count() == 2
    types = Product.objects.order_by("sku").values_list("category_id", flat=True)
    assert types[0] == types[1] == types[3] != types[2]
    assert Category.objects.count() == 6
    assert Category.objects.values("slug").distinct().count() == 6


def test_a_size_that_is_not_understood_is_kept_as_text_and_noted(tmp_path: Path) -> None:
    told = load(csv(tmp_path, "sku,name,category,price,size\nA1,Milk,Dairy,1.99,family\n"))
    product = Product.objects.get()
    assert (product.size_text, product.amount, product.base_unit) == ("family", None, "")
    assert "Note: row 2, size: 'family' is not understood" in told


def test_an_unknown_tag_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    told = load(csv(tmp_path, "sku,name,category,price,diet\nA1,Milk,Dairy,1.99,paleo\n"))
    assert "row 2, diet_tags: 'paleo' is not a known tag; known are vegetarian" in told


def test_a_file_without_stock_says_that_nothing_can_be_sold(tmp_path: Path) -> None:
    assert "a stock of 0 and cannot be sold" in load(csv(tmp_path, HEADER + "A1,Milk,Dairy,1.99\n"))
