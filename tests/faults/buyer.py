"""A process that buys: ``python -m tests.faults.buyer NAME FIRST ORDERS PAUSE``.

Each order that was acknowledged becomes one line: its key, its token and how many orders there were
with it (null when an earlier life of this process had placed it). Started again at the first key
whose line never came, it asks for that order once more, as a shopper's browser would.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from dataclasses import replace
from typing import Any

import django


def main(name: str, first: int, orders: int, pause: float) -> None:
    django.setup()
    from django.utils import timezone

    from shop import cart, checkout
    from shop.models import Product
    from tracking import record

    counts: list[int] = []
    purchase = record.purchase

    def counting(*given: Any, **named: Any) -> int:
        counts.append(purchase(*given, **named))
        return counts[-1]

    record.purchase = counting
    products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    caller = record.start_simulated_session(member_id=None, persona="", started_at=timezone.now())
    # The same shopper in every life, so that a key that is sent again is known again.
    caller = replace(caller, shopper_key=f"v:{uuid.uuid5(uuid.NAMESPACE_OID, name)}")
    for number in range(first, orders):
        counts.clear()
        key = f"{name}-{number}"
        cart.add(caller, products[number % len(products)])
        order = checkout.place(caller, name="", email="", idempotency_key=key)
        print(json.dumps([key, str(order.token), counts[0] if counts else None]), flush=True)  # noqa: T201 this is its answer
        time.sleep(pause)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
