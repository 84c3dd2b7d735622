from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recommender.ranking.choices import protocol, report
from recommender.ranking.choices.history import History
from recommender.ranking.choices.offer import offered
from recommender.ranking.choices.prepared import ask
from recommender.ranking.choices.replay import replay
from recommender.ranking.semantic import CharacterNgrams
from recommender.real_choices.evaluation_file.reading import read
from recommender.real_choices.evaluation_file.writing import write
from tests.ranking import shelf
from tests.ranking.shelf import ints
from tests.recommender.evaluation_file.changed import TEXTS, cell, change


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
    words = read(change(file, brand=pa.array([f"brand {number}" for number in numbers])))
    assert words.history.shelf.brand_id.tolist() == [at % 7 for at in range(60)]


def test_a_file_of_purchases_alone_has_no_queries_of_its_own(file):
    assert read(change(file, anchor=None, candidates=None)).questions is None


def test_a_query_with_fewer_than_two_candidates_is_read_and_not_covered(history, file):
    table = pq.read_table(file)
    first = next(at for at, own in enumerate(table["candidates"].to_pylist(), 1) if own)
    own = int(table["product"][first - 1].as_py())
    for few in ([], [own]):
        found = read(cell(file, "candidates", first, few)).questions
        assert found is not None
        assert found.candidates[0].tolist() == [own // 10 - 1] * len(few)
        vectors = shelf.vectors(history.shelf)
        assert replay(history, found.take(np.arange(2)), lambda week, v=vectors: v).coverage == 0.5


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


def test_a_file_may_tell_nothing_of_what_was_shown(file):
    assert read(change(file, leaflet=None, display=None)).history.shown == {}


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
