"""Four kinds of simulated shopper, with utilities known to the simulation and to nobody else.

The shares and the leading weights are those of the brief: budget hunters (30 %) look at the saving,
quality seekers (30 %) at similarity and quality tags, CF followers (20 %) at what shoppers like
them buy, budget-pressured (20 %) at the saving as far as the cart is over the budget. On top every
shopper has a hidden taste for brands and types that no feature shows, and every look is noisy.

These numbers were written and committed before any ranker was trained on them and do not follow
what a ranker finds easy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from recommender.ranking.query import Floats, Ints

HIDDEN_TASTE = 0.35
"""Standard deviation of the hidden taste, in units of utility."""

LOOK_NOISE = 0.30
"""Scale of the logistic noise of one look at one swap, in units of utility."""

SAVING_SCALE = 2.0
"""Dollars at which the joy of a saving has reached 63 % of its ceiling."""


class Persona(StrEnum):
    BUDGET_HUNTER = "budget_hunter"
    QUALITY_SEEKER = "quality_seeker"
    CF_FOLLOWER = "cf_follower"
    BUDGET_PRESSURED = "budget_pressured"


SHARES: dict[Persona, float] = {
    Persona.BUDGET_HUNTER: 0.30,
    Persona.QUALITY_SEEKER: 0.30,
    Persona.CF_FOLLOWER: 0.20,
    Persona.BUDGET_PRESSURED: 0.20,
}


@dataclass(frozen=True)
class Utility:
    """Weights of one persona; ``pressed_saving`` multiplies saving x budget pressure."""

    saving: float
    affinity: float
    similarity: float
    quality: float
    pressed_saving: float
    look_bar: float
    """Utility above which the shopper rather looks at a swap than passes it by."""

    accept_bar: float
    """Utility above which the best swap that was looked at is accepted."""


UTILITIES: dict[Persona, Utility] = {
    Persona.BUDGET_HUNTER: Utility(2.4, 0.3, 0.3, 0.0, 0.0, 1.30, 1.60),
    Persona.QUALITY_SEEKER: Utility(0.2, 0.2, 1.4, 1.8, 0.0, 1.10, 1.40),
    Persona.CF_FOLLOWER: Utility(0.2, 2.4, 0.3, 0.0, 0.0, 1.55, 1.95),
    Persona.BUDGET_PRESSURED: Utility(0.6, 0.4, 0.2, 0.0, 2.4, 1.10, 1.40),
}


def known_utility(persona: Persona, columns: Mapping[str, Floats]) -> Floats:
    """The part of a shopper's utility that features can show, shape (n,).

    ``columns`` holds cf_bpr_score, semantic_sim, price_saving (dollars), quality_tags_score and
    budget_pressure for the n swaps. An undefined value counts as the middle (0.5) for affinity and
    similarity and as nothing for the others. The saving saturates: 1 - exp(-saving / 2 dollars).
    """
    weights = UTILITIES[persona]
    saving = 1.0 - np.exp(-np.maximum(np.nan_to_num(columns["price_saving"]), 0.0) / SAVING_SCALE)
    pressure = np.clip(np.nan_to_num(columns["budget_pressure"]), 0.0, 1.0)
    return (
        (weights.saving + weights.pressed_saving * pressure) * saving
        + weights.affinity * np.nan_to_num(columns["cf_bpr_score"], nan=0.5)
        + weights.similarity * np.nan_to_num(columns["semantic_sim"], nan=0.5)
        + weights.quality * np.nan_to_num(columns["quality_tags_score"])
    )


def hidden_taste(shopper_seed: int, brands: Ints, types: Ints) -> Floats:
    """This shopper's liking of each swap's brand and type, shape (n,); the same at every visit."""
    drawn = [
        np.random.default_rng((shopper_seed, int(brand), int(kind))).normal()
        for brand, kind in zip(brands, types, strict=True)
    ]
    return HIDDEN_TASTE * np.asarray(drawn, dtype=np.float64)


def looks(rng: np.random.Generator, persona: Persona, utility: Floats) -> Floats:
    """Noisy utility of each swap minus the persona's bar; positive means looked at, shape (n,)."""
    noise = rng.logistic(scale=LOOK_NOISE, size=len(utility))
    return utility + noise - UTILITIES[persona].look_bar


def cast(count: int, rng: np.random.Generator) -> list[Persona]:
    """``count`` personas in the brief's shares, to the nearest whole shopper, in random order."""
    ends = np.rint(np.cumsum(list(SHARES.values())) * count).astype(int)
    lengths = np.diff(ends, prepend=0)
    roles = [role for role, length in zip(SHARES, lengths, strict=True) for _ in range(length)]
    return [roles[at] for at in rng.permutation(count)]
