"""The API's description of the beacon."""

from __future__ import annotations

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from tracking import urls


@pytest.mark.django_db
def test_description_of_the_beacon_has_no_warning():
    GENERATOR_STATS.reset()
    schema = SchemaGenerator(patterns=urls.urlpatterns).get_schema(request=None, public=True)
    assert not GENERATOR_STATS
    assert sorted(schema["paths"]) == ["/api/consent", "/api/track-event", "/api/track-events"]
    event = schema["components"]["schemas"]["Event"]
    assert event["required"] == ["event_type", "product_id"]
