from django.urls import path

from tracking import api, views

urlpatterns = [
    path("api/track-event", api.TrackEvent.as_view(), name="track_event"),
    path("api/track-events", api.TrackEvents.as_view(), name="track_events"),
    path("api/consent", api.Consent.as_view(), name="consent_api"),
    path("consent", views.answer, name="consent"),
]
