"""Rich text: its editor, where several threads answer, and its links to pages."""

from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Page
from wagtail.rich_text.pages import PageLinkHandler


class RichTextArea(DraftailRichTextArea):
    """Wagtail's editor with a converter for each text that is shown or sent.

    Wagtail keeps one with each field's widget, which all requests share, and its parser holds the
    text at hand: two editors at once got each other's words, or an error.
    """

    @property
    def converter(self) -> ContentstateConverter:
        return ContentstateConverter(self.features)

    @converter.setter
    def converter(self, shared: ContentstateConverter) -> None:
        """Wagtail sets it as the widget is made; it is not kept."""


class PageLinks(PageLinkHandler):
    """Wagtail's, in one query for a text: where a page lies does not hang on its type."""

    @classmethod
    def get_many(cls, attrs_list: list[dict]) -> list[Page | None]:
        # As links to anything else are fetched, without Wagtail's way for pages.
        return super(PageLinkHandler, cls).get_many(attrs_list)
