"""What each query was offered."""

from __future__ import annotations

from datetime import UTC, datetime

from recommender.ranking.choices.assortment import Assortment
from recommender.ranking.choices.history import History
from recommender.ranking.choices.questions import Questions
from recommender.ranking.query import Ints


def offered(history: History, questions: Questions) -> list[Ints]:
    """The candidates of every query, as rows of the shelf, even where the bought one is missing."""
    if questions.candidates is not None:
        return list(questions.candidates)
    assortment = Assortment(history)
    found = []
    for purchase in questions.purchase.tolist():
        now = datetime.fromtimestamp(float(history.time[purchase]), UTC)
        assortment.enter(int(history.week[purchase]), as_of=now)
        bought = int(history.product[purchase])
        store, kind = int(history.store[purchase]), int(history.shelf.type_id[bought])
        found.append(assortment.candidates(store, kind))
    return found
