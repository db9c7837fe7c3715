"""What texts are built of, in posts, guides and standard pages alike."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageChooserBlock

TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul", "code"]


class HeadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        label = _("Heading")
        description = _("Parts a long text; readers can link to it.")
        template = "blocks/heading.html"
        preview_value = _("What helps")


class TextBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs):
        super().__init__(features=TEXT_FEATURES, **kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Paragraphs and lists.")
        template = "blocks/text.html"
        preview_value = _("<p>Seven days are three chances to come in.</p>")


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quotation"), rows=3)
    source = blocks.CharBlock(label=_("Who said it, or where it stands"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        description = _("Somebody else’s words, with their name.")
        template = "blocks/quote.html"
        preview_value = {"text": _("Ask twice, pack once."), "source": _("Over the packing table")}


class ImageBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        label=_("In words"),
        required=False,
        help_text=_("What somebody misses who cannot see it. Empty: it only decorates."),
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
        description = _("A picture with a caption.")
        template = "blocks/image.html"


class GalleryBlock(blocks.StructBlock):
    caption = blocks.CharBlock(label=_("Caption"), required=False)
    images = blocks.ListBlock(ImageBlock(), label=_("Pictures"), min_num=2)

    class Meta:
        icon = "image"
        label = _("Several pictures")
        description = _("Pictures side by side; each can be opened whole.")
        template = "blocks/gallery.html"


class CodeBlock(blocks.StructBlock):
    language = blocks.CharBlock(
        label=_("What it is"), required=False, help_text=_("As “CSV” or “a canned reply”.")
    )
    text = blocks.TextBlock(label=_("To be copied as it stands"), rows=6)

    class Meta:
        icon = "code"
        label = _("To be copied")
        description = _("Text that keeps its lines: a formula, a file’s head, a reply.")
        template = "blocks/code.html"
        preview_value = {"language": "CSV", "text": "request,title,due"}


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[("note", _("Note")), ("tip", _("Tip")), ("careful", _("Careful"))],
        default="note",
    )
    title = blocks.CharBlock(label=_("Title"), required=False)
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)

    class Meta:
        icon = "warning"
        label = _("Call-out")
        description = _("What must not be missed, set apart from the text.")
        template = "blocks/callout.html"
        preview_value = {"kind": "careful", "text": _("<p>The due date runs on.</p>")}


class TableBlock(blocks.StructBlock):
    caption = blocks.CharBlock(label=_("Caption"), help_text=_("What the table tells."))
    table = TypedTableBlock([("text", blocks.CharBlock(label=_("Text"), required=False))])

    class Meta:
        icon = "table"
        label = _("Table")
        description = _("Rows and columns; the first row says what each column holds.")
        template = "blocks/table.html"


TEXT_BLOCKS = (
    ("heading", HeadingBlock(form_classname="title")),
    ("text", TextBlock()),
    ("image", ImageBlock()),
    ("gallery", GalleryBlock()),
    ("quote", QuoteBlock()),
    ("callout", CalloutBlock()),
    ("table", TableBlock()),
    ("code", CodeBlock()),
)
"""The blocks of every text; each page type adds its own."""
