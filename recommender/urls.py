from django.urls import path

from recommender import api, steering_api, views

urlpatterns = [
    path("model", views.model, name="model"),
    path("api/model/feature-importance", api.FeatureImportance.as_view(), name="importance"),
    path("api/model/status", api.Status.as_view(), name="status"),
    path("api/model/versions", steering_api.Versions.as_view(), name="versions"),
    path("api/model/versions/<slug:tag>/promote", steering_api.Promote.as_view(), name="promote"),
    path(
        "api/model/versions/<slug:tag>/rollback", steering_api.RollBack.as_view(), name="rollback"
    ),
    path("api/model/pin", steering_api.PinLiveTag.as_view(), name="pin"),
    path("api/model/retrain", steering_api.Retrain.as_view(), name="retrain"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
]
