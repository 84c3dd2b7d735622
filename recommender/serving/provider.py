"""The store's provider: from a query to a ranked slate, and everything needed to redo it."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils import timezone

from recommender import conf
from recommender.ranking import budget_fit, exploration, random_slate
from recommender.ranking.blend import Blend
from recommender.ranking.features.build import build
from recommender.ranking.features.schema import fingerprint
from recommender.ranking.query import Floats, Ints, Query, State, Swaps
from recommender.serving import (
    candidates,
    live_ranker,
    reasons,
    served,
    snapshot,
    taste,
    weights_line,
)
from recommender.serving import vectors as vector_store
from recommender.serving.live_ranker import Live
from recommender.serving.taste import Known
from shop import money
from shop.provider import RankedSwap, Ranking, SwapQuery

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scored:
    """All swaps of a query with their vectors and scores; rows of all arrays are swaps."""

    live: Live
    swaps: Swaps
    state: State
    asked: Query
    features: Floats
    scores: Floats
    policy: str

    @property
    def products(self) -> Ints:
        return self.state.snapshot.product_id[self.swaps.candidate_row]

    @property
    def anchors(self) -> Ints:
        return self.state.snapshot.product_id[self.swaps.anchor_row]

    def ranking(self, shown: Ints, propensities: Floats) -> Ranking:
        """The rows ``shown``, in this order, with the reasons for each."""
        live, swaps = self.live, self.swaps
        products, anchors = self.products, self.anchors
        by_ranker = live.scorer is not None and self.policy == live.policy
        explainer: reasons.Contributing = reasons.BlendParts()
        if by_ranker and live.scorer is not None:
            explainer = live.scorer
        words = reasons.of(self.features[shown], explainer)
        return Ranking(
            swaps=tuple(
                RankedSwap(
                    anchor_id=int(anchors[row]),
                    anchor_quantity=int(swaps.anchor_quantity[row]),
                    product_id=int(products[row]),
                    quantity=int(swaps.quantity[row]),
                    saving_cents=int(swaps.saving_cents[row]),
                    score=float(self.scores[row]),
                    propensity=float(propensities[at]),
                    reasons=words[at],
                )
                for at, row in enumerate(shown.tolist())
            ),
            policy=self.policy,
            ranker_tag=live.tag if by_ranker else "",
            generation=live.generation,
            snapshot_tag=self.state.snapshot.tag,
            vectors_tag=self.state.vectors.tag,
        )


class RankedSwaps:
    """Implements ``shop.provider.Provider``; one object serves all threads of a process."""

    def __init__(self) -> None:
        self._local = threading.local()

    def state_key(self, query: SwapQuery) -> str:
        """The shopper's last telling event and the live generation."""
        live = live_ranker.current()
        return f"{live.generation}:{self._known(query).cursor}"

    def rank(self, query: SwapQuery) -> Ranking:
        """Swaps in the order to show, each with the vector that it was scored by."""
        scored = self._scored(query)
        products, anchors = scored.products, scored.anchors
        if query.random_order:
            shown, propensities = random_slate.draw(
                products, anchors, rng=_dice(query), size=query.size
            )
        else:
            # Without consent there is no session, and nothing is learned from what is shown.
            learns = query.session_id is not None
            shown, propensities = exploration.draw(
                scored.scores,
                products,
                anchors,
                share=conf.current().exploration_share if learns else 0.0,
                rng=_dice(query),
                size=query.size,
            )
        ranking = scored.ranking(shown, propensities)
        return replace(
            ranking,
            swaps=tuple(
                replace(swap, features=tuple(scored.features[row].tolist()))
                for swap, row in zip(ranking.swaps, shown.tolist(), strict=True)
            ),
            fingerprint=fingerprint(),
            inputs=served.inputs(
                scored.asked,
                scored.state.taste,
                member_id=query.member_id,
                cursor=self._known(query).cursor,
                products=products[shown],
                snapshot=scored.state.snapshot,
            ),
        )

    def fit(self, query: SwapQuery) -> Ranking:
        """The fewest-regret swaps that bring the cart within its budget, dearest anchor's first.

        Where none do, those that bring it nearest. They carry no vectors: a set that is chosen to
        reach a sum says nothing of the order, and must not be learned from.
        """
        scored = self._scored(query)
        over = 0 if query.budget is None else money.cents(query.total - query.budget)
        chosen = budget_fit.fewest_regret(
            anchors=scored.anchors,
            savings=scored.swaps.saving_cents,
            regrets=budget_fit.regrets(scored.scores),
            need=over,
        )
        by_saving = np.argsort(-scored.swaps.saving_cents[chosen], kind="stable")
        return scored.ranking(chosen[by_saving], np.ones(len(chosen)))

    def _scored(self, query: SwapQuery) -> Scored:
        """Every swap that may be offered, and how the live policy scores it."""
        live = live_ranker.current()
        catalogue, vectors = snapshot.current(), vector_store.current()
        swaps = candidates.eligible(
            anchors=query.anchors,
            cart=query.cart,
            dismissed=query.dismissed,
            snapshot=catalogue,
            vectors=vectors,
        )
        if len(swaps):
            swaps = swaps.take(candidates.in_stock(swaps, catalogue))
        known = self._known(query)
        state = State(
            catalogue,
            vectors,
            known.as_of(
                catalogue,
                member_id=query.member_id,
                session_id=query.session_id,
                diet_tags=query.diet_tags,
            ),
        )
        asked = _asked(query)
        features = build(asked, swaps, state)
        scores, policy = _scores(features, live)
        return Scored(live, swaps, state, asked, features, scores, policy)

    def weights_line(self, policy: str) -> str:
        """DESIGN §5's sentence, from the figures of the ranker that serves here."""
        live = live_ranker.current()
        return weights_line.sentence(
            policy=policy,
            weights_state=live.weights_state,
            weights=live.weights,
            training_info=live.training_info,
        )

    def _known(self, query: SwapQuery) -> Known:
        """Read once per query: ``state_key`` and ``rank`` are asked one after the other."""
        kept: tuple[SwapQuery, Known] | None = getattr(self._local, "known", None)
        if kept is None or kept[0] is not query:
            known = taste.of(
                query.shopper_key,
                member_id=query.member_id,
                now=query.served_at,
                # Only with consent is there a visit.
                consent=query.session_id is not None,
            )
            kept = (query, known)
            self._local.known = kept
        return kept[1]


def _asked(query: SwapQuery) -> Query:
    """Money in cents, time in the store's zone."""
    return Query(
        served_at=timezone.localtime(query.served_at),
        placement=query.placement,
        cart_products=np.array([line.product_id for line in query.cart], dtype=np.int64),
        cart_quantities=np.array([line.quantity for line in query.cart], dtype=np.int64),
        total_cents=money.cents(query.total),
        budget_cents=None if query.budget is None else money.cents(query.budget),
    )


def _scores(features: Floats, live: Live) -> tuple[Floats, str]:
    if live.scorer is not None:
        try:
            return live.scorer.score(features), live.policy
        except Exception:
            logger.exception("%s could not score; the blend answers instead", live.tag)
    return Blend().score(features), Blend.policy


def _dice(query: SwapQuery) -> np.random.Generator:
    """Seeded by what was asked and when, so that a simulation can be repeated."""
    asked: list[Any] = [
        query.served_at.isoformat(),
        [(line.product_id, line.quantity) for line in query.cart],
        str(query.budget),
    ]
    digest = hashlib.sha256(json.dumps(asked).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
