"""How a cart's total stands against the shopper's budget."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from shop import money
from shop.models import Member
from tracking.visitor import Caller

NEARING = Decimal("0.8")
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Standing:
    """``budget`` None: the shopper set none, and all that depends on it is None or False.

    ``over_by`` is zero within the budget; ``left`` is zero above it; ``share`` is total / budget.
    """

    total: Decimal
    budget: Decimal | None

    @property
    def over_by(self) -> Decimal | None:
        return None if self.budget is None else max(ZERO, self.total - self.budget)

    @property
    def left(self) -> Decimal | None:
        return None if self.budget is None else max(ZERO, self.budget - self.total)

    @property
    def share(self) -> Decimal | None:
        return None if self.budget is None else self.total / self.budget

    @property
    def percent(self) -> int | None:
        """The share in whole percent, rounded down, so that 100 is said only when it is reached."""
        return None if self.share is None else int(self.share * 100)

    @property
    def over(self) -> bool:
        return self.budget is not None and self.total > self.budget

    @property
    def nearing(self) -> bool:
        """From four fifths of the budget on, up to the whole of it."""
        return self.share is not None and self.share >= NEARING and not self.over

    @property
    def words(self) -> str:
        if self.budget is None or self.left is None or self.over_by is None:
            return "No budget is set."
        budget = money.text(self.budget)
        if self.over:
            return f"{money.text(self.over_by)} over your budget of {budget}."
        left = f"{money.text(self.left)} left of your budget of {budget}."
        if self.nearing:
            return f"{self.percent} % of your budget is used: {left}"
        return left


def starting_budget(caller: Caller) -> Decimal | None:
    """What the account says a new cart starts with; None for a visitor, who has no account."""
    if caller.member_id is None:
        return None
    mine = Member.objects.filter(pk=caller.member_id)
    return mine.values_list("default_budget", flat=True).first()
