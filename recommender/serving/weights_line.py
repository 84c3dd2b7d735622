"""The panel's sentence about what the ranker weighs, in figures that were measured (DESIGN §5)."""

from __future__ import annotations

from typing import Any

from recommender.models import RankerVersion

KEY_FEATURES = {
    "cf_score": "cf_bpr_score",
    "semantic_similarity": "semantic_sim",
    "price_saving": "price_saving",
    "budget_pressure": "budget_pressure",
}
"""The four weights that the panel names, and the features they are the weights of."""

KEY_WORDS = {
    "cf_score": "CF",
    "semantic_similarity": "Semantic",
    "price_saving": "Price",
    "budget_pressure": "Budget",
}

WITHOUT_RANKER = "Combining 60% CF + 40% semantic similarity for best results"
WRITTEN_WEIGHTS = "Ordered by weights written by hand — what shoppers choose will replace them"
WITHOUT_FIGURES = "LightGBM ML Model Active — Ready to learn from user behavior"


def key_weights(weights: dict[str, Any]) -> dict[str, float]:
    """The four weights of the panel's sentence, in percent; empty while there are no figures."""
    shares = weights.get("all_features")
    return {key: shares[name] for key, name in KEY_FEATURES.items()} if shares else {}


def sentence(
    *,
    policy: str,
    weights_state: str,
    weights: dict[str, Any],
    training_info: dict[str, Any],
) -> str:
    """The sentence under the panel's title (DESIGN §5); empty when the cheapest come first.

    A weight of zero is left out, and no figures are claimed unless at least one of the four can be
    told from noise. Sessions that were not real visits are called what they were.
    """
    if policy == "cheapest":
        return "Ordered by price per unit"
    if policy == "blend":
        return WITHOUT_RANKER
    if policy == "hand_signed":
        return WRITTEN_WEIGHTS
    if weights_state != RankerVersion.Weights.READY:
        return WITHOUT_FIGURES
    held_out = weights.get("held_out", {})
    if not any(held_out.get(name, {}).get("above_noise") for name in KEY_FEATURES.values()):
        return WITHOUT_FIGURES
    # Half up, as people round: 8.5 is 9 %.
    percent = {key: int(weight + 0.5) for key, weight in key_weights(weights).items()}
    shown = [f"{KEY_WORDS[key]} {share}%" for key, share in percent.items() if share > 0]
    return f"ML-Optimized Weights: {', '.join(shown)} from {sessions(training_info)}"


def sessions(training_info: dict[str, Any]) -> str:
    """ "12 sessions", "200 simulated sessions" or "212 sessions (200 simulated)"."""
    count = int(training_info.get("sessions", 0))
    noun = "session" if count == 1 else "sessions"
    others = {
        origin: number
        for origin, number in training_info.get("session_origins", {}).items()
        if origin != "served" and number
    }
    if not others:
        return f"{count} {noun}"
    if sum(others.values()) == count and len(others) == 1:
        return f"{count} {next(iter(others))} {noun}"
    told = ", ".join(f"{number} {origin}" for origin, number in others.items())
    return f"{count} {noun} ({told})"
