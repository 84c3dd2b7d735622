"""Is this process fit to serve, and a few gauges in Prometheus' text form."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection

from recommender import alarms
from recommender.learning import lease
from recommender.models import RankerVersion, TrainingRun
from recommender.serving import live_ranker, processes
from tracking import log


def ready() -> tuple[bool, dict[str, Any]]:
    """Whether the database answers, and whether this process serves the ranker it should.

    A ranker that cannot be loaded is shown but is no reason to take the process out of service:
    the last good one (or the blend) answers meanwhile.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        live = live_ranker.current()
        serving = list(
            processes.serving().values(
                "host", "pid", "role", "generation", "problem", "since", "seen_at"
            )
        )
    except Exception as error:
        return False, {"database": f"{type(error).__name__}: {error}"}
    return True, {
        "database": "ok",
        "ranker": {
            "generation": live.generation,
            "wanted_generation": live_ranker.health.wanted_generation,
            "policy": live.policy,
            "problem": live_ranker.health.problem,
            "failures": live_ranker.health.failures,
        },
        "processes": serving,
    }


def metrics() -> str:
    """Gauges of the loop, one per line."""
    live = live_ranker.current()
    run = TrainingRun.objects.filter(pk=1).first() or TrainingRun()
    gauges = {
        "basketwise_purchases": log.purchases(),
        "basketwise_trained_bucket": run.trained_bucket,
        "basketwise_bucket_due": int(lease.due_bucket() is not None),
        "basketwise_training_running": int(run.state == TrainingRun.State.RUNNING),
        "basketwise_generation": live_ranker.health.wanted_generation,
        "basketwise_generation_served": live.generation,
        "basketwise_ranker_load_failures": live_ranker.health.failures,
        "basketwise_ranker_versions": RankerVersion.objects.count(),
    }
    lines = [f"# TYPE {name} gauge\n{name} {value}\n" for name, value in gauges.items()]
    ringing = {alarm.name for alarm in alarms.current()}
    lines.append("# TYPE basketwise_alarm gauge\n")
    lines += [
        f'basketwise_alarm{{name="{name}"}} {int(name in ringing)}\n' for name, _ in alarms.CHECKS
    ]
    lines.append("# TYPE basketwise_processes gauge\n")
    lines += [
        f'basketwise_processes{{role="{role}",generation="{generation}"}} {count}\n'
        for (role, generation), count in Counter(
            processes.serving().values_list("role", "generation")
        ).items()
    ]
    return "".join(lines)
