"""A trained ranker in words and figures, for the terminal."""

from __future__ import annotations

from typing import Any

from recommender.models import RankerVersion
from recommender.serving.weights_line import sessions

POLICIES = {
    "random": "random order",
    "blend": "60/40 blend",
    "tuned_blend": "60/40 blend, tuned",
    "hand_signed": "linear, written weights",
    "linear": "linear, fitted",
    "ltr": "LambdaMART",
    "ltr_on_linear": "LambdaMART on linear",
    "live": "the live ranker",
    "oracle": "oracle",
}


def text(version: RankerVersion) -> str:
    """Quality on later slates, then what the ranker leans on, the strongest first."""
    info, evaluation = version.training_info, version.evaluation
    lines = [
        f"{version.tag}: trained on {info['samples']:,} samples of {sessions(info)}, "
        f"{100 * info['positive_share']:.1f} % positive.",
        f"NDCG@5 on {evaluation['slates']} later slates ({evaluation['without_positive']} more "
        "without a positive are left out), with 95 % intervals over shoppers:",
        *_quality(evaluation),
        "Held-out importance: loss of NDCG@5 when the column is permuted; beside it the share of",
        "gain, which with few data ranks noise near the top.",
        *_importance(version.weights),
    ]
    return "\n".join(lines)


def _quality(evaluation: dict[str, Any]) -> list[str]:
    means, intervals = evaluation["ndcg_at_5"], evaluation["intervals"]
    lines = []
    for policy, words in POLICIES.items():
        if means.get(policy) is not None:
            low, high = intervals[policy]
            lines.append(f"  {words:<26}{means[policy]:.3f}  [{low:.3f}, {high:.3f}]")
    return lines


def _importance(weights: dict[str, Any]) -> list[str]:
    held_out, gain = weights["held_out"], weights["gain"]
    ordered = sorted(held_out, key=lambda name: held_out[name]["drop"], reverse=True)
    lines = [f"  {'feature':<30}{'drop':>8}  {'95 % interval':<18}{'share':>7}{'gain':>7}"]
    for name in ordered:
        figure = held_out[name]
        told = "" if figure["above_noise"] else "  not distinguishable from noise"
        interval = f"[{figure['low']:+.4f}, {figure['high']:+.4f}]"
        lines.append(
            f"  {name:<30}{figure['drop']:>+8.4f}  {interval:<18}"
            f"{weights['all_features'][name]:>6.1f}%{gain[name]:>6.1f}%{told}"
        )
    return lines
