"""The panel: asks the provider for swaps, checks them against the store, logs what is shown.

When the provider fails, the cheapest unit price answers instead, and says so. The same slate is
answered again while cart, budget and the provider's state are unchanged.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite, isnan, nan
from typing import Any

import numpy as np
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from shop import cheapest, provider
from shop.contents import CartContents, ContentsLine, cart_of
from shop.models import Product
from shop.provider import Line, Provider, RankedSwap, Ranking, SwapQuery
from shop.shoppers import preferences
from shop.suggestions import Shown, Slate, Suggestion, slate, still_standing
from tracking import log, record, visitor
from tracking.log import SlateRow
from tracking.visitor import Caller

__all__ = [
    "Line",
    "Provider",
    "RankedSwap",
    "Ranking",
    "Slate",
    "Suggestion",
    "SwapQuery",
    "alternatives_to",
    "swaps_for",
]

CART_PANEL = "cart_panel"
CART_FIT = "cart_fit"
"""Placement of the set of swaps that brings a cart to its budget (``shop/fit.py``)."""
PRODUCT_PAGE = "product_page"
CHEAPEST_LINE = "Ordered by unit price: the learned ranking is not available right now"

NOTHING = Ranking(swaps=(), policy="")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Answer:
    """A slate that stands already, or else a new ranking to be served."""

    state_key: str
    weights_line: str
    standing: SlateRow | None = None
    ranking: Ranking = NOTHING


def swaps_for(
    request_or_caller: HttpRequest | Request | Caller,
    cart: CartContents,
    *,
    placement: str = CART_PANEL,
    size: int = 6,
    random_order: bool = False,
    served_at: datetime | None = None,
) -> Slate:
    """The slate for a cart over its budget; every line that is not kept may be replaced.

    A cart without a budget or within it gets no suggestions and a message that says so. Writes the
    slate to the log when it is a new one; stock and price of what is shown are read again here.
    """
    if not cart.standing.over:
        return Slate(message=_nothing_to_do(cart))
    if isinstance(request_or_caller, Caller):
        caller = request_or_caller
    else:
        caller = visitor.ensure(request_or_caller)
    query = _query(
        caller,
        cart,
        placement=placement,
        size=size,
        random_order=random_order,
        served_at=served_at or timezone.now(),
    )
    answer = _answer(caller, query)
    if answer.standing is not None:
        return _again(cart, query, answer.standing, answer.weights_line)
    return _served(caller, cart, query, answer)


def alternatives_to(request: HttpRequest, product: Product, *, size: int = 3) -> Slate:
    """What does the same as one pack of ``product`` for less, whatever the budget.

    Logged as the slate of a product page, but only with consent: no cart needs it. Without, it has
    no qid.
    """
    caller = visitor.of(request)
    if caller.consent:
        caller = visitor.ensure(request)
    cart = cart_of(caller)
    query = _query(
        caller,
        cart,
        placement=PRODUCT_PAGE,
        size=size,
        random_order=False,
        served_at=timezone.now(),
    )
    query = replace(query, anchors=(Line(product.pk, 1),))
    others = tuple(line for line in cart.lines if line.product.pk != product.pk)
    looked_at = replace(cart, lines=(*others, ContentsLine(0, product, 1, None, None)))
    answer = _answer(caller, query)
    if answer.standing is not None:
        return _again(looked_at, query, answer.standing, answer.weights_line)
    return _served(caller, looked_at, query, answer)


def _nothing_to_do(cart: CartContents) -> str:
    if not cart.lines:
        return "Your cart is empty."
    if cart.budget is None:
        return "Set a budget to see cheaper alternatives when your cart goes over it."
    return f"Your cart is within your budget: {cart.standing.words}"


def _query(
    caller: Caller,
    cart: CartContents,
    *,
    placement: str,
    size: int,
    random_order: bool,
    served_at: datetime,
) -> SwapQuery:
    lines = tuple(Line(line.product.pk, line.quantity) for line in cart.lines)
    open_lines = tuple(Line(line.product.pk, line.quantity) for line in cart.lines if not line.kept)
    known = preferences(caller.shopper_key)
    return SwapQuery(
        shopper_key=caller.shopper_key,
        member_id=caller.member_id,
        session_id=caller.session_id,
        placement=placement,
        cart=lines,
        anchors=open_lines,
        total=cart.total,
        budget=cart.budget,
        diet_tags=known.diet_tags,
        dismissed=known.dismissed,
        served_at=served_at,
        size=size,
        random_order=random_order,
    )


def _answer(caller: Caller, query: SwapQuery) -> _Answer:
    try:
        ranker = provider.current()
        state_key = _state_key(query, ranker.state_key(query))
        # A set is applied whole, so it is made of what stands now, whenever it is asked for.
        fits = query.placement == CART_FIT
        standing = (
            None if fits else log.last_slate(caller, placement=query.placement, state_key=state_key)
        )
        if standing is not None:
            return _Answer(state_key, ranker.weights_line(standing.policy), standing=standing)
        rank = ranker.fit if fits else ranker.rank
        ranking = _checked(rank(query))
        return _Answer(state_key, ranker.weights_line(ranking.policy), ranking=ranking)
    except Exception:
        # Whatever a provider does, the shopper keeps a panel; the log keeps the reason.
        logger.exception("The swap provider failed; the cheapest unit price answers instead.")
    if query.placement == CART_FIT:
        # A set that nobody ranked would be made of swaps that the shopper regrets.
        return _Answer(_state_key(query, cheapest.POLICY), CHEAPEST_LINE)
    state_key = _state_key(query, cheapest.POLICY)
    standing = log.last_slate(caller, placement=query.placement, state_key=state_key)
    if standing is not None:
        return _Answer(state_key, CHEAPEST_LINE, standing=standing)
    return _Answer(state_key, CHEAPEST_LINE, ranking=cheapest.rank(query))


def _checked(ranking: Ranking) -> Ranking:
    """The ranking, if it can be logged: finite scores, vectors of one length. Else ValueError."""
    if not all(isfinite(swap.score) and isfinite(swap.propensity) for swap in ranking.swaps):
        raise ValueError("a score or propensity of the ranking is not a finite number")
    if len({len(swap.features) for swap in ranking.swaps}) > 1:
        raise ValueError("the ranking's feature vectors differ in length")
    return ranking


def _state_key(query: SwapQuery, providers: str) -> str:
    parts = [
        query.shopper_key,
        sorted((line.product_id, line.quantity) for line in query.cart),
        sorted(line.product_id for line in query.anchors),
        str(query.budget),
        str(query.total),
        sorted(query.diet_tags),
        sorted(query.dismissed),
        query.size,
        providers,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _served(caller: Caller, cart: CartContents, query: SwapQuery, answer: _Answer) -> Slate:
    """Logs a new ranking as it is shown: positions count what stood the check.

    Where something drops out of an order with chance in it, the propensities were those of other
    places, and are unknown. What no cart needs is not logged without consent.
    """
    ranking = answer.ranking
    standing = still_standing(cart, query, list(enumerate(ranking.swaps, start=1)))
    shown = [replace(row, position=at) for at, row in enumerate(standing, start=1)]
    if len(shown) < len(ranking.swaps) and any(swap.propensity < 1 for swap in ranking.swaps):
        shown = [replace(row, swap=replace(row.swap, propensity=nan)) for row in shown]
    if query.placement == PRODUCT_PAGE and not caller.consent:
        return slate(
            cart,
            shown,
            qid=None,
            policy=ranking.policy,
            ranker_tag=ranking.ranker_tag,
            weights_line=answer.weights_line,
        )
    features = np.array([row.swap.features for row in shown], dtype=np.float64)
    qid = record.slate(
        caller,
        placement=query.placement,
        policy=ranking.policy,
        ranker_tag=ranking.ranker_tag,
        generation=ranking.generation,
        fingerprint=ranking.fingerprint,
        snapshot_tag=ranking.snapshot_tag,
        vectors_tag=ranking.vectors_tag,
        inputs=ranking.inputs,
        items=[_logged(row) for row in shown],
        features=features.tobytes(),
        state_key=answer.state_key,
        served_at=query.served_at,
    )
    return slate(
        cart,
        shown,
        qid=qid,
        policy=ranking.policy,
        ranker_tag=ranking.ranker_tag,
        weights_line=answer.weights_line,
    )


def _again(cart: CartContents, query: SwapQuery, standing: SlateRow, weights_line: str) -> Slate:
    """The slate that stands already; what moved since is left out, positions stay."""
    swaps = [(item["position"], _from_log(item)) for item in standing.items]
    shown = still_standing(cart, query, swaps)
    return slate(
        cart,
        shown,
        qid=standing.qid,
        policy=standing.policy,
        ranker_tag=standing.ranker_tag,
        weights_line=weights_line,
    )


def _logged(row: Shown) -> dict[str, Any]:
    return {
        "position": row.position,
        "anchor": row.swap.anchor_id,
        "product": row.swap.product_id,
        "anchor_quantity": row.swap.anchor_quantity,
        "quantity": row.swap.quantity,
        "saving_cents": row.swap.saving_cents,
        "score": row.swap.score,
        "propensity": None if isnan(row.swap.propensity) else row.swap.propensity,
        "reasons": list(row.swap.reasons),
    }


def _from_log(item: Mapping[str, Any]) -> RankedSwap:
    return RankedSwap(
        anchor_id=item["anchor"],
        anchor_quantity=item["anchor_quantity"],
        product_id=item["product"],
        quantity=item["quantity"],
        saving_cents=item["saving_cents"],
        score=item["score"],
        propensity=nan if item["propensity"] is None else item["propensity"],
        reasons=tuple(item["reasons"]),
    )
