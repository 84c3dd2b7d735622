from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from recommender.ranking.choices import protocol, report
from recommender.ranking.choices.history import History, Shown
from recommender.ranking.choices.offer import offered
from recommender.ranking.choices.prepared import ask
from recommender.ranking.choices.replay import replay
from recommender.ranking.semantic import CharacterNgrams
from recommender.real_choices.evaluation_file.reading import read
from recommender.real_choices.evaluation_file.schema import COLUMNS, NEEDED, BadFile
from recommender.real_choices.evaluation_file.writing import write
from tests.ranking import shelf
from tests.ranking.choice_history import WEEK
from tests.ranking.shelf import ints

TEXTS = [f"Brand {at % 7} kind {at // 20} of {at}" for at in range(60)]


@pytest.fixture(scope="module")
def history() -> History:
    """30 households with habits, 53 weeks, three types of 20 products, baskets of three."""
    rng = np.random.default_rng(5)
    rows = []
    for week in range(1, 54):
        for who in sorted(rng.permutation(30)[:14].tolist()):
            usual = (who * np.arange(1, 4) + np.arange(3) * 20 + rng.integers(3, size=3)) % 60
            usual[rng.integers(3)] = rng.integers(60)
            rows += [(who, 100 * week + who, int(product), week) for product in set(usual.tolist())]
    household, basket, product, week = (ints(*column) for column in zip(*rows, strict=True))
    kinds = shelf.snapshot(
        60,
        type_id=np.arange(60) // 20,
        brand_id=np.arange(60) % 7,
        amount_milli=np.where(np.arange(60) % 9, 1000 * (1 + np.arange(60) % 4), 0),
        base_unit=np.where(np.arange(60) % 9, 1 + np.arange(60) % 2, 0),
        own_brand=np.arange(60) % 5 == 0,
        quality_share=(np.arange(60) % 3) / 11,
        diet_bits=np.arange(60) % 4,
    )
    paid = 50 + 7 * product + rng.integers(3, size=len(rows))
    return History(
        shelf=kinds,
        household=household,
        store=1 + household % 2,
        basket=basket,
        product=product,
        quantity=1 + product % 2,
        paid=paid,
        regular=paid + 20 * (product % 3),
        week=week,
        time=(week * WEEK + np.unique(basket, return_inverse=True)[1]).astype(np.float64),
        shown={week: _shown(rng, stores=(1, 2) if week % 2 else (2,)) for week in range(15, 54)},
    )


def _shown(rng: np.random.Generator, *, stores: tuple[int, ...]) -> Shown:
    """A third of the products of each of ``stores``: in the leaflet, on display, or both."""
    place = np.sort(np.concatenate([60 * s + rng.permutation(60)[:20] for s in stores]))
    how = rng.integers(3, size=len(place))
    return Shown(ints(*stores), place, how != 1, how != 0)


@pytest.fixture
def file(history: History, tmp_path: Path) -> Path:
    questions = ask(history, np.unique(history.household), seed=1)
    write(tmp_path / "own.parquet", history, TEXTS, questions, offered(history, questions))
    return tmp_path / "own.parquet"


def _change(file: Path, **columns: pa.Array | None) -> Path:
    """The same file with other columns; None takes one out."""
    table = pq.read_table(file)
    for name, values in columns.items():
        table = table.drop_columns([name])
        if values is not None:
            table = table.append_column(name, values)
    pq.write_table(table, file)
    return file


def _cell(file: Path, column: str, row: int, value: object) -> Path:
    """The same file with one cell changed; ``row`` counts from 1."""
    table = pq.read_table(file)
    kind = table.schema.field(column).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    values = table[column].to_pylist()
    values[row - 1] = value
    return _change(file, **{column: pa.array(values, kind)})


def test_what_was_written_is_read_again(history, file):
    found = read(file)
    for name in (f.name for f in fields(History) if f.name not in ("shelf", "shown")):
        assert getattr(found.history, name).tolist() == getattr(history, name).tolist(), name
    for name in ("type_id", "aisle_id", "brand_id"):
        own = getattr(found.history.shelf, name)
        wanted = getattr(history.shelf, name)
        # One brand, aisle or type of a number is as good as another.
        assert np.unique(own, return_inverse=True)[1].tolist() == (
            np.unique(wanted, return_inverse=True)[1].tolist()
        ), name
    same = ("product_id", "amount_milli", "base_unit", "own_brand", "quality_share", "diet_bits")
    for name in same:
        wanted = getattr(history.shelf, name)
        assert getattr(found.history.shelf, name).tolist() == wanted.tolist()
    assert found.texts == TEXTS
    asked = ask(history, np.unique(history.household), seed=1)
    assert found.questions is not None
    assert found.questions.purchase.tolist() == asked.purchase.tolist()
    assert found.questions.anchor.tolist() == asked.anchor.tolist()
    assert found.questions.novel.tolist() == asked.novel.tolist()


def test_the_file_gives_the_same_table_as_the_data(history, file):
    questions = ask(history, np.unique(history.household), seed=1)
    text = CharacterNgrams().embed(TEXTS)
    direct = protocol.run(history, text, questions, seed=1, threads=1)
    found = read(file)
    again = protocol.run(
        found.history, CharacterNgrams().embed(found.texts), found.questions, seed=1, threads=1
    )
    assert again.figures == direct.figures
    assert report.markdown(again.figures) == report.markdown(direct.figures)


def test_rows_may_come_in_any_order(file):
    whole = read(file)
    table = pq.read_table(file)
    rng = np.random.default_rng(0)
    # Baskets shuffled; the lines of one keep their order.
    baskets = rng.permutation(np.unique(table["basket"].to_numpy()))
    place = np.argsort(baskets)[np.searchsorted(np.sort(baskets), table["basket"].to_numpy())]
    pq.write_table(table.take(np.argsort(place, kind="stable")), file)
    again = read(file)
    assert again.history.product.tolist() == whole.history.product.tolist()
    assert again.questions is not None
    assert again.questions.purchase.tolist() == whole.questions.purchase.tolist()


def test_words_may_stand_for_types_aisles_and_brands(file):
    numbers = pq.read_table(file)["brand"].to_pylist()
    words = read(_change(file, brand=pa.array([f"brand {number}" for number in numbers])))
    assert words.history.shelf.brand_id.tolist() == [at % 7 for at in range(60)]


def test_a_file_of_purchases_alone_has_no_queries_of_its_own(file):
    assert read(_change(file, anchor=None, candidates=None)).questions is None


@pytest.mark.parametrize("column", NEEDED)
def test_a_missing_column_is_named(file, column):
    with pytest.raises(BadFile, match=rf"^Columns are missing: {column}\.$"):
        read(_change(file, **{column: None}))


@pytest.mark.parametrize("column", [c.name for c in COLUMNS if c.kind not in ("text", "name")])
def test_a_column_of_another_kind_is_named_with_what_is_needed(file, column):
    rows = pq.read_table(file).num_rows
    with pytest.raises(BadFile, match=rf"^Column {column}: it holds string, .* is needed\.$"):
        read(_change(file, **{column: pa.array(["x"] * rows)}))


@pytest.mark.parametrize("column", [c.name for c in COLUMNS if not c.empty])
def test_an_empty_cell_is_named_by_row_and_column(file, column):
    with pytest.raises(BadFile, match=rf"^Row 7, column {column}: it is empty\.$"):
        read(_cell(file, column, 7, None))


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("paid", 0, "0 is not between 1 and"),
        ("quantity", -1, "-1 is not between 1 and"),
        ("week", 54, "54 is not between 1 and 53"),
        ("quality", 1.5, r"1\.5 is not between 0 and 1"),
        ("amount", float("inf"), "inf is not between"),
        ("unit", "stone", "'stone' is none of g, ml, piece"),
        ("diet", ["vegan", "kosher"], "'kosher' is none of vegetarian, vegan"),
        ("candidates", [10, None], "an entry of its list is empty"),
        ("brand", 99, "it differs from row .*, which is of the same product"),
        ("household", 99, "it differs from row .*, which is of the same basket"),
    ],
)
def test_a_bad_cell_is_named_with_the_reason(file, column, value, why):
    with pytest.raises(BadFile, match=rf"^Row 1,001, column {column}: {why}"):
        read(_cell(file, column, 1_001, value))


def test_weeks_that_go_back_and_a_newest_week_that_is_not_53_are_refused(history, file):
    weeks = history.week.copy()
    weeks[weeks == 20] = 22
    with pytest.raises(BadFile, match="column week: 21 follows a later week"):
        read(_change(file, week=pa.array(weeks)))
    with pytest.raises(BadFile, match="the newest week is 52; number the weeks so that it is 53"):
        read(_change(file, week=pa.array(np.maximum(history.week - 1, 1))))


def test_queries_that_cannot_be_asked_are_refused(history, file):
    table = pq.read_table(file)
    asked = next(at for at, own in enumerate(table["candidates"].to_pylist(), 1) if own)
    for column, value, why in (
        ("candidates", None, "an anchor without candidates"),
        ("candidates", [10, 7], "7 is the product of no row"),
        ("candidates", [10, 20, 10], "a product stands in it twice"),
        ("anchor", None, "candidates without an anchor"),
        ("anchor", 7, "7 is the product of no row"),
    ):
        with pytest.raises(BadFile, match=rf"^Row {asked:,}, column {column}: {why}"):
            read(_cell(file, column, asked, value))
        pq.write_table(table, file)
    with pytest.raises(BadFile, match="anchor and candidates come together"):
        read(_change(file, anchor=None))


def test_a_query_with_fewer_than_two_candidates_is_read_and_not_covered(history, file):
    table = pq.read_table(file)
    first = next(at for at, own in enumerate(table["candidates"].to_pylist(), 1) if own)
    own = int(table["product"][first - 1].as_py())
    for few in ([], [own]):
        found = read(_cell(file, "candidates", first, few)).questions
        assert found is not None
        assert found.candidates[0].tolist() == [own // 10 - 1] * len(few)
        vectors = shelf.vectors(history.shelf)
        assert replay(history, found.take(np.arange(2)), lambda week, v=vectors: v).coverage == 0.5


def test_what_is_no_parquet_and_what_holds_no_row_is_refused(file):
    pq.write_table(pq.read_table(file).slice(0, 0), file)
    with pytest.raises(BadFile, match="has no rows"):
        read(file)
    file.write_bytes(b"PAR1 but no more")
    with pytest.raises(BadFile, match="cannot be read as Parquet"):
        read(file)


def test_what_the_stores_showed_is_read_again_where_it_was_asked_about(history, file):
    found = read(file)
    assert found.questions is not None
    told, untold = 0, 0
    for at, purchase in enumerate(found.questions.purchase.tolist()):
        store, week = int(history.store[purchase]), int(history.week[purchase])
        again, whole = found.history.shown.get(week), history.shown[week]
        if store not in whole.stores:
            assert again is None or store not in again.stores
            untold += 1
            continue
        for place in (60 * store + found.questions.candidates[at]).tolist():
            for name in ("leaflet", "display"):
                wanted = getattr(whole, name)[whole.place == place].any()
                assert getattr(again, name)[again.place == place].any() == wanted
                told += bool(wanted)
    assert told > 100
    assert untold > 100


def test_what_was_shown_must_be_products_of_the_file_and_told_of_both(file):
    table = pq.read_table(file)
    asked = next(at for at, own in enumerate(table["leaflet"].to_pylist(), 1) if own)
    with pytest.raises(BadFile, match=rf"^Row {asked:,}, column leaflet: 7 is the product of no"):
        read(_cell(file, "leaflet", asked, [10, 7]))
    pq.write_table(table, file)
    with pytest.raises(BadFile, match=rf"^Row {asked:,}, column display: it is empty, leaflet"):
        read(_cell(file, "display", asked, None))
    pq.write_table(table, file)
    with pytest.raises(BadFile, match="leaflet and display come together"):
        read(_change(file, display=None))


def test_a_file_may_tell_nothing_of_what_was_shown(file):
    assert read(_change(file, leaflet=None, display=None)).history.shown == {}


def test_the_command_says_what_is_wrong(file, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match="'complete-journey' nor a file"):
        call_command("evaluate_ranker", data="nowhere.parquet")
    with pytest.raises(CommandError, match="Columns are missing: paid"):
        call_command("evaluate_ranker", data=str(_change(file, paid=None)))


def test_a_file_without_queries_of_the_last_weeks_says_so(history, file, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    table = pq.read_table(file)
    late = history.week >= 48
    anchors = table["anchor"].to_pylist()
    anchor = [None if at else own for at, own in zip(late, anchors, strict=True)]
    offers = table["candidates"].to_pylist()
    candidates = [None if at else own for at, own in zip(late, offers, strict=True)]
    kinds = table.schema
    _change(
        file,
        anchor=pa.array(anchor, kinds.field("anchor").type),
        candidates=pa.array(candidates, kinds.field("candidates").type),
    )
    with pytest.raises(CommandError, match="no choice of the test weeks"):
        call_command("evaluate_ranker", data=str(file))


def test_the_command_prints_the_table_of_a_file(file, settings, tmp_path, capsys):
    settings.DATA_DIR = tmp_path
    call_command("evaluate_ranker", data=str(file), threads=1)
    printed = capsys.readouterr().out
    assert printed.startswith("| NDCG@10, 30 households | switch | all | novel |")
    assert (tmp_path / "reports" / "evaluate_ranker.json").is_file()


def test_a_history_without_sizes_can_be_written(history, tmp_path):
    bare = replace(
        history,
        shelf=replace(
            history.shelf,
            amount_milli=np.zeros(60, dtype=np.int64),
            base_unit=np.zeros(60, dtype=np.int64),
        ),
    )
    questions = ask(bare, ints(1, 2, 3), seed=1)
    write(tmp_path / "bare.parquet", bare, TEXTS, questions, offered(bare, questions))
    assert read(tmp_path / "bare.parquet").history.shelf.amount_milli.sum() == 0
