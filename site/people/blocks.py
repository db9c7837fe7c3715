"""Persons as blocks of a text."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock


class ContactBlock(blocks.StructBlock):
    person = SnippetChooserBlock("people.Person", label=_("Person"))
    note = blocks.CharBlock(
        label=_("What for"), required=False, help_text=_("As “For stuck holds”.")
    )

    class Meta:
        icon = "user"
        label = _("Whom to ask")
        description = _("A person with role, extension and a way to write to them.")
        template = "blocks/contact.html"


PEOPLE_BLOCKS = (("contact", ContactBlock()),)
