from __future__ import annotations

from uuid import UUID

import pytest

from recommender.ranking.judgements import Fact, judge

QID, OTHER = UUID(int=1), UUID(int=2)
SERVED_AT = {QID: 0.0, OTHER: 0.0}
DAY = 86_400.0


def _judge(facts: list[Fact]) -> dict[tuple[UUID, int], int]:
    return judge(facts, served_at=SERVED_AT)


def _label(*events: str, server_side: bool = True) -> int:
    facts = [
        Fact(QID, 1, event, float(at), server_side=server_side) for at, event in enumerate(events)
    ]
    return judge(facts, served_at=SERVED_AT)[QID, 1]


@pytest.mark.parametrize(
    ("events", "label"),
    [
        (("impression",), 0),
        (("impression", "swap_dismiss"), 0),
        (("impression", "view"), 1),
        (("impression", "swap_accept"), 2),
        (("impression", "view", "swap_accept"), 2),
        (("impression", "swap_accept", "purchase"), 3),
        (("swap_accept", "swap_undo"), 0),
        (("view", "swap_accept", "swap_undo"), 1),
        (("view", "swap_accept", "cart_remove"), 1),
        (("swap_accept", "swap_undo", "swap_accept", "purchase"), 3),
        (("swap_accept", "swap_undo", "purchase"), 0),
        (("swap_accept", "cart_remove", "cart_return"), 2),
        (("swap_accept", "cart_remove", "cart_return", "purchase"), 3),
        (("swap_accept", "cart_remove", "cart_return", "swap_undo"), 0),
        (("cart_add", "cart_remove", "cart_return"), 1),
        (("impression", "cart_return", "purchase"), 0),
        (("purchase",), 0),
        (("view", "cart_add", "purchase"), 3),
        (("cart_add",), 1),
        (("cart_add", "cart_remove"), 0),
        (("view", "cart_add", "cart_remove", "purchase"), 1),
        (("swap_accept", "purchase", "cart_remove"), 3),
        (("cart_add", "purchase", "cart_add", "cart_remove"), 3),
        (("swap_accept",), 2),
        (("view", "impression"), 1),
    ],
)
def test_the_strongest_standing_fact_wins(events, label):
    assert _label(*events) == label


@pytest.mark.parametrize("event", ["swap_accept", "purchase", "cart_add", "anything"])
def test_what_a_browser_claims_is_worth_no_more_than_a_look(event):
    assert _label("impression", event, "purchase", server_side=False) == 0
    assert _label("view", event, "purchase", server_side=False) == 1


def test_a_browser_cannot_take_an_accept_back():
    facts = [
        Fact(QID, 1, "swap_accept", 1.0),
        Fact(QID, 1, "swap_undo", 2.0, server_side=False),
    ]
    assert _judge(facts) == {(QID, 1): 2}


def test_time_decides_and_not_the_order_in_which_facts_are_read():
    facts = [Fact(QID, 1, "swap_undo", 2.0), Fact(QID, 1, "swap_accept", 1.0)]
    assert _judge(facts) == _judge(facts[::-1]) == {(QID, 1): 0}


def test_what_nobody_saw_has_no_label():
    assert _judge([Fact(QID, 2, "impression", 1.0)]) == {(QID, 2): 0}
    assert _judge([]) == {}


def test_slates_and_positions_are_judged_apart():
    facts = [
        Fact(QID, 1, "swap_accept", 1.0),
        Fact(QID, 2, "view", 2.0),
        Fact(OTHER, 1, "impression", 3.0),
    ]
    assert _judge(facts) == {(QID, 1): 2, (QID, 2): 1, (OTHER, 1): 0}


@pytest.mark.parametrize(
    ("bought_after", "label"),
    [(1 * DAY, 3), (7 * DAY, 3), (7 * DAY + 1, 2), (30 * DAY, 2)],
)
def test_a_purchase_later_than_seven_days_after_the_slate_does_not_label_it(bought_after, label):
    facts = [Fact(QID, 1, "swap_accept", 60.0), Fact(QID, 1, "purchase", bought_after)]
    assert _judge(facts) == {(QID, 1): label}


def test_the_seven_days_begin_when_the_slate_was_served():
    facts = [Fact(QID, 1, "view", 8 * DAY), Fact(OTHER, 1, "view", 8 * DAY)]
    assert judge(facts, served_at={QID: 0.0, OTHER: 2 * DAY}) == {(OTHER, 1): 1}


def test_what_was_undone_later_than_seven_days_stands():
    facts = [Fact(QID, 1, "swap_accept", DAY), Fact(QID, 1, "swap_undo", 8 * DAY)]
    assert _judge(facts) == {(QID, 1): 2}
