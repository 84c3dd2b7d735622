import re
from pathlib import Path

import pytest

from tests.shop.pages import put
from tests.shop.shelf import product

TEMPLATES = Path(__file__).parents[2] / "templates"
INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|hx-on", re.IGNORECASE)


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_no_style_and_no_script_is_written_into_a_page(template):
    assert INLINE.findall(template.read_text(encoding="utf-8")) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/", "/search", "/cart", "/checkout", "/privacy", "/account/sign-in", "/account/sign-up",
     "/account/diet", "/model", "/nowhere", "/favourites", "/recent", "/privacy/erase"],
)  # fmt: skip
def test_a_page_has_one_status_region_one_heading_and_no_id_twice(client, address):
    put(client, product())
    html = client.get(address).content.decode()
    assert html.count('role="status"') == 1
    assert html.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
    assert 'href="#main"' in html
    assert 'id="main"' in html
    labelled = set(re.findall(r'<label[^>]*\sfor="([^"]+)"', html))
    fields = re.findall(r"<(?:input|select)\b(?![^>]*type=\"hidden\")[^>]*>", html)
    named = [re.search(r'\sid="([^"]+)"', field) for field in fields]
    unlabelled = [
        field
        for field, found in zip(fields, named, strict=True)
        if (not found or found[1] not in labelled) and 'type="checkbox"' not in field
    ]
    assert unlabelled == []
