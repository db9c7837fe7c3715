"""The inputs of forms, drawn as Django's own templates draw them, but without any.

Each would take three, and a registration for five has twenty inputs.
"""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

KINDS = ("text", "email", "url", "number", "hidden", "checkbox")
INPUTS = frozenset(f"django/forms/widgets/{kind}.html" for kind in KINDS)


class FormRenderer(DjangoTemplates):
    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        if template_name in INPUTS:
            return _input(context["widget"])
        return super().render(template_name, context, request)


def _input(widget: dict[str, Any]) -> SafeString:
    value = widget["value"]
    attributes = {"type": widget["type"], "name": widget["name"]}
    if value is not None:
        attributes["value"] = str(value)
    return format_html("<input{}>", flatatt(attributes | widget["attrs"]))
