"""A purchase history, and the evaluation file that was written of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.ranking.choices.history import History, Shown
from recommender.ranking.choices.offer import offered
from recommender.ranking.choices.prepared import ask
from recommender.real_choices.evaluation_file.writing import write
from tests.ranking import shelf
from tests.ranking.choice_history import WEEK
from tests.ranking.shelf import ints
from tests.recommender.evaluation_file.changed import TEXTS


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
