"""The ledger as data: every ranker with the gate's verdict, and every step of the live tag."""

from __future__ import annotations

from typing import Any

from recommender.models import LedgerEntry, RankerVersion

NEWEST = 50


def versions() -> list[dict[str, Any]]:
    """The newest rankers, rejected ones too, each with the gate's reasons and figures."""
    newest = RankerVersion.objects.defer("golden", "weights")[:NEWEST]
    return [
        {
            "tag": version.tag,
            "policy": version.policy,
            "status": version.status,
            "bucket": version.bucket,
            "trained_at": version.trained_at.isoformat(),
            "promoted_at": version.promoted_at.isoformat() if version.promoted_at else None,
            "origins": version.training_info.get("origins", {}),
            "passed": version.verdict.get("passed"),
            "reasons": version.verdict.get("reasons", []),
            "figures": version.verdict.get("figures", {}),
        }
        for version in newest
    ]


def steps() -> list[dict[str, Any]]:
    """The newest steps of the live tag. Who steered is for the admin, not for everybody."""
    newest = LedgerEntry.objects.select_related("version").defer(
        "version__golden", "version__weights"
    )[:NEWEST]
    return [
        {
            "action": entry.action,
            "tag": entry.version.tag if entry.version else "",
            "generation": entry.generation,
            "by": "staff" if entry.by else "the gate",
            "why": entry.why,
            "at": entry.at.isoformat(),
        }
        for entry in newest
    ]
