"""The model page, and what operators' probes ask."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from recommender import explain, health, history, ledger

SHOWN_VERDICTS = 5


@require_safe
def model(request: HttpRequest) -> HttpResponse:
    """What the ranker has learned, for people."""
    context = {
        "importance": explain.importance(),
        "status": explain.status(),
        "history": history.page(),
        "newest": ledger.versions()[:SHOWN_VERDICTS],
    }
    return render(request, "recommender/model.html", context)


@require_safe
def live(_: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"live": True})


@require_safe
def ready(_: HttpRequest) -> HttpResponse:
    """The process can serve; 503 when it cannot."""
    fit, facts = health.ready()
    return JsonResponse({"ready": fit, **facts}, status=200 if fit else 503)


@require_safe
def metrics(_: HttpRequest) -> HttpResponse:
    """Gauges for Prometheus."""
    return HttpResponse(health.metrics(), content_type="text/plain; version=0.0.4")
