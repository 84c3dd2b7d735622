"""Replayed choices as the slates that a training reads."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.ranking.choices.history import History
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.features.schema import NAMES
from recommender.ranking.training_set import TrainingSet


def training_set(replayed: Replayed, history: History) -> TrainingSet:
    """A slate per query, of origin "imported"; all items stand at one place, for none was shown."""
    asked, shelf = replayed.asked, history.shelf
    group = np.repeat(np.arange(len(asked)), replayed.groups)
    purchase = asked.purchase[group]
    about = pd.DataFrame(
        {
            "qid": asked.purchase[group],
            "session": history.basket[purchase],
            "shopper": history.household[purchase],
            "served_at": pd.to_datetime(history.time[purchase], unit="s", utc=True),
            "origin": "imported",
            "persona": "",
            "position": 1,
            "product_id": shelf.product_id[replayed.candidate],
            "anchor_id": shelf.product_id[asked.anchor[group]],
            "propensity": 1.0,
            "label": replayed.labels,
        }
    )
    values = pd.DataFrame(replayed.features, columns=list(NAMES))
    return TrainingSet.from_rows(pd.concat([about, values], axis=1))
