"""Words of the trade as blocks of a text."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock


class TermBlock(blocks.StructBlock):
    term = SnippetChooserBlock("search.GlossaryTerm", label=_("Word of the glossary"))

    class Meta:
        icon = "openquote"
        label = _("A word explained")
        description = _("What it means and what else it is called, from the glossary.")
        template = "blocks/term.html"


TERM_BLOCKS = (("term", TermBlock()),)
