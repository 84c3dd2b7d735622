"""Facts about a slate's items become labels: the strongest standing fact wins.

3  accepted or carted from the slate, kept and bought     2  accepted and kept
1  viewed, or carted and kept                             0  seen (dismissals included)

An item that nobody saw has no label: unseen is not disliked. Whatever was acted on was seen. An
undo takes the accept back, a removal the accept or the cart add; an earlier view stays. A return
(what a swap replaced is back, since that one was undone) makes stand again what the removal took.
What was bought stays bought, whatever happens to the next cart. What happens later than seven days
after the slate was served is not put down to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

SEEN, VIEWED, KEPT, BOUGHT = 0, 1, 2, 3

ATTRIBUTED_FOR = 7 * 86_400.0
"""Seconds after a slate was served in which what happens is put down to it."""


@dataclass(frozen=True)
class Fact:
    """One logged event about one slate item; ``at`` is seconds since the epoch.

    ``server_side`` facts were found by the store itself; what a browser merely reported can never
    be worth more than a view.
    """

    qid: UUID
    position: int
    event_type: str
    at: float
    server_side: bool = True


def judge(facts: Iterable[Fact], *, served_at: Mapping[UUID, float]) -> dict[tuple[UUID, int], int]:
    """The label of every item that was seen, by (qid, position).

    ``served_at`` is each slate's, in seconds since the epoch; KeyError for a slate it lacks.
    """
    by_item: dict[tuple[UUID, int], list[Fact]] = {}
    for fact in facts:
        if fact.at <= served_at[fact.qid] + ATTRIBUTED_FOR:
            by_item.setdefault((fact.qid, fact.position), []).append(fact)
    return {item: _label(own) for item, own in by_item.items()}


def _label(facts: list[Fact]) -> int:
    accepted = carted = bought = viewed = False
    removed = False, False
    for fact in sorted(facts, key=lambda fact: fact.at):
        if fact.event_type == "view":
            viewed = True
        elif not fact.server_side:
            continue
        elif fact.event_type == "swap_accept":
            accepted = True
        elif fact.event_type == "cart_add":
            carted = True
        elif fact.event_type == "swap_undo":
            accepted = False
        elif fact.event_type == "cart_remove":
            removed = accepted, carted
            accepted = carted = False
        elif fact.event_type == "cart_return":
            accepted, carted = removed
        elif fact.event_type == "purchase":
            bought = bought or accepted or carted
    if bought:
        return BOUGHT
    if accepted:
        return KEPT
    return VIEWED if viewed or carted else SEEN
