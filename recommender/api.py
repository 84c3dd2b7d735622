"""``/api/model/…``: the learned weights and the state of the loop, with ETags."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.utils.http import parse_etags
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from recommender import bodies, explain


def _answer(request: Request, body: dict[str, Any]) -> Response:
    """``body``, or 304 when the caller holds it already."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:24]
    etag = f'"{digest}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in (tag.removeprefix("W/") for tag in known):
        return Response(status=304, headers=headers)
    return Response(body, headers=headers)


class FeatureImportance(APIView):
    """What the live ranker has learned, measured on later slates."""

    @extend_schema(responses=bodies.FeatureImportanceBody)
    def get(self, request: Request) -> Response:
        return _answer(request, explain.importance())


class Status(APIView):
    """Which ranker serves, and what a training is doing."""

    @extend_schema(responses=bodies.StatusBody)
    def get(self, request: Request) -> Response:
        return _answer(request, explain.status())
