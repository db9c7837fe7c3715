"""Persons as blocks of a text."""

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from people.models import Person


class ContactValue(blocks.StructValue):
    @cached_property
    def found(self) -> Person | None:
        """The person, if readers may see them."""
        chosen = self["person"]
        if chosen is None:
            return None
        return Person.objects.public().for_listing().filter(pk=chosen.pk).first()


class ContactBlock(blocks.StructBlock):
    person = SnippetChooserBlock("people.Person", label=_("Person"))
    note = blocks.CharBlock(
        label=_("What for"), required=False, help_text=_("As “For stuck holds”.")
    )

    def clean(self, value):
        value = super().clean(value)
        if value["person"] and value.found is None and not self.is_deferred_validation:
            unseen = ValidationError(
                _(
                    "Readers do not see this person yet. Give them a team, or say in their form "
                    "what they answer for."
                )
            )
            raise blocks.StructBlockValidationError({"person": unseen})
        return value

    def get_searchable_content(self, value):
        person = value.found
        return [*filter(None, [person.name, person.role, value["note"]])] if person else []

    def get_preview_value(self):
        value = self.normalize({"person": None, "note": _("For stuck holds")})
        value.found = Person(
            name=_("Marisol Achterberg"),
            slug="example",
            role=_("Borrowing"),
            extension="204",
            email="example@example.org",
        )
        return value

    class Meta:
        icon = "user"
        group = _("People and words")
        label = _("Whom to ask")
        description = _("A person with role, extension and a way to write to them.")
        template = "blocks/contact.html"
        value_class = ContactValue


PEOPLE_BLOCKS = (("contact", ContactBlock()),)
