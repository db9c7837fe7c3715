"""Announcement lists as blocks of a text."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from updates.announcements import ref_of
from updates.models import AnnouncementList


class ListSignUpValue(blocks.StructValue):
    @cached_property
    def found(self) -> AnnouncementList | None:
        """The list, if somebody may begin to follow it."""
        chosen = self["list"]
        return chosen if chosen and chosen.is_open else None

    @property
    def ref(self) -> str:
        """What the form asks to be followed."""
        return str(ref_of(self.found))


class ListSignUpBlock(blocks.StructBlock):
    list = SnippetChooserBlock("updates.AnnouncementList", label=_("Announcement list"))

    def get_searchable_content(self, value):
        return [value.found.name, value.found.summary] if value.found else []

    def get_preview_value(self):
        example = AnnouncementList(
            name=_("Northern libraries"), summary=_("Vans and closures, once a month.")
        )
        return self.normalize({"list": example})

    class Meta:
        icon = "mail"
        group = _("People and words")
        label = _("Sign-up for a list")
        description = _("Readers give their address and get the list’s announcements.")
        template = "blocks/list_sign_up.html"
        value_class = ListSignUpValue


UPDATE_BLOCKS = (("list_sign_up", ListSignUpBlock()),)
