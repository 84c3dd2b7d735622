"""The ledger of rankers, the live tag, training leases and what is known of tastes."""

from __future__ import annotations

from django.db import models


class RankerVersion(models.Model):
    """One trained (or written) ranker; its artifact lies in the ``rankers`` storage."""

    class Status(models.TextChoices):
        CHALLENGER = "challenger"
        LIVE = "live"
        RETIRED = "retired"
        REJECTED = "rejected"

    class Weights(models.TextChoices):
        COMPUTING = "computing"
        READY = "ready"
        FAILED = "failed"

    tag = models.CharField(max_length=64, unique=True)
    policy = models.CharField(max_length=16)
    status = models.CharField(max_length=12, choices=Status, default=Status.CHALLENGER)
    fingerprint = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    # {"rows": [[…]], "scores": […]}: must score as recorded before the file is trusted.
    golden = models.JSONField(default=dict)
    bucket = models.PositiveBigIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    # Where the training set lies in the ``training`` storage.
    training_file = models.CharField(max_length=120, blank=True)
    training_info = models.JSONField(default=dict)
    evaluation = models.JSONField(default=dict)
    verdict = models.JSONField(default=dict)
    weights = models.JSONField(default=dict)
    weights_state = models.CharField(max_length=10, choices=Weights, default=Weights.COMPUTING)
    trained_at = models.DateTimeField()
    promoted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-trained_at"]

    def __str__(self) -> str:
        return self.tag


class LiveTag(models.Model):
    """One row: which ranker serves, and the generation that every process compares."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    generation = models.PositiveIntegerField(default=0)
    version = models.ForeignKey(
        RankerVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"generation {self.generation}"


class TrainingRun(models.Model):
    """One row: the lease under which a bucket is trained, and how the last training ended."""

    class State(models.TextChoices):
        IDLE = "idle"
        RUNNING = "running"
        PROMOTED = "promoted"
        KEPT = "kept"
        REFUSED = "refused"
        FAILED = "failed"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    trained_bucket = models.PositiveBigIntegerField(default=0)
    # The bucket that the lease was taken for.
    bucket = models.PositiveBigIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.IDLE)
    message = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"bucket {self.trained_bucket}, {self.state}"


class ColumnsFile(models.Model):
    """A stored snapshot or set of vectors; the newest of each kind is in use."""

    class Kind(models.TextChoices):
        SNAPSHOT = "snapshot"
        VECTORS = "vectors"

    tag = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    # The catalogue version that a snapshot was made from.
    catalogue_version = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "-made_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.tag}"


class TasteState(models.Model):
    """What a shopper's events up to ``cursor`` say; later events are folded in when it is read."""

    shopper_key = models.CharField(max_length=48, primary_key=True)
    state = models.JSONField(default=dict)
    cursor = models.UUIDField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.shopper_key
