"""Announcement lists as blocks of a text."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock


class ListSignUpBlock(blocks.StructBlock):
    list = SnippetChooserBlock("updates.AnnouncementList", label=_("Announcement list"))

    class Meta:
        icon = "mail"
        label = _("Sign-up for a list")
        description = _("Readers give their address and get the list’s announcements.")
        template = "blocks/list_sign_up.html"


UPDATE_BLOCKS = (("list_sign_up", ListSignUpBlock()),)
