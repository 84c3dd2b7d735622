import pytest

from tests.shop.shelf import CheapestFirst
from tests.shop.swaps.kitchen import Kitchen


@pytest.fixture(autouse=True)
def provider(settings, monkeypatch):
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    monkeypatch.setattr(CheapestFirst, "pairs", [])
    return CheapestFirst


@pytest.fixture
def kitchen(provider):
    return Kitchen(provider)
