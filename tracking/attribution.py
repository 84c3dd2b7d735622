"""Does an event's claim to come from a slate hold? One that does not is refused, not guessed at.

What was acted on was seen, so judgements take an accept, a cart add or a view with a qid as an
impression; no impression is ever made up here.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracking.models import Slate
from tracking.record import Draft
from tracking.visitor import Caller

UNKNOWN = "This shopper was not served a slate with this qid."


def problems(caller: Caller, drafts: Sequence[Draft]) -> dict[int, dict[str, list[str]]]:
    """Field errors by index into ``drafts``, for those whose qid and position do not hold.

    The slate must have been served to this shopper (before or after signing in), and must show the
    event's product at the position. One query, none when no draft names a slate.
    """
    named = {draft.qid for draft in drafts if draft.qid is not None}
    if not named:
        return {}
    served = Slate.objects.filter(qid__in=named, shopper_key__in=caller.keys)
    shown = {
        qid: {item["position"]: item["product"] for item in items}
        for qid, items in served.values_list("qid", "items")
    }
    found = {}
    for at, draft in enumerate(drafts):
        if draft.qid is None:
            continue
        if draft.qid not in shown:
            found[at] = {"qid": [UNKNOWN]}
        elif draft.position not in shown[draft.qid]:
            found[at] = {"position": ["The slate has no such position."]}
        elif shown[draft.qid][draft.position] != draft.product_id:
            found[at] = {"product_id": ["The slate shows another product at this position."]}
    return found
