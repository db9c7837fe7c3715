"""Pixels: an image decoded once, and cut into every size of one format.

Loads Pillow and takes memory, so it runs in a process of its own (core.picture_making).
"""

from io import BytesIO
from typing import Any, NamedTuple

import PIL.Image
from django.conf import settings
from PIL import ImageOps
from PIL.Image import Resampling
from wagtail.images.models import AbstractImage

from core.pictures import CARD, FILTERS, PHOTO, PLAIN, WHOLE, WIDEST, WIDTHS, format_of, in_widths

READ = ["JPEG", "PNG", "GIF", "WEBP", "AVIF"]
SAVED: dict[str, dict[str, Any]] = {
    "jpeg": {"quality": 76, "optimize": True, "progressive": True},
    "webp": {"quality": 80},
    # One thread: on two cores the other is left to readers.
    "avif": {"quality": 61, "speed": 6, "max_threads": 1},
}


class TooLarge(ValueError):
    """An image has more pixels than this site opens."""


class Cut(NamedTuple):
    """A file of one size."""

    content: bytes
    width: int
    height: int


class Made(NamedTuple):
    """What was made of an image."""

    cuts: dict[str, Cut]
    is_more: bool
    """Whether another format still lacks some."""


def cut_next(image: AbstractImage, content: bytes, there: set[str]) -> Made:
    """Make what is not `there` of the next format that lacks some.

    Raises TooLarge, and nearly anything else where the content is broken.
    """
    with PIL.Image.open(BytesIO(content), formats=READ) as opened:
        if opened.width * opened.height > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
            raise TooLarge(f"{opened.width} x {opened.height}")
        lacking = [[one for one in specs if one not in there] for specs in _wanted(image, opened)]
        lacking = [specs for specs in lacking if specs]
        if not lacking:
            return Made({}, is_more=False)
        source = _decode(opened)
    return Made({spec: _cut(image, spec, source) for spec in lacking[0]}, is_more=len(lacking) > 1)


def _wanted(image: AbstractImage, opened: PIL.Image.Image) -> list[list[str]]:
    """Return the sizes that an image is to have, by format.

    One that moves is shown as it is: only what stands still by its nature is made of it.
    """
    if getattr(opened, "is_animated", False):
        return [[CARD, PHOTO]]
    whole = [WHOLE] if image.width > WIDTHS[-1] else []
    return [[PLAIN, *whole, CARD, PHOTO], in_widths(image, "webp"), in_widths(image, "avif")]


def _decode(opened: PIL.Image.Image) -> PIL.Image.Image:
    """Return upright pixels, of a JPEG no more than are needed: a half, a quarter or an eighth."""
    opened.draft(None, (WIDEST, max(1, WIDEST * opened.height // opened.width)))
    ImageOps.exif_transpose(opened, in_place=True)
    colours = opened.info.get("icc_profile") if opened.mode in ("RGB", "RGBA") else None
    mode = "RGBA" if opened.has_transparency_data else "RGB"
    pixels = opened.convert(mode)
    # What cameras write beside the pixels, as where a photo was taken, goes no further.
    pixels.info = {"icc_profile": colours} if colours else {}
    return pixels


def _cut(image: AbstractImage, spec: str, source: PIL.Image.Image) -> Cut:
    # Wagtail counts in pixels of the whole image, which may have been turned or made smaller.
    turned = (image.width < image.height) != (source.width < source.height)
    width, height = (image.height, image.width) if turned else (image.width, image.height)
    transform = FILTERS[spec].get_transform(image, (width, height))
    by_x, by_y = source.width / width, source.height / height
    left, top, right, bottom = transform.get_rect()
    box = (
        max(0, left * by_x),
        max(0, top * by_y),
        min(source.width, right * by_x),
        min(source.height, bottom * by_y),
    )
    pixels = source.resize(transform.size, Resampling.LANCZOS, box=box, reducing_gap=3)
    kind = format_of(spec)
    if kind == "jpeg" and pixels.mode == "RGBA":
        on_white = PIL.Image.new("RGB", pixels.size, "white")
        on_white.paste(pixels, mask=pixels.getchannel("A"))
        pixels = on_white
    written = BytesIO()
    pixels.save(written, kind.upper(), **SAVED[kind], **source.info)
    return Cut(written.getvalue(), *pixels.size)
