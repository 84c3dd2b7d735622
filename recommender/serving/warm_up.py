"""Loads what the first request would otherwise wait for."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import numpy as np
from django.db import connection
from django.urls import resolve

from recommender.ranking.features.build import build
from recommender.ranking.query import Query, State, Swaps, Taste
from recommender.serving import live_ranker, snapshot, vectors

logger = logging.getLogger(__name__)


def warm_up() -> None:
    """Bring views, catalogue, vectors and ranker in; a failure is for the first request.

    Call in a process that serves, never in one that forks afterwards.
    """
    try:
        resolve("/")
        live = live_ranker.current()
        state = State(snapshot.current(), vectors.current(), Taste(None, beta_u=0.5, intent=0.5))
        if len(state.snapshot.product_id):
            features = build(_nothing(), _itself(), state)
            if live.scorer is not None:
                live.scorer.score(features)
    except Exception:
        logger.exception("the recommender could not be warmed up")
    finally:
        connection.close()


def _nothing() -> Query:
    empty = np.empty(0, dtype=np.int64)
    return Query(datetime.now(UTC), "cart_panel", empty, empty, 0, None)


def _itself() -> Swaps:
    one = np.zeros(1, dtype=np.int64)
    return Swaps(one, one, one + 1, one + 1, one)
