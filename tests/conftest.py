"""What every test may ask for."""

import pytest

from scripts import system_packages


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Path of the Chrome or Chromium that browser tests start."""
    path = system_packages.find_browser()
    if path is None:
        pytest.fail(system_packages.NO_BROWSER)
    return path
