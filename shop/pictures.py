"""Uploaded product pictures: proven to be some, made small and clean, named by their content.

What is stored is always a WebP of ours, drawn anew from the pixels: at most ``EDGE`` wide and high,
turned upright, without what a camera writes beside them (places, times, devices). A large one is
stored once more, smaller, for cards (``small``).
"""

from __future__ import annotations

import hashlib
import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from shop.models import Product

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
SMALLEST_EDGE = 64
EDGE = 640
SMALL_EDGE = 320
QUALITY = 80
FOLDER = "pictures"


class NoPicture(Exception):
    """What was given cannot be used; the message says why, for whoever gave it."""


class Picture(NamedTuple):
    """A stored picture: its name in the storage and its size in pixels."""

    name: str
    width: int
    height: int


def keep(file: BinaryIO) -> Picture:
    """Checks the file and stores it; the same picture twice is stored once.

    Raises NoPicture for what is too large, too small, broken or of another kind.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NoPicture(f"A picture is at most {MOST_BYTES // 1024 // 1024} MB.")
    image = _drawn_anew(content)
    made = _webp(image)
    picture = Picture(
        f"{FOLDER}/{hashlib.sha256(made).hexdigest()[:40]}.webp", image.width, image.height
    )
    _store_small(picture, image)
    _store(picture.name, made)
    return picture


def keep_small(name: str) -> None:
    """Stores the smaller version of a picture from before there were any, unless it is lost."""
    try:
        with storages["default"].open(name) as file:
            image = _drawn_anew(file.read())
    except FileNotFoundError:
        return
    _store_small(Picture(name, image.width, image.height), image)


def small(picture: Picture) -> Picture | None:
    """The version of ``picture`` for cards, ``SMALL_EDGE`` in its longer direction.

    None where the picture itself is no larger.
    """
    longer = max(picture.width, picture.height)
    if longer <= SMALL_EDGE:
        return None
    width, height = (
        max(1, round(edge * SMALL_EDGE / longer)) for edge in (picture.width, picture.height)
    )
    return Picture(picture.name.replace(".webp", f"-{SMALL_EDGE}.webp"), width, height)


def read(path: Path) -> Picture:
    """As ``keep``, from a file on this machine; a missing one, too, is NoPicture."""
    try:
        with path.open("rb") as file:
            return keep(file)
    except OSError as problem:
        raise NoPicture(f"{path.name}: {problem.strerror}.") from None


def of(product: Product) -> Picture | None:
    """What the product shows; None where it is drawn."""
    if not (product.picture and product.picture_width and product.picture_height):
        return None
    return Picture(product.picture, product.picture_width, product.picture_height)


def hang(product: Product, picture: Picture | None) -> None:
    """Gives the product this picture, or none, without saving it."""
    product.picture = picture.name if picture else ""
    product.picture_width = picture.width if picture else None
    product.picture_height = picture.height if picture else None


def sweep(picture: Picture | None) -> None:
    """Deletes a stored picture that no product shows any more."""
    if picture is None or Product.objects.filter(picture=picture.name).exists():
        return
    for version in (picture, small(picture)):
        if version is not None:
            storages["default"].delete(version.name)


def _store_small(picture: Picture, image: Image) -> None:
    if (smaller := small(picture)) is not None:
        _store(smaller.name, _webp(image.resize((smaller.width, smaller.height))))


def _store(name: str, content: bytes) -> None:
    storage = storages["default"]
    if not storage.exists(name):
        storage.save(name, ContentFile(content))


def _webp(image: Image) -> bytes:
    made = io.BytesIO()
    image.save(made, "WEBP", quality=QUALITY, method=4)
    return made.getvalue()


def _drawn_anew(content: bytes) -> Image:
    """Upright, on white, at most ``EDGE`` in both directions."""
    # Only who uploads pays for the library.
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                _check_size(*image.size)
                image.draft("RGB", (EDGE * 2, EDGE * 2))
                upright = ImageOps.exif_transpose(image).convert("RGBA")
    except UnidentifiedImageError:
        raise NoPicture("This is no JPEG, PNG or WebP picture.") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoPicture(_too_many_pixels()) from None
    except (OSError, ValueError, SyntaxError):
        raise NoPicture("This picture is broken.") from None
    upright.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
    on_white = Image.new("RGB", upright.size, "white")
    on_white.paste(upright, mask=upright.getchannel("A"))
    return on_white


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise NoPicture(_too_many_pixels())
    if min(width, height) < SMALLEST_EDGE:
        raise NoPicture(f"A picture is at least {SMALLEST_EDGE} pixels wide and high.")


def _too_many_pixels() -> str:
    return f"A picture has at most {MOST_PIXELS // 1_000_000} million pixels."
