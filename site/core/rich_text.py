"""The editor of rich text, where several threads answer."""

from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter


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
