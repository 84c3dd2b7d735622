"""What every test may ask for."""

from collections.abc import Iterator

import pytest

from scripts import system_packages
from shop import facets, tree, vocabulary


@pytest.fixture(autouse=True)
def _new_catalogue() -> Iterator[None]:
    """Each test has a catalogue of its own, whose version may be that of another test's."""
    for held in (vocabulary, tree, facets):
        held.forget()
    yield
    for held in (vocabulary, tree, facets):
        held.forget()


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Path of the Chrome or Chromium that browser tests start."""
    path = system_packages.find_browser()
    if path is None:
        pytest.fail(system_packages.NO_BROWSER)
    return path
