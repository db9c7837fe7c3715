"""Pictures as readers get them: the sizes and formats of an image, and how one is shown.

All of them are made by the worker (core.picture_making) once an image has come in. Nothing here
makes one: what is not there yet is not offered, and the image itself stands in.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import prefetch_related_objects
from wagtail.images.models import AbstractImage, AbstractRendition, Filter

WIDTHS = (560, 720, 1120)
"""Pixels: the column of text is 560 wide on a desk, and 358 on a phone of 390, both at up to 2x."""
WIDEST = 1600
PLAIN = f"width-{WIDTHS[-1]}|format-jpeg"
"""What stands beside AVIF and WebP, and alone in feeds."""
WHOLE = f"width-{WIDEST}|format-jpeg"
"""What is opened from a gallery, where the image has more than `PLAIN`."""
CARD = "fill-1200x630|format-jpeg"
"""Shown where a page is shared; not every service reads newer formats."""
PHOTO = "fill-192x192|format-webp"
"""Of a person, at twice the size it is shown at."""
TYPES = {"avif": "image/avif", "webp": "image/webp"}
"""Formats of a picture in several widths, the one that browsers take first before the others."""

FILTERS = {
    spec: Filter(spec)
    for spec in (
        *(PLAIN, WHOLE, CARD, PHOTO),
        *(f"width-{width}|format-{kind}" for kind in TYPES for width in WIDTHS),
    )
}
"""Every size in every format that this site has of its images."""
VERSION = hashlib.sha256(" ".join(FILTERS).encode()).hexdigest()[:8]
"""Differs where `FILTERS` do: then all are made anew."""


class Source(NamedTuple):
    """A format of a picture, as `<source>` has it."""

    type: str
    srcset: str


@dataclass(frozen=True)
class Picture:
    """What a browser may choose from."""

    src: str
    """For those that know none of the formats in `sources`, and while none is made."""
    width: int
    height: int
    sources: list[Source] = field(default_factory=list)


def format_of(spec: str) -> str:
    return spec.rpartition("format-")[2]


def in_widths(image: AbstractImage, kind: str) -> list[str]:
    """Return the sizes of an image in a format: none is larger than the image but the last."""
    smaller = [width for width in WIDTHS if width < image.width]
    return [f"width-{width}|format-{kind}" for width in WIDTHS[: len(smaller) + 1]]


def fetch_renditions(images: Iterable[AbstractImage | None]) -> None:
    """Fetch what sizes there are of images, in one query for all."""
    if present := [image for image in images if image is not None]:
        prefetch_related_objects(present, "renditions")


def made(image: AbstractImage, specs: Iterable[str]) -> dict[str, AbstractRendition]:
    """Return those of some sizes that are there, for the focal point that the image has now."""
    found = image.find_existing_renditions(*(FILTERS[spec] for spec in specs))
    return {one.spec: rendition for one, rendition in found.items()}


def address_of(image: AbstractImage, spec: str) -> str:
    """Return where a size of an image lies; blank while it is not made."""
    found = made(image, [spec]).get(spec)
    return found.url if found else ""


def picture_of(image: AbstractImage) -> Picture:
    """Return how an image is shown in a text. A format is offered once all its widths are there."""
    fetch_renditions([image])
    in_kinds = {kind: in_widths(image, kind) for kind in TYPES}
    there = made(image, [PLAIN, *(spec for specs in in_kinds.values() for spec in specs)])
    sources = [
        Source(TYPES[kind], ", ".join(f"{there[one].url} {there[one].width}w" for one in specs))
        for kind, specs in in_kinds.items()
        if all(one in there for one in specs)
    ]
    if plain := there.get(PLAIN):
        return Picture(plain.url, plain.width, plain.height, sources)
    return Picture(image.file.url, image.width, image.height, sources)


def whole_address(image: AbstractImage) -> str:
    """Return where a picture is opened by itself, as large as there is use for."""
    fetch_renditions([image])
    return address_of(image, WHOLE) or address_of(image, PLAIN) or image.file.url


def card_address(image: AbstractImage) -> str:
    """Return where a picture lies that stands for a page where it is shared."""
    fetch_renditions([image])
    return address_of(image, CARD) or address_of(image, PLAIN) or image.file.url
