"""The log's tables. Products, rankers and members are plain ids and opaque tags here."""

from __future__ import annotations

from django.db import models

from tracking.identifiers import new_id


class Origin(models.TextChoices):
    SERVED = "served"
    SIMULATED = "simulated"


class EventType(models.TextChoices):
    IMPRESSION = "impression"
    VIEW = "view"
    CART_ADD = "cart_add"
    CART_REMOVE = "cart_remove"
    # What another swap replaced is back as it was: that one was undone.
    CART_RETURN = "cart_return"
    SWAP_ACCEPT = "swap_accept"
    SWAP_UNDO = "swap_undo"
    SWAP_DISMISS = "swap_dismiss"
    PURCHASE = "purchase"


class Visitor(models.Model):
    """One browser, known by the key in its cookie. Consent is None until it was answered."""

    key = models.UUIDField(primary_key=True, default=new_id, editable=False)
    consent = models.BooleanField(null=True)
    consent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.key)


class Session(models.Model):
    """One visit, ended by 30 minutes without an event."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visitor = models.ForeignKey(
        Visitor, on_delete=models.CASCADE, related_name="sessions", db_index=False
    )
    member_id = models.BigIntegerField(null=True)
    # "m:<member id>" or "v:<visitor key>": whose taste this visit teaches.
    shopper_key = models.CharField(max_length=48, db_index=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.SERVED)
    # The simulated persona; blank for real visits.
    persona = models.CharField(max_length=24, blank=True)
    started_at = models.DateTimeField()
    last_event_at = models.DateTimeField()
    # When its visitor signed in and what was done in it became the account's; it ended with that.
    joined_at = models.DateTimeField(null=True)
    # The account's visit that it went on in, if it stood when its visitor signed in: an order
    # placed there is an order of this visit, too.
    goes_on_in = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="begun_in"
    )

    class Meta:
        indexes = [models.Index(fields=["visitor", "-last_event_at"])]

    def __str__(self) -> str:
        return str(self.id)


class Slate(models.Model):
    """The ordered swaps served for one query, with everything needed to compute them again."""

    qid = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Null for a functional slate: without consent no visit is recorded.
    session = models.ForeignKey(
        Session, null=True, on_delete=models.CASCADE, related_name="slates", db_index=False
    )
    shopper_key = models.CharField(max_length=48)
    placement = models.CharField(max_length=16)
    served_at = models.DateTimeField()
    policy = models.CharField(max_length=16)
    ranker_tag = models.CharField(max_length=64, blank=True)
    generation = models.PositiveIntegerField(default=0)
    fingerprint = models.CharField(max_length=64, blank=True)
    snapshot_tag = models.CharField(max_length=64, blank=True)
    vectors_tag = models.CharField(max_length=64, blank=True)
    # Cart, budget, total and taste as they were: the raw inputs of the features.
    inputs = models.JSONField(default=dict)
    # [{position, anchor, product, anchor_quantity, quantity, saving_cents, score, propensity}];
    # propensity is null where something dropped out before it was shown.
    items = models.JSONField(default=list)
    # float64, row-major, one row per item in the order of `items`; empty for policies without.
    features = models.BinaryField(default=bytes)
    # Hash of cart, budget, taste cursor and generation: while it stands, the slate stands.
    state_key = models.CharField(max_length=64)
    # Served without consent: dies with the cart and never trains.
    functional = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["session", "placement", "-served_at"]),
            models.Index(fields=["-served_at"]),
            models.Index(
                fields=["shopper_key"],
                condition=models.Q(functional=True),
                name="tracking_functional_slates",
            ),
        ]

    def __str__(self) -> str:
        return str(self.qid)


class Event(models.Model):
    """One logged fact; ids grow in the order of arrival."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The sender's own name for the event: what arrives twice is one row. Never the primary key,
    # because readers' cursors follow that and a sender could choose one from the far future.
    client_id = models.UUIDField(null=True, unique=True)
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    # The session's, repeated so that one shopper's newest events are one range of one index.
    shopper_key = models.CharField(max_length=48)
    event_type = models.CharField(max_length=16, choices=EventType)
    product_id = models.BigIntegerField()
    qid = models.UUIDField(null=True, db_index=True)
    position = models.PositiveSmallIntegerField(null=True)
    # The order a purchase belongs to; null for everything else.
    order_id = models.BigIntegerField(null=True)
    # A fact found by the server; a beacon's word is never worth a label above 1.
    server_side = models.BooleanField(default=False)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-received_at", "-id"]),
            models.Index(fields=["shopper_key", "id"]),
            models.Index(fields=["session", "event_type"]),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.product_id}"


class Counter(models.Model):
    """A number that grows inside the transaction of what it counts."""

    name = models.CharField(max_length=32, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"
