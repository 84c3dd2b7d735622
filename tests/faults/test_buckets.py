"""TARGETS R1: however many processes sell at once, every fifth order completes one bucket, once.

``FAULTS_PROCESSES`` and ``FAULTS_ORDERS`` (of each process) make it larger.
"""

from __future__ import annotations

import os

import pytest

from tests.faults import processes
from tests.flows.running_store import manage

pytestmark = pytest.mark.slow

PROCESSES = int(os.environ.get("FAULTS_PROCESSES", "4"))
ORDERS = int(os.environ.get("FAULTS_ORDERS", "25"))
TAKERS = 3


@pytest.mark.parametrize("profile", ["embedded", "production"])
def test_no_bucket_is_missed_and_none_is_taken_twice(profile, tmp_path):
    whole = PROCESSES * ORDERS
    with processes.store(profile, tmp_path) as environment:
        takers = [processes.start(environment, "tests.faults.taker") for _ in range(TAKERS)]
        buyers = [
            processes.start(environment, "tests.faults.buyer", f"b{at}", "0", str(ORDERS), "0")
            for at in range(PROCESSES)
        ]
        patience = 300 + ORDERS
        bought = [line for buyer in buyers for line in processes.told(buyer, patience=patience)]
        taken = [line for taker in takers for line in processes.told(taker)]
        ended = manage(environment, "shell", "-v", "0", "-c", REPORT)
    # The counter gave every order a number of its own, and so every bucket one order that is due.
    assert sorted(count for _, _, count in bought) == list(range(1, whole + 1))
    completed = [count // 5 for _, _, count in bought if count % 5 == 0]
    assert sorted(completed) == list(range(1, whole // 5 + 1))
    # One training may satisfy several; none is done twice, and none is left.
    buckets, fences = [bucket for bucket, _ in taken], [fence for _, fence in taken]
    assert len(set(buckets)) == len(buckets)
    assert len(set(fences)) == len(fences)
    assert [b for _, b in sorted(zip(fences, buckets, strict=True))] == sorted(buckets)
    assert ended.split() == [str(whole), str(whole // 5), str(processes.STOCK * 8 - whole)]


REPORT = """
from django.db.models import Sum
from recommender.models import TrainingRun
from shop.models import Order, Product
stock = Product.objects.aggregate(left=Sum("stock"))["left"]
print(Order.objects.count(), TrainingRun.objects.get().trained_bucket, stock)
"""
