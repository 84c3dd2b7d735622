"""What every test may ask for."""

import pytest

from scripts import find_browser


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Path of the Chrome or Chromium that browser tests start."""
    path = find_browser.find()
    if path is None:
        pytest.fail(find_browser.HOW)
    return path
