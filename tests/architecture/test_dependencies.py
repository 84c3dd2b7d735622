"""The locked requirements: complete, free of any address, and each one explained."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTS = ("requirements", "requirements-dev", "requirements-demo")


def asked_for(name: str) -> set[str]:
    """The packages that ``<name>.in`` asks for, without extras and versions."""
    lines = (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[~=<>]", line)[0] for line in lines if line and line[0].isalpha()}


@pytest.mark.parametrize("name", LISTS)
def test_every_dependency_is_explained(name: str) -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert {package for package in asked_for(name) if f"| {package} |" not in explained} == set()


@pytest.mark.parametrize("name", LISTS)
def test_every_dependency_is_locked_by_version_and_hash(name: str) -> None:
    locked = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    entries = dict(re.findall(r"^([a-z0-9._-]+)==\S+ \\\n((?:    --hash=\S+.*\n)+)", locked, re.M))
    assert {package.lower() for package in asked_for(name)} <= set(entries)
    assert set(entries) == set(re.findall(r"^([a-z0-9._-]+)==", locked, re.M))


@pytest.mark.parametrize("name", LISTS)
def test_the_lock_names_no_registry_and_no_folder(name: str) -> None:
    for line in (ROOT / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        assert "://" not in line
        assert not line.startswith(("--", "-f", "-i", "/"))
