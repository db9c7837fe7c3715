"""What guides are built of: sections, and what stands in them."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from chats.blocks import CHAT_BLOCKS, CHAT_LIST_BLOCKS, VIDEO_BLOCKS
from core.blocks import HOW_TO_BLOCKS, TEXT_BLOCKS
from events.blocks import EVENT_BLOCKS, EVENT_LIST_BLOCKS
from people.blocks import PEOPLE_BLOCKS
from search.blocks import TERM_BLOCKS
from updates.blocks import UPDATE_BLOCKS

GUIDE_BLOCKS = (
    *TEXT_BLOCKS,
    *HOW_TO_BLOCKS,
    *VIDEO_BLOCKS,
    *CHAT_BLOCKS,
    *CHAT_LIST_BLOCKS,
    *EVENT_BLOCKS,
    *EVENT_LIST_BLOCKS,
    *PEOPLE_BLOCKS,
    *UPDATE_BLOCKS,
    *TERM_BLOCKS,
)
"""What may stand in a section, in a shared text, and on a standard page."""


class SharedTextBlock(SnippetChooserBlock):
    def __init__(self, **kwargs):
        super().__init__("guides.SharedText", **kwargs)

    def get_searchable_content(self, value):
        return value.body.stream_block.get_searchable_content(value.body) if value else []

    class Meta:
        icon = "copy"
        label = _("Shared text")
        description = _("Written once, shown wherever it is placed; edited in one place.")
        template = "blocks/shared_text.html"
        preview_template = "blocks/previews/shared_text.html"


class SectionBlock(blocks.StructBlock):
    """A part of a guide, known by the id of its place, whatever its title becomes."""

    title = blocks.CharBlock(label=_("Title of the section"), max_length=150)
    body = blocks.StreamBlock(
        [*GUIDE_BLOCKS, ("shared", SharedTextBlock())], label=_("Text"), required=False
    )

    class Meta:
        icon = "title"
        label = _("Section")
        description = _("A part of the guide with a title, an address and its own place in search.")
        template = "blocks/section.html"
