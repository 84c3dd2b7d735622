"""A history with its queries as an evaluation file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recommender.ranking.choices.history import History
from recommender.ranking.choices.questions import Questions
from recommender.ranking.query import Ints
from recommender.real_choices.evaluation_file import shown
from recommender.real_choices.evaluation_file.schema import DIETS, UNITS


def write(
    path: Path,
    history: History,
    texts: Sequence[str],
    questions: Questions,
    offered: Sequence[Ints],
) -> None:
    """``offered`` has the candidates of each query, as rows of the shelf."""
    shelf, product = history.shelf, history.product
    amount = shelf.amount_milli / 1000.0
    columns: dict[str, pa.Array] = {
        "household": pa.array(history.household),
        "store": pa.array(history.store),
        "basket": pa.array(history.basket),
        "time": pa.array((history.time * 1e6).round().astype(np.int64)).cast(pa.timestamp("us")),
        "week": pa.array(history.week),
        "product": pa.array(shelf.product_id[product]),
        "quantity": pa.array(history.quantity),
        "paid": pa.array(history.paid),
        "regular": pa.array(history.regular),
        "type": pa.array(shelf.type_id[product]),
        "aisle": pa.array(shelf.aisle_id[product]),
        "brand": pa.array(shelf.brand_id[product]),
        "text": pa.DictionaryArray.from_arrays(pa.array(product), pa.array(texts, pa.string())),
        "amount": pa.array(amount[product], mask=(shelf.amount_milli == 0)[product]),
        "unit": pa.DictionaryArray.from_arrays(
            pa.array(shelf.base_unit[product], mask=(shelf.base_unit == 0)[product]),
            pa.array(UNITS, pa.string()),
        ),
        "own_brand": pa.array(shelf.own_brand[product]),
        "quality": pa.array(shelf.quality_share[product]),
        "diet": pa.array([_tags(bits) for bits in shelf.diet_bits.tolist()]).take(
            pa.array(product)
        ),
        **_asked(history, questions, offered),
        **shown.columns(history, questions, offered),
    }
    pq.write_table(pa.table(columns), path, compression="zstd")


def _tags(bits: int) -> list[str]:
    return [tag for at, tag in enumerate(DIETS) if bits >> at & 1]


def _asked(history: History, questions: Questions, offered: Sequence[Ints]) -> dict[str, pa.Array]:
    rows = len(history.week)
    anchor = np.zeros(rows, dtype=np.int64)
    anchor[questions.purchase] = history.shelf.product_id[questions.anchor]
    asked = np.zeros(rows, dtype=bool)
    asked[questions.purchase] = True
    sizes = np.zeros(rows, dtype=np.int64)
    sizes[questions.purchase] = [len(own) for own in offered]
    products = history.shelf.product_id[np.concatenate(list(offered))]
    ends = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32))
    lists = pa.ListArray.from_arrays(ends, pa.array(products), mask=pa.array(~asked))
    return {"anchor": pa.array(anchor, mask=~asked), "candidates": lists}
