"""Words of the trade as blocks of a text."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from search.models import GlossaryTerm


class TermBlock(blocks.StructBlock):
    term = SnippetChooserBlock("search.GlossaryTerm", label=_("Word of the glossary"))

    def get_searchable_content(self, value):
        term = value["term"]
        return [*filter(None, [*term.names, term.meaning])] if term else []

    def get_preview_value(self):
        example = GlossaryTerm(
            term=_("Lending string"),
            also=_("string of lenders"),
            meaning=_("The libraries that are asked in turn for one request."),
        )
        return self.normalize({"term": example})

    class Meta:
        icon = "openquote"
        group = _("People and words")
        label = _("A word explained")
        description = _("What it means and what else it is called, from the glossary.")
        template = "blocks/term.html"


TERM_BLOCKS = (("term", TermBlock()),)
