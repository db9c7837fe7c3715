"""Links to the admin's screens, by the names that its menu gives them."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from home.screens import screen_named

register = template.Library()


@register.simple_tag(takes_context=True)
def screen(context: template.Context, name: str) -> SafeString:
    """Return a screen's name, as a link for who may open it. Raises KeyError for no screen."""
    one = screen_named(name, context["request"])
    if one.href:
        return format_html('<a href="{}">{}</a>', one.href, one.label)
    return format_html("<strong>{}</strong>", one.label)
