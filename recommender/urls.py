from django.urls import path

from recommender import api, views

urlpatterns = [
    path("model", views.model, name="model"),
    path("api/model/feature-importance", api.FeatureImportance.as_view(), name="importance"),
    path("api/model/status", api.Status.as_view(), name="status"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
]
