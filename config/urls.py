"""Where every room hangs its pages and its part of the API."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config.errors import no_such_address


def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("img/favicon.svg"))


urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs",
        # Its template has no words for what OPTIONS would tell.
        SpectacularSwaggerView.as_view(url_name="schema", http_method_names=["get", "head"]),
        name="docs",
    ),
    # Pages that are not the store's own name no icon, and a browser then asks here.
    path("favicon.ico", favicon),
    path("account/", include("config.account_urls")),
    path("", include("tracking.urls")),
    path("", include("recommender.urls")),
    path("", include("shop.urls")),
    re_path(r"^api(?:/|$)", no_such_address),
]

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"
