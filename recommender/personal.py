"""What the learning loop holds of one shopper, for their export and erasure (``PERSONAL_DATA``)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from recommender import conf
from recommender.learning import erasure, partitions
from recommender.models import Partition, PendingErasure, TasteState
from recommender.ranking.features.schema import fingerprint
from tracking.personal import Retention

logger = logging.getLogger(__name__)

COLUMNS = ["qid", "served_at", "position", "product_id", "anchor_id", "label"]


class Kept:
    """Named in ``settings.PERSONAL_DATA``; ``tracking.personal`` says what it must do."""

    def export(self, keys: Sequence[str]) -> dict[str, Any]:
        """Taste, and the rows that rankers learn from or learned from, as JSON can hold them."""
        tastes = TasteState.objects.filter(shopper_key__in=keys).values_list("state", flat=True)
        rows: dict[tuple[str, int], dict[str, Any]] = {}
        for partition in Partition.objects.filter(fingerprint=fingerprint()).exclude(sha256=""):
            for row in partitions.rows_of_shoppers(partition, keys)[COLUMNS].itertuples():
                values = row._asdict() | {"served_at": row.served_at.isoformat()}
                del values["Index"]
                rows[row.qid, row.position] = values
        return {"taste": list(tastes), "training_rows": list(rows.values())}

    def forget(self, keys: Sequence[str]) -> None:
        """Taste now, training rows as soon as the transaction that this is called in is through."""
        now = timezone.now()
        TasteState.objects.filter(shopper_key__in=keys).delete()
        for key in keys:
            PendingErasure.objects.update_or_create(
                pk=key, defaults={"asked_at": now, "erased_at": None}
            )
        transaction.on_commit(_erase)

    def retention(self) -> Retention:
        """What ``manage.py prune`` and the workers go by."""
        rules = conf.current()
        return Retention(rules.keep_log_days, rules.keep_functional_days)


def _erase() -> None:
    try:
        erasure.run(now=timezone.now())
    except Exception:
        # The shopper's rows have left the database; the sweeper does what is left to do.
        logger.exception("the training partitions could not be gone through; a worker tries again")
