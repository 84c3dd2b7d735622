"""``/api/model/versions`` and what staff with the permission may change there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recommender import bodies, explain, ledger, steering
from recommender.models import RankerVersion
from shop.api.view import INVALID, ErrorAnswer
from shop.errors import Missing

NOT_ALLOWED = OpenApiResponse(ErrorAnswer, description="Not staff, or without the permission.")
NO_SUCH_RANKER = OpenApiResponse(ErrorAnswer, description="There is no ranker of this tag.")
NOT_NOW = OpenApiResponse(ErrorAnswer, description="Nothing has moved; the sentence says why.")
STEERED = {200: bodies.StatusBody, 400: INVALID, 403: NOT_ALLOWED, 409: NOT_NOW}
STEERED_BY_TAG = {**STEERED, 404: NO_SUCH_RANKER}


class MaySteer(BasePermission):
    """Staff who were given the permission ``recommender.steer``."""

    message = "Only staff with the permission to steer rankers may do this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        return bool(user.is_active and user.is_staff and user.has_perm(steering.PERMISSION))


class NotDone(APIException):
    """What the store refuses to do to its live tag, in a sentence."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


class Why(serializers.Serializer[Any]):
    """The reason that the ledger keeps."""

    why = serializers.CharField(max_length=500)


class Pin(Why):
    pinned = serializers.BooleanField()


class Versions(APIView):
    """All rankers with the gate's verdict on each, and every step of the live tag."""

    @extend_schema(responses=bodies.LedgerBody)
    def get(self, request: Request) -> Response:
        return Response({"versions": ledger.versions(), "steps": ledger.steps()})


class Steering(APIView):
    """The answer to each is the status as it is afterwards."""

    permission_classes = [MaySteer]

    def done(self, step: Callable[..., object], *subject: RankerVersion, **how: Any) -> Response:
        body = how.pop("body", Why)(data=self.request.data)
        body.is_valid(raise_exception=True)
        by = self.request.user.get_username()
        try:
            step(*subject, by=by, now=timezone.now(), **body.validated_data)
        except steering.Refused as refused:
            raise NotDone(str(refused)) from refused
        return Response(explain.status())


class Promote(Steering):
    """Put a ranker live that passed the gate, now or earlier."""

    @extend_schema(request=Why, responses=STEERED_BY_TAG)
    def post(self, request: Request, tag: str) -> Response:
        return self.done(steering.promote, _ranker(tag))


class RollBack(Steering):
    """Take this ranker, which must be live, back for the last good one before it."""

    @extend_schema(request=Why, responses=STEERED_BY_TAG)
    def post(self, request: Request, tag: str) -> Response:
        return self.done(steering.roll_back, _ranker(tag))


class PinLiveTag(Steering):
    """Keep the live ranker whatever challengers pass the gate, or no longer."""

    @extend_schema(request=Pin, responses=STEERED)
    def put(self, request: Request) -> Response:
        return self.done(steering.pin, body=Pin)


class Retrain(Steering):
    """Train on the log as it is now, without waiting for the fifth purchase."""

    @extend_schema(request=Why, responses=STEERED)
    def post(self, request: Request) -> Response:
        return self.done(steering.retrain)


def _ranker(tag: str) -> RankerVersion:
    version = RankerVersion.objects.filter(tag=tag).first()
    if version is None:
        raise Missing(f"There is no ranker {tag}.", code="unknown_ranker")
    return version
