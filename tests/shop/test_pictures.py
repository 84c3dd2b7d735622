import io
import re

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image

from shop import pictures
from shop.models import Product
from tests.shop.shelf import product

pytestmark = pytest.mark.django_db


def drawn(width=100, height=80, kind="PNG", colour="red", **saved):
    made = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(made, kind, **saved)
    return made.getvalue()


def kept(content):
    return pictures.keep(io.BytesIO(content))


def stored(picture):
    with storages["default"].open(picture.name) as file:
        return Image.open(io.BytesIO(file.read()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_webp_under_the_name_of_its_content(kind):
    picture = kept(drawn(kind=kind))
    assert re.fullmatch(r"pictures/[0-9a-f]{40}\.webp", picture.name)
    assert (picture.width, picture.height) == (100, 80)
    assert stored(picture).format == "WEBP"
    assert kept(drawn(kind=kind)) == picture


def test_a_large_picture_is_made_to_fit_and_keeps_its_shape():
    picture = kept(drawn(2000, 1000))
    assert (picture.width, picture.height) == (640, 320)


def test_a_picture_lying_on_its_side_is_turned_and_the_cameras_data_are_gone():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A camera"
    picture = kept(drawn(100, 80, "JPEG", exif=exif))
    assert (picture.width, picture.height) == (80, 100)
    assert not stored(picture).getexif()


def test_cards_have_a_smaller_version_of_a_large_picture_and_none_of_a_small_one():
    picture = kept(drawn(1200, 600, colour="orange"))
    smaller = pictures.small(picture)
    assert smaller == (picture.name.replace(".webp", "-320.webp"), 320, 160)
    assert stored(smaller).size == (320, 160)
    assert pictures.small(kept(drawn(320, 200))) is None


def test_the_browser_chooses_the_version_by_the_width_that_is_shown(client):
    tea = product("Tea")
    pictures.hang(tea, kept(drawn(480, 640, colour="purple")))
    tea.save()
    name = f"/media/{tea.picture}"
    both = f'srcset="{name.replace(".webp", "-320.webp")} 240w, {name} 480w"'
    shelf, page = (client.get(at).content.decode() for at in ("/search", tea.get_absolute_url()))
    assert f'src="{name}" {both} sizes="8.5rem" width="480" height="640"' in shelf
    assert f'{both} sizes="(max-width: 28rem) 60vw, 17rem"' in page
    assert client.get(name.replace(".webp", "-320.webp")).status_code == 200


def test_a_picture_that_goes_takes_its_smaller_version_along():
    picture = kept(drawn(640, 640, colour="navy"))
    pictures.sweep(picture)
    assert not storages["default"].exists(picture.name)
    assert not storages["default"].exists(pictures.small(picture).name)


def test_a_picture_from_before_there_were_smaller_ones_gets_its_own():
    picture = kept(drawn(640, 640, colour="teal"))
    storages["default"].delete(pictures.small(picture).name)
    pictures.keep_small(picture.name)
    assert stored(pictures.small(picture)).size == (320, 320)
    pictures.keep_small("pictures/lost.webp")


def test_what_is_transparent_stands_on_white():
    made = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(made, "PNG")
    assert stored(kept(made.getvalue())).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JPEG, PNG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "no JPEG, PNG or WebP"),
        (drawn(kind="GIF"), "no JPEG, PNG or WebP"),
        (drawn(kind="BMP"), "no JPEG, PNG or WebP"),
        (drawn(200, 200, "JPEG")[:-400], "broken"),
        (drawn(63, 80), "at least 64 pixels"),
        (drawn(7000, 6000), "at most 40 million pixels"),
        (drawn() + b"x" * pictures.MOST_BYTES, "at most 10 MB"),
    ],
    ids=["empty", "svg", "gif", "bmp", "cut off", "tiny", "many pixels", "many bytes"],
)
def test_what_is_no_usable_picture_is_refused_with_the_reason(content, why):
    with pytest.raises(pictures.NoPicture, match=why):
        kept(content)


def edited(admin_client, one, **changes):
    address = f"/admin/shop/product/{one.pk}/change/"
    form = admin_client.get(address).context["adminform"].form
    data = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    data |= {"diet_tags": "[]", "quality_tags": "[]", "is_active": "on", **changes}
    data |= {f"price_changes-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    answer = admin_client.post(address, data)
    one.refresh_from_db()
    return answer


def test_a_picture_is_uploaded_shown_served_and_taken_away_in_the_admin(admin_client, client):
    tea = product("Tea")
    file = SimpleUploadedFile("tea.png", drawn())
    assert edited(admin_client, tea, upload=file).status_code == 302
    image = re.search(
        r'<img class="packshot" src="(/media/pictures/[0-9a-f]{40}\.webp)" width="100" '
        r'height="80" alt="" loading="lazy"',
        client.get("/search").content.decode(),
    )
    assert image
    # The one that its page is about does not wait to come into view.
    assert f'src="{image[1]}" width="100" height="80" alt="" loading="eager"' in (
        client.get(tea.get_absolute_url()).content.decode()
    )
    back_office = admin_client.get(f"/admin/shop/product/{tea.pk}/change/").content.decode()
    assert f'<img src="{image[1]}" width="100" height="80" alt="">' in back_office
    served = client.get(image[1])
    assert served.headers["Content-Type"] == "image/webp"
    assert "immutable" in served.headers["Cache-Control"]
    assert "Cookie" not in served.headers.get("Vary", "")
    assert client.get(f"/api/products/{tea.pk}").json()["picture"] == image[1]
    edited(admin_client, tea, without_picture="on")
    assert 'class="packshot hue-' in client.get(tea.get_absolute_url()).content.decode()
    assert client.get(image[1]).status_code == 404
    assert client.get(f"/api/products/{tea.pk}").json()["picture"] is None


def test_a_picture_that_two_products_share_stays_for_the_other(admin_client, client):
    one, other = product("One"), product("Other")
    for tea in (one, other):
        edited(admin_client, tea, upload=SimpleUploadedFile("tea.png", drawn(colour="blue")))
    edited(admin_client, one, without_picture="on")
    assert other.picture
    assert client.get(f"/media/{other.picture}").status_code == 200


def test_the_admin_says_why_a_file_is_refused(admin_client):
    tea = product("Tea")
    answer = edited(admin_client, tea, upload=SimpleUploadedFile("tea.png", b"no picture"))
    assert "This is no JPEG, PNG or WebP picture." in answer.content.decode()
    assert tea.picture == ""


@pytest.mark.parametrize("name", ["../secret_key", "x.webp", "a" * 40 + ".png", "%2e%2e/secret"])
def test_nothing_but_pictures_is_served(client, name):
    assert client.get(f"/media/pictures/{name}").status_code == 404


def load(path, *arguments):
    out = io.StringIO()
    call_command("load_catalogue", str(path), *arguments, stdout=out)
    return out.getvalue()


def test_a_catalogue_file_brings_pictures_from_its_folder(tmp_path):
    (tmp_path / "tea.png").write_bytes(drawn(colour="green"))
    (tmp_path / "bad.png").write_bytes(b"no picture")
    path = tmp_path / "catalogue.csv"
    path.write_text(
        "sku,name,category,price,image\n"
        "A1,Tea,Drinks,1.00,tea.png\n"
        "A2,Coffee,Drinks,1.00,bad.png\n"
        "A3,Cola,Drinks,1.00,missing.png\n"
        "A4,Milk,Drinks,1.00,../../etc/passwd\n"
        "A5,Water,Drinks,1.00,\n"
    )
    told = load(path)
    assert "row 3, picture: 'bad.png': This is no JPEG, PNG or WebP picture." in told
    assert "row 4, picture: 'missing.png': missing.png: No such file or directory." in told
    assert "row 5, picture: '../../etc/passwd': lies outside of the folder of pictures." in told
    assert list(Product.objects.exclude(picture="").values_list("sku", flat=True)) == ["A1"]
    assert Product.objects.count() == 5
    # A blank cell leaves what is there; the same file again changes nothing.
    assert "5 unchanged" in load(path)


def test_pictures_may_lie_in_another_folder_and_a_dry_run_reads_none(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "tea.png").write_bytes(drawn(colour="yellow"))
    path = tmp_path / "catalogue.csv"
    path.write_text("sku,name,category,price,photo\nA1,Tea,Drinks,1.00,tea.png\n")
    load(path, "--pictures", str(tmp_path / "photos"), "--dry-run")
    assert not Product.objects.exists()
    load(path, "--pictures", str(tmp_path / "photos"))
    assert Product.objects.get().picture
