"""Pictures in templates: shown, never made (core.pictures)."""

from typing import Any

from django import template
from wagtail.images.models import AbstractImage

from core import pictures

register = template.Library()

SIZES = {
    "column": "(min-width: 37rem) 35rem, calc(100vw - 2rem)",
    "step": "(min-width: 40rem) 30rem, 85vw",
    "gallery": "(min-width: 37rem) 17rem, calc(100vw - 2rem)",
}
"""How wide a picture stands at which width of the window, by its place."""


@register.inclusion_tag("components/picture.html", takes_context=True)
def picture(
    context: template.Context,
    image: AbstractImage,
    place: str,
    alt: str = "",
    at_once: bool = False,
) -> dict[str, Any]:
    """Show an image in the formats and widths that there are of it.

    `at_once`: it is seen without scrolling. Feeds get it in one format. Raises KeyError for no
    place of `SIZES`.
    """
    return {
        "picture": pictures.picture_of(image),
        "sizes": SIZES[place],
        "alt": alt,
        "at_once": at_once,
        "plain": context.get("in_feed", False),
    }


@register.filter
def whole_address(image: AbstractImage) -> str:
    return pictures.whole_address(image)
