"""What the OpenAPI document says of the model's answers is what they hold, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft7Validator

from recommender.learning import lease, training
from recommender.models import RankerVersion
from recommender.ranking.features.schema import NAMES
from tests.recommender import market

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def _strict(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema that lets nothing pass which is not declared."""
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {name: _strict(value) for name, value in node.items()}
    if "properties" in made and made.get("type") == "object":
        made = {"additionalProperties": False} | made
    return {"anyOf": [made, {"type": "null"}]} if made.pop("nullable", False) else made


def _differences(value: Any, said: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Where ``value`` is not what the document says."""
    whole = _strict({**said, "components": document["components"]})
    return [error.message for error in Draft7Validator(whole).iter_errors(value)]


def _of(path: str, document: dict[str, Any], method: str = "get") -> dict[str, Any]:
    answer = document["paths"][path][method]["responses"]["200"]
    return answer["content"]["application/json"]["schema"]


def _trained() -> None:
    fence = lease.take(0, now=timezone.now(), by_hand=True)
    assert fence is not None
    training.held(bucket=0, fence=fence, training=market.judged(100))


PATHS = ("/api/model/feature-importance", "/api/model/status", "/api/model/versions")


@pytest.mark.parametrize("path", PATHS)
def test_the_document_says_what_the_answer_holds(client, document, path):
    before = client.get(path).json()
    assert _differences(before, _of(path, document), document) == []
    _trained()
    after = client.get(path).json()
    assert after != before
    assert _differences(after, _of(path, document), document) == []


def test_while_weights_are_computed_their_fields_are_empty(client, document):
    _trained()
    RankerVersion.objects.update(weights={}, weights_state="computing")
    body = client.get(PATHS[0]).json()
    assert (body["all_features"], body["key_weights"]) == ({}, {})
    assert _differences(body, _of(PATHS[0], document), document) == []


def test_a_field_that_nobody_declared_is_told(document):
    said = {"$ref": "#/components/schemas/ServingProcessBody"}
    body = {"role": "web", "generation": 1, "problem": ""}
    assert _differences(body, said, document) == []
    assert "'pid' was unexpected" in _differences({**body, "pid": 7}, said, document)[0]
    del body["role"]
    assert _differences(body, said, document) == ["'role' is a required property"]


def test_every_feature_has_its_field(document):
    schemas = document["components"]["schemas"]
    assert list(schemas["FeatureShares"]["properties"]) == list(NAMES)
    assert list(schemas["FeatureLosses"]["properties"]) == list(NAMES)
    steering = _of("/api/model/retrain", document, "post")
    assert steering == {"$ref": "#/components/schemas/StatusBody"}
