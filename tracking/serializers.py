"""What a client may say about an event, and what it is answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import APIException

from tracking.models import EventType

LARGEST_ID = 2**63 - 1
LONGEST_SLATE = 100
MOST_EVENTS = 50
AHEAD = timedelta(minutes=5)
BEHIND = timedelta(days=7)

# What happened to the cart's money is the server's to say.
SERVER_FACTS = {
    EventType.PURCHASE: "purchases are recorded by the checkout",
    EventType.SWAP_ACCEPT: "accepted swaps are recorded by the cart",
    EventType.SWAP_UNDO: "undone swaps are recorded by the cart",
    EventType.CART_RETURN: "what an undone swap brings back is recorded by the cart",
}


class ServerFact(APIException):
    """A client tried to post what only the server finds out."""

    status_code = 400
    default_code = "server_fact"

    def __init__(self, event_type: EventType) -> None:
        super().__init__(SERVER_FACTS[event_type])
        self.fields = {"event_type": [SERVER_FACTS[event_type]]}


class AwareDateTimeField(serializers.DateTimeField):
    """A moment with its offset from UTC; without one nobody knows which moment is meant."""

    default_error_messages = {
        "naive": 'This time has no offset; write "2030-01-31T12:00:00Z" or "…+01:00".',
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if timezone.is_naive(value):
            self.fail("naive")
        return value


class TextUUIDField(serializers.UUIDField):
    """A UUID in its usual text; a bare number is a mistake, not a UUID."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class EventSerializer(serializers.Serializer[Any]):
    """One event as a browser saw it."""

    event_id = TextUUIDField(
        required=False, allow_null=True, help_text="Your name for it: sent twice, stored once."
    )
    event_type = serializers.ChoiceField(choices=EventType.choices)
    product_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    qid = TextUUIDField(
        required=False, allow_null=True, help_text="The slate that showed the product."
    )
    position = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LONGEST_SLATE,
        help_text="1-based place in the slate; goes with qid.",
    )
    occurred_at = AwareDateTimeField(
        required=False, allow_null=True, help_text="With its offset; now when left out."
    )

    def validate_event_type(self, value: str) -> str:
        if value in SERVER_FACTS:
            raise ServerFact(EventType(value))
        return value

    def validate_occurred_at(self, value: datetime | None) -> datetime | None:
        if value is None:
            return None
        now = timezone.now()
        if value > now + AHEAD:
            raise serializers.ValidationError("This time is in the future.")
        if value < now - BEHIND:
            raise serializers.ValidationError(f"This is more than {BEHIND.days} days ago.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("qid") is None) != (attrs.get("position") is None):
            missing = "qid" if attrs.get("qid") is None else "position"
            raise serializers.ValidationError({missing: "qid and position go together."})
        return attrs


class BatchSerializer(serializers.Serializer[Any]):
    """Up to 50 events; each is judged for itself, so the list's items are checked later."""

    events = serializers.ListField(
        child=serializers.JSONField(allow_null=True), min_length=1, max_length=MOST_EVENTS
    )


class BatchRequest(serializers.Serializer[Any]):
    """How a batch is written down in the API's description."""

    events = EventSerializer(many=True)


class EventAnswer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    event_id = serializers.UUIDField(allow_null=True)
    stored = serializers.BooleanField()
    reason = serializers.CharField(required=False)


class EventVerdict(serializers.Serializer[Any]):
    event_id = serializers.CharField(
        allow_null=True, help_text="Of an invalid event what you sent, UUID or not."
    )
    status = serializers.ChoiceField(choices=["stored", "duplicate", "invalid", "not_stored"])
    error = serializers.DictField(required=False)


class BatchAnswer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    results = EventVerdict(many=True)
    reason = serializers.CharField(required=False)


class ConsentSerializer(serializers.Serializer[Any]):
    consent = serializers.BooleanField()


class ConsentAnswer(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    consent = serializers.BooleanField(help_text="What holds from now on.")
    reason = serializers.CharField(required=False)
