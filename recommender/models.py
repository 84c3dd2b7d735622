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
    # Which rows it was trained on and how: with both the same bytes come out again (manifest.py).
    manifest = models.JSONField(default=dict)
    training_info = models.JSONField(default=dict)
    evaluation = models.JSONField(default=dict)
    verdict = models.JSONField(default=dict)
    weights = models.JSONField(default=dict)
    weights_state = models.CharField(max_length=10, choices=Weights, default=Weights.COMPUTING)
    trained_at = models.DateTimeField()
    promoted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-trained_at"]
        permissions = [("steer", "Can promote, roll back and pin rankers and ask for a training")]

    def __str__(self) -> str:
        return self.tag


class LiveTag(models.Model):
    """One row: which ranker serves, and the generation that every process compares."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    generation = models.PositiveIntegerField(default=0)
    version = models.ForeignKey(
        RankerVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # While true, challengers that pass the gate wait.
    pinned = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"generation {self.generation}"


class LedgerEntry(models.Model):
    """One step of the live tag, or of the pin on it: who, when, why. Never changed."""

    class Action(models.TextChoices):
        PROMOTED = "promoted"
        ROLLED_BACK = "rolled_back"
        PINNED = "pinned"
        UNPINNED = "unpinned"
        HELD_BACK = "held_back"
        RETRAIN = "retrain"

    action = models.CharField(max_length=12, choices=Action)
    # What the entry is about; null: the blend, which needs no ranker.
    version = models.ForeignKey(
        RankerVersion, null=True, on_delete=models.PROTECT, related_name="entries"
    )
    # The live generation after this step.
    generation = models.PositiveIntegerField(default=0)
    # Blank: the gate, or the pin, by itself.
    by = models.CharField(max_length=150, blank=True)
    why = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "ledger entries"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_action_display()}, generation {self.generation}"


class ServingProcess(models.Model):
    """A web or worker process, and the generation that it serves; gone when it falls silent."""

    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    role = models.CharField(max_length=10)
    generation = models.PositiveIntegerField(default=0)
    # Why it does not serve the live generation; mostly blank.
    problem = models.TextField(blank=True)
    # When it began to serve this generation.
    since = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "serving processes"
        ordering = ["role", "host", "pid"]
        constraints = [
            models.UniqueConstraint(fields=["host", "pid"], name="recommender_one_row_a_process")
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.host}:{self.pid}"


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
    # Somebody asked for a training though no bucket is due; null once one has ended.
    asked_at = models.DateTimeField(null=True)
    # When a worker last began to fit the vectors anew.
    refit_at = models.DateTimeField(null=True)
    # When what is no longer kept was last deleted.
    pruned_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"bucket {self.trained_bucket}, {self.state}"

    @property
    def given_up(self) -> bool:
        """Whether the last breakdown was one too many; before that, a pause and a try follow."""
        return self.state == self.State.FAILED and self.leased_until is None


class Partition(models.Model):
    """One day's training rows as a file in the ``training`` storage, which is never changed.

    A day that is still open is written anew when something was added; what was erased makes a new
    file and removes the old one, and its row with it.
    """

    # In UTC.
    day = models.DateField()
    # Of the file; empty for a day without rows, which has none.
    sha256 = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    slates = models.PositiveIntegerField()
    # All slates of the day are mature: it is not written again.
    final = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    # The log was read for it then, for the last time; null: it must be, whatever was read before.
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["day", "made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "fingerprint", "sha256"], name="recommender_one_row_a_partition"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Its place in the storage."""
        return f"days/{self.day}/{self.sha256}.parquet"


class PendingErasure(models.Model):
    """A shopper whose rows are to leave the partitions, until no training can bring them back."""

    shopper_key = models.CharField(max_length=48, primary_key=True)
    asked_at = models.DateTimeField()
    # None: the partitions have not been gone through yet.
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.asked_at)


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
