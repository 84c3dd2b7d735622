"""A process that takes every due bucket's lease and ends it at once, until a line is sent to it.

Each bucket that it satisfied becomes one line: the bucket and the fence.
"""

from __future__ import annotations

import json
import select
import sys

import django


def main() -> None:
    django.setup()
    from django.utils import timezone

    from recommender.learning import lease
    from recommender.models import TrainingRun

    while True:
        # Asked before the last look, so that nothing that came before it is left.
        ending = bool(select.select([sys.stdin], [], [], 0.0)[0])
        bucket = lease.due_bucket()
        if bucket is None:
            if ending:
                return
            select.select([sys.stdin], [], [], 0.005)
            continue
        fence = lease.take(bucket, now=timezone.now())
        if fence is not None and lease.finish(
            fence, state=TrainingRun.State.KEPT, message="", now=timezone.now()
        ):
            print(json.dumps([bucket, fence]), flush=True)  # noqa: T201 this is its answer


if __name__ == "__main__":
    main()
