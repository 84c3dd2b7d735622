"""The API describes itself completely: the OpenAPI document comes without a warning."""

import subprocess
import sys
from pathlib import Path

from rest_framework.test import APIClient

ROOT = Path(__file__).resolve().parents[2]


def test_the_schema_is_made_without_warnings_and_is_valid() -> None:
    outcome = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "spectacular",
            "--fail-on-warn",
            "--validate",
            "--file=/dev/null",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stderr == ""


def test_no_path_of_the_api_ends_in_a_slash() -> None:
    schema = APIClient().get("/api/schema", {"format": "json"}).json()
    assert schema["paths"], "the schema lists no path"
    assert [path for path in schema["paths"] if path.endswith("/")] == []


def test_every_operation_says_the_shape_of_its_errors() -> None:
    schema = APIClient().get("/api/schema", {"format": "json"}).json()
    operations = [one for path in schema["paths"].values() for one in path.values()]
    shapes = [
        one["responses"]["default"]["content"]["application/json"]["schema"] for one in operations
    ]
    assert {tuple(shape["properties"]["error"]["required"]) for shape in shapes} == {
        ("code", "message", "fields")
    }
