"""The copied store of ``benchmarks/panel.py``: one member's cart, a live ranker, and the steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from itertools import count
from typing import Any

import numpy as np
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db.models import Count, Q
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recommender.learning import lease, promotion, registry
from recommender.ranking import artifact, ranker
from recommender.ranking.features.build import build
from recommender.ranking.features.schema import NAMES, column, fingerprint
from recommender.serving import live_ranker
from recommender.serving.provider import RankedSwaps
from recommender.serving.warm_up import warm_up
from shop.models import CartLine, Category, Member, Product
from shop.provider import Line, SwapQuery

Step = tuple[Callable[[], Any], Callable[[], Any]]


class Floor(APIView):
    """The least that a view of the cart can do."""

    authentication_classes = [SessionAuthentication]

    def get(self, request: Request) -> Response:
        lines = CartLine.objects.filter(cart__shopper_key=f"m:{request.user.pk}").select_related(
            "cart", "product"
        )
        total = sum(line.product.price * line.quantity for line in lines)
        return Response({"total": str(total), "seen": request.session.get("seen")})


urlpatterns = [path("floor", Floor.as_view()), path("", include("config.urls"))]


@dataclass(frozen=True)
class Opened:
    """``steps`` go from a name to what prepares it (not counted) and what is measured."""

    steps: dict[str, Step]
    candidates: int
    columns: int


def opened(*, lines: int, trees: int, rows: int) -> Opened:
    """A member with so many lines over a budget, and a ranker of so many trees live."""
    settings.ROOT_URLCONF = "benchmarks.panel_store"
    settings.ALLOWED_HOSTS = ["testserver"]
    put_live(trees)
    warm_up()
    client = Client()
    member = Member.objects.order_by("-pk")[0]
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    CartLine.objects.filter(cart__shopper_key=f"m:{member.pk}").delete()
    anchors = _anchors(lines)
    for product in anchors:
        client.post("/cart/add", {"product_id": product, "quantity": 1})
    ask, budgets = _Asker(client), count(500)

    def new_budget() -> None:
        client.post("/cart/budget", {"budget": f"{next(budgets) / 100:.2f}"})

    new_budget()
    scored = RankedSwaps()._scored(_query(member, anchors))
    live = live_ranker.current()
    if not isinstance(live.scorer, ranker.LtrRanker):
        raise TypeError(f"{live.tag} is live, not the trees that were just promoted")
    scorer = live.scorer
    many = scored.swaps.take(np.resize(np.arange(len(scored.swaps)), rows))
    wide = build(scored.asked, many, scored.state)
    steps: dict[str, Step] = {
        "floor": (_nothing, lambda: ask("/floor")),
        "panel": (new_budget, lambda: ask("/api/cart/swaps")),
        "predict, the panel's rows": (
            _nothing, lambda: scorer.booster.predict(scored.features, num_threads=1)
        ),
        f"predict, {rows} rows": (_nothing, lambda: scorer.booster.predict(wide, num_threads=1)),
        f"features and score, {rows} rows": (
            _nothing, lambda: scorer.score(build(scored.asked, many, scored.state))
        ),
    }  # fmt: skip
    return Opened(steps, len(scored.swaps), len(NAMES))


def _nothing() -> None:
    return None


def put_live(trees: int) -> None:
    """Taught by made-up labels that follow the saving; no early stopping, so all trees stay."""
    rng = np.random.default_rng(1)
    features = rng.normal(size=(3000, len(NAMES)))
    appeal = features[:, column("price_saving")] + rng.normal(size=len(features))
    rank = np.argsort(np.argsort(-appeal.reshape(-1, 6), axis=1), axis=1).ravel()
    taught = ranker.fit(
        (features, (rank < 2).astype(np.int64), np.full(len(features) // 6, 6)), rounds=trees
    )
    now = timezone.now()
    fence = lease.take(0, now=now, by_hand=True)
    if fence is None:
        raise RuntimeError("a training holds the store's lease; stop it first")
    version = registry.register(
        registry.Trained(
            policy=taught.policy,
            artifact=artifact.dump(taught),
            fingerprint=fingerprint(),
            golden=artifact.golden(taught, features[:20]),
            training_info={"sessions": 500, "session_origins": {"simulated": 500}},
            evaluation={},
            verdict={},
            manifest={},
        ),
        bucket=0,
        fence=fence,
        now=now,
    )
    promotion.promote(version, fence=fence, now=now)
    lease.finish(fence, state="promoted", message="", now=now)


def _anchors(lines: int) -> list[int]:
    """Dear products of so many types, each with at least ten cheaper ones on the shelf."""
    found: list[int] = []
    kinds = Category.objects.filter(level=Category.Level.TYPE).annotate(
        size=Count("products", filter=Q(products__is_active=True))
    )
    for kind in kinds.filter(size__gte=20).order_by("-size")[:lines]:
        shelf = Product.objects.filter(category=kind, is_active=True, stock__gte=5)
        found.append(shelf.order_by("-price")[0].pk)
    return found


def _query(member: Member, products: list[int]) -> SwapQuery:
    lines = tuple(Line(product, 1) for product in products)
    prices = Product.objects.filter(pk__in=products).values_list("price", flat=True)
    return SwapQuery(
        shopper_key=f"m:{member.pk}",
        member_id=member.pk,
        session_id=None,
        placement="cart_panel",
        cart=lines,
        anchors=lines,
        total=sum(prices, Decimal(0)),
        budget=Decimal("5.00"),
        diet_tags=(),
        dismissed=frozenset(),
        served_at=timezone.now(),
    )


class _Asker:
    """Asks the WSGI application itself, with the client's cookies; raises unless it answers 200."""

    def __init__(self, client: Client) -> None:
        self._client, self._application = client, WSGIHandler()

    def __call__(self, address: str) -> bytes:
        cookies = "; ".join(f"{name}={one.value}" for name, one in self._client.cookies.items())
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": address.partition("?")[0],
            "QUERY_STRING": address.partition("?")[2],
            "SERVER_NAME": "testserver", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "testserver", "HTTP_ACCEPT": "application/json", "HTTP_COOKIE": cookies,
            "wsgi.input": BytesIO(), "wsgi.errors": BytesIO(), "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0), "wsgi.multithread": False, "wsgi.multiprocess": False,
            "wsgi.run_once": False, "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        status: list[str] = []
        answer = self._application(environ, lambda said, headers, info=None: status.append(said))
        body = b"".join(answer)
        answer.close()  # type: ignore[attr-defined]
        if not status[0].startswith("200"):
            raise RuntimeError(f"{address} answered {status[0]}: {body[:300]!r}")
        return body
