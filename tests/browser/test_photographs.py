"""A photograph, uploaded in the back office, as shoppers see it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ANSWER_MS, ROOT, Store

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "a long and rare one"  # noqa: S105 of a throw-away store

SHIFTED = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => { sum += value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 500);
})"""


@pytest.fixture
def staff(browser: Browser, store: Store) -> Page:
    """A page of the back office, signed in."""
    environment = {
        **os.environ,
        "DATA_DIR": str(store.data),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    named = ["--noinput", "--email", "staff@example.com"]
    subprocess.run(
        [sys.executable, "manage.py", "createsuperuser", *named],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    page = browser.new_context(base_url=store.address).new_page()
    page.set_default_timeout(ANSWER_MS)
    page.goto("/admin/login/?next=/admin/")
    page.locator("#id_username").fill("staff@example.com")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{store.address}/admin/")
    return page


@pytest.mark.parametrize("shopper", [{"viewport": {"width": 360, "height": 740}}], indirect=True)
def test_it_stands_upright_and_square_where_its_room_was_kept(
    shopper: Page, staff: Page, tmp_path: Path
) -> None:
    shopper.goto("/search?search=milk")
    path = shopper.locator(".product h3 a").first.get_attribute("href")
    assert path is not None
    # Taken with the camera on its side: 2400 × 1600 pixels of a picture that is higher than wide.
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (2400, 1600), "tomato").save(tmp_path / "photo.jpg", exif=turned)
    staff.goto(f"/admin/shop/product/{path.rsplit('/', 1)[1]}/change/")
    staff.locator("input[type=file]").set_input_files(tmp_path / "photo.jpg")
    staff.get_by_role("button", name="Save and continue editing").click()
    expect(staff.locator(".messagelist")).to_contain_text("was changed successfully")
    for address, loading in (("/search?search=milk", "lazy"), (path, "eager")):
        shopper.goto(address)
        picture = shopper.locator("img.packshot").first
        expect(picture).to_be_visible()
        for name, value in (("alt", ""), ("width", "427"), ("height", "640"), ("loading", loading)):
            expect(picture).to_have_attribute(name, value)
        shopper.wait_for_function("document.querySelector('img.packshot').naturalHeight > 0")
        # On a screen of one pixel per point a card takes the smaller version.
        smaller = picture.evaluate("image => image.currentSrc").endswith("-320.webp")
        assert smaller == (loading == "lazy")
        box = picture.bounding_box()
        assert box is not None
        assert box["width"] == pytest.approx(box["height"])
        assert shopper.evaluate(SHIFTED) == 0
