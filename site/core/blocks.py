"""What texts are built of, in posts, guides and standard pages alike."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
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


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("In a few words"), max_length=150)
    text = blocks.RichTextBlock(label=_("What to do"), features=TEXT_FEATURES, required=False)
    image = ImageChooserBlock(label=_("Picture"), required=False)
    alt = blocks.CharBlock(
        label=_("The picture in words"),
        required=False,
        help_text=_("What somebody misses who cannot see it. Empty: it only decorates."),
    )


class StepsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False)
    steps = blocks.ListBlock(StepBlock(), label=_("Steps"))

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        description = _("What to do in order, each step with a picture if it helps.")
        template = "blocks/steps.html"
        preview_value = {
            "steps": [{"title": _("Check the due date")}, {"title": _("Ask the lender")}]
        }


class AnswerBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=250)
    answer = blocks.RichTextBlock(label=_("Answer"), features=TEXT_FEATURES)


class AnswersBlock(blocks.StructBlock):
    """Each question is known by the id of its place in the list, whatever its words become."""

    title = blocks.CharBlock(label=_("Title"), required=False)
    answers = blocks.ListBlock(AnswerBlock(), label=_("Questions and answers"))

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        description = _("Each has an address of its own, and is found by itself.")
        template = "blocks/answers.html"
        preview_value = {
            "answers": [
                {"question": _("May it be renewed?"), "answer": _("<p>Ask the lender first.</p>")}
            ]
        }


class FileBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("File"))
    title = blocks.CharBlock(
        label=_("Name"), required=False, help_text=_("Empty: the file’s own title.")
    )
    note = blocks.CharBlock(label=_("What it is for"), required=False)

    class Meta:
        icon = "doc-full"
        label = _("File")
        description = _("Something to download, with its kind and size.")
        template = "blocks/file.html"


class LinkBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("Words"), max_length=150)
    page = blocks.PageChooserBlock(label=_("Page of this site"), required=False)
    url = blocks.URLBlock(label=_("Or an address elsewhere"), required=False)
    note = blocks.CharBlock(label=_("What is there"), required=False)

    def clean(self, value):
        value = super().clean(value)
        if bool(value["page"]) == bool(value["url"]):
            wrong = ValidationError(_("Choose a page or give an address: one of the two."))
            raise blocks.StructBlockValidationError({"url": wrong})
        return value


class LinksBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"))

    class Meta:
        icon = "link"
        label = _("Links")
        description = _("Where to go on, each with a word on what is there.")
        template = "blocks/links.html"


class HiddenFieldBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Name"), max_length=50)
    value = blocks.CharBlock(label=_("Value"), max_length=200)


class CatalogueBlock(blocks.StructBlock):
    label = blocks.CharBlock(
        label=_("What is searched"), max_length=100, help_text=_("As “Search the union catalog”.")
    )
    url = blocks.URLBlock(
        label=_("Address"), help_text=_("Of the page of results, without the words searched for.")
    )
    field = blocks.RegexBlock(
        regex=r"^[\w.:\[\]-]{1,50}$",
        label=_("Name of the field"),
        default="q",
        help_text=_("What stands before “=” and the words in the address of a search there."),
    )
    fixed = blocks.ListBlock(
        HiddenFieldBlock(),
        label=_("Sent along"),
        default=[],
        help_text=_("What else stands in that address and is always the same."),
    )

    class Meta:
        icon = "search"
        label = _("Search box of a catalogue")
        description = _("Searches elsewhere: the reader leaves this site.")
        template = "blocks/catalogue.html"
        preview_value = {
            "label": _("Search the union catalog"),
            "url": "https://catalog.example.org/search",
            "field": "q",
        }


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

HOW_TO_BLOCKS = (
    ("steps", StepsBlock()),
    ("answers", AnswersBlock()),
    ("file", FileBlock()),
    ("links", LinksBlock()),
    ("catalogue", CatalogueBlock()),
)
"""What texts have that are worked by."""
