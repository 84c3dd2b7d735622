"""The beacon's API: what a browser saw, and whether it may be kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tracking import attribution, consent, record, visitor
from tracking.parsers import BoundedJSONParser
from tracking.record import Draft, Verdict
from tracking.serializers import (
    BatchAnswer,
    BatchRequest,
    BatchSerializer,
    ConsentAnswer,
    ConsentSerializer,
    EventAnswer,
    EventSerializer,
    ServerFact,
)

REFUSED = OpenApiResponse(
    {
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "fields": {"type": "object"},
                },
            }
        },
    },
    description="What is wrong, and in which field.",
)


class EventIdTaken(APIException):
    status_code = 409
    default_code = "event_id_taken"
    default_detail = "This event_id cannot be used; send the event with a new one."


class TrackEvent(generics.GenericAPIView[Any]):
    """Store one event. The same `event_id` again gets the first answer."""

    serializer_class = EventSerializer

    @extend_schema(
        operation_id="track_event",
        responses={200: EventAnswer, 400: REFUSED, 409: REFUSED, 413: REFUSED},
    )
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        draft = Draft(**serializer.validated_data)
        if not visitor.of(request).consent:
            return Response(
                {
                    "success": True,
                    "event_id": draft.event_id,
                    "stored": False,
                    "reason": consent.WITHOUT,
                }
            )
        problems = attribution.problems(visitor.of(request), [draft])
        if problems:
            raise ValidationError(problems[0])
        [(event_id, verdict)] = record.events(visitor.ensure(request), [draft], server_side=False)
        if verdict is Verdict.TAKEN:
            raise EventIdTaken
        return Response({"success": True, "event_id": event_id, "stored": True})


class TrackEvents(generics.GenericAPIView[Any]):
    """Store up to 50 events. Each gets its own verdict; a bad one does not keep out the others."""

    serializer_class = BatchSerializer
    parser_classes = [BoundedJSONParser]

    @extend_schema(
        operation_id="track_events",
        request=BatchRequest,
        responses={200: BatchAnswer, 400: REFUSED, 413: REFUSED},
    )
    def post(self, request: Request) -> Response:
        batch = self.get_serializer(data=request.data)
        batch.is_valid(raise_exception=True)
        checked = _checked(batch.validated_data["events"])
        caller = visitor.of(request)
        if not caller.consent:
            results = [
                one if isinstance(one, dict) else _result(one.event_id, "not_stored")
                for one in checked
            ]
            return Response({"success": True, "results": results, "reason": consent.WITHOUT})
        drafts = [(at, one) for at, one in enumerate(checked) if isinstance(one, Draft)]
        problems = attribution.problems(caller, [draft for _, draft in drafts])
        results = [one if isinstance(one, dict) else {} for one in checked]
        good = []
        for number, (at, draft) in enumerate(drafts):
            if number in problems:
                results[at] = _invalid(draft.event_id, problems[number])
            else:
                good.append((at, draft))
        if good:
            stored = record.events(
                visitor.ensure(request), [draft for _, draft in good], server_side=False
            )
            for (at, _), (event_id, verdict) in zip(good, stored, strict=True):
                results[at] = (
                    _invalid(event_id, {"event_id": [EventIdTaken.default_detail]})
                    if verdict is Verdict.TAKEN
                    else _result(event_id, verdict.value)
                )
        return Response({"success": True, "results": results})


class Consent(generics.GenericAPIView[Any]):
    """May visits be recorded, so that swaps follow this store's shoppers? The answer is kept."""

    serializer_class = ConsentSerializer

    @extend_schema(
        operation_id="consent", responses={200: ConsentAnswer, 400: REFUSED, 413: REFUSED}
    )
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        yes = serializer.validated_data["consent"]
        consent.answer(request, yes, now=timezone.now())
        answer: dict[str, Any] = {"success": True, "consent": visitor.of(request).consent}
        if yes and not answer["consent"]:
            answer["reason"] = "The browser's Sec-GPC or DNT signal says no, and it decides."
        return Response(answer)


def _checked(items: Sequence[Any]) -> list[Draft | dict[str, Any]]:
    """Each item as a draft, or as the verdict on why it is none."""
    # One serializer for all: building its fields costs more than running them.
    serializer = EventSerializer()
    checked: list[Draft | dict[str, Any]] = []
    for item in items:
        try:
            checked.append(Draft(**serializer.run_validation(item)))
        except ServerFact as error:
            checked.append(_invalid(_named(item), error.fields))
        except ValidationError as error:
            # What is no object has no fields to name.
            found = error.detail
            problem = found if isinstance(found, dict) else {"non_field_errors": found}
            checked.append(_invalid(_named(item), problem))
    return checked


def _named(item: Any) -> Any:
    """The sender's own name for a bad event, so that it knows which one is meant."""
    name = item.get("event_id") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None


def _invalid(event_id: Any, error: Any) -> dict[str, Any]:
    return {"event_id": event_id, "status": "invalid", "error": error}


def _result(event_id: Any, status: str) -> dict[str, Any]:
    return {"event_id": event_id, "status": status}
