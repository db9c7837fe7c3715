"""What texts are built of, in posts, guides and standard pages alike."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.documents.models import AbstractDocument
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page

from core.pages import published
from core.pictures import fetch_renditions
from core.security import let_forms_leave

TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul", "code"]
KEY_LENGTH = 8


def anchor_on_page(wanted: str, context: dict[str, Any] | None) -> str:
    """Return an id for a part of the page that is drawn, each once; the first gets the `wanted`.

    Two headings may say the same, and one shared text may stand twice on a page.
    """
    request = (context or {}).get("request")
    if request is None:
        return wanted
    if not hasattr(request, "anchors_on_page"):
        request.anchors_on_page = set()
    n, anchor = 1, wanted
    while anchor in request.anchors_on_page:
        n += 1
        anchor = f"{wanted}-{n}"
    request.anchors_on_page.add(anchor)
    return anchor


class AddressBlock(blocks.FieldBlock):
    """A web address; what is typed without a scheme is taken for https."""

    def __init__(self, required: bool = True, help_text: str | None = None, **kwargs):
        self.field = forms.URLField(
            required=required,
            help_text=help_text,
            assume_scheme="https",
            validators=[URLValidator(schemes=["http", "https"])],
        )
        super().__init__(**kwargs)

    def deconstruct(self):
        """In migrations it is the block of Wagtail that it stands in for."""
        _path, args, kwargs = super().deconstruct()
        return "wagtail.blocks.URLBlock", args, kwargs

    class Meta:
        icon = "link-external"


class HeadingBlock(blocks.CharBlock):
    def get_context(self, value, parent_context=None):
        wanted = slugify(value) or slugify(value, allow_unicode=True) or "part"
        anchor = anchor_on_page(wanted, parent_context)
        return {**super().get_context(value, parent_context), "anchor": anchor}

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


class PictureBlock(ImageChooserBlock):
    """An image, fetched with the sizes there are of it: in one query for all of a text."""

    def bulk_to_python(self, values):
        images = super().bulk_to_python(values)
        fetch_renditions(images)
        return images

    def deconstruct(self):
        """In migrations it is the block of Wagtail that it stands in for."""
        _path, args, kwargs = super().deconstruct()
        return "wagtail.images.blocks.ImageChooserBlock", args, kwargs


class ImageBlock(blocks.StructBlock):
    image = PictureBlock(label=_("Picture"))
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
        preview_template = "blocks/previews/image.html"


class GalleryValue(blocks.StructValue):
    @cached_property
    def shown(self) -> list[blocks.StructValue]:
        """The pictures that are still there."""
        return [one for one in self["images"] if one["image"]]


class GalleryBlock(blocks.StructBlock):
    caption = blocks.CharBlock(label=_("Caption"), required=False)
    images = blocks.ListBlock(ImageBlock(), label=_("Pictures"), min_num=2)

    class Meta:
        icon = "image"
        label = _("Several pictures")
        description = _("Pictures side by side; each can be opened whole.")
        template = "blocks/gallery.html"
        value_class = GalleryValue
        preview_template = "blocks/previews/gallery.html"


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

    def get_searchable_content(self, value):
        """Leave out the word for its kind: that is of the page, not of the text."""
        texts = self.child_blocks["text"].get_searchable_content(value["text"])
        return [value["title"], *texts] if value["title"] else texts

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
        preview_value = {
            "caption": _("Days on the shelf"),
            "table": {
                "columns": [
                    {"type": "text", "heading": _("Loan")},
                    {"type": "text", "heading": _("Days")},
                ],
                "rows": [{"values": [_("Book"), "7"]}, {"values": [_("Score"), "5"]}],
                "caption": "",
            },
        }


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("In a few words"), max_length=150)
    text = blocks.RichTextBlock(label=_("What to do"), features=TEXT_FEATURES, required=False)
    image = PictureBlock(label=_("Picture"), required=False)
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
            "steps": [
                {"title": _("Check the due date"), "image": None},
                {"title": _("Ask the lender"), "image": None},
            ]
        }


class AnswerBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=250)
    answer = blocks.RichTextBlock(label=_("Answer"), features=TEXT_FEATURES)


class Answer(NamedTuple):
    """A question with its answer, as it is read and found."""

    anchor: str
    """Its place on the page: lasting, whatever its words become."""
    question: str
    html: str
    """The answer as rich text is stored: its links are still to be resolved."""


class AnswersBlock(blocks.StructBlock):
    """Each question is known by the id of its place in the list, whatever its words become."""

    title = blocks.CharBlock(label=_("Title"), required=False)
    answers = blocks.ListBlock(AnswerBlock(), label=_("Questions and answers"))

    def get_context(self, value, parent_context=None):
        asked = [
            {"anchor": anchor_on_page(_anchor(child), parent_context), **child.value}
            for child in value["answers"].bound_blocks
        ]
        return {**super().get_context(value, parent_context), "asked": asked}

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


def answers_in(body: Iterable[blocks.StreamValue.StreamChild]) -> Iterator[Answer]:
    """Return the questions that blocks of a text answer, in order."""
    for block in body:
        if block.block_type == "answers":
            for child in block.value["answers"].bound_blocks:
                said = child.value
                yield Answer(_anchor(child), said["question"], said["answer"].source)


def key_of_block(
    child: blocks.StreamValue.StreamChild | blocks.list_block.ListValue.ListChild,
) -> str:
    """Return the lasting name of a block within its page; blank for one never saved."""
    return (child.id or "")[:KEY_LENGTH]


def _anchor(child: blocks.list_block.ListValue.ListChild) -> str:
    return f"answer-{key_of_block(child)}"


class FileValue(blocks.StructValue):
    @cached_property
    def found(self) -> AbstractDocument | None:
        """The file, if readers may have it: no part of a private collection."""
        document = self["document"]
        if document is None or document.collection.get_view_restrictions().exists():
            return None
        return document

    @property
    def name(self) -> str:
        return self["title"] or self.found.title

    @property
    def size(self) -> int | None:
        """Its bytes; None where they are not known, and the file is not there to be asked."""
        if self.found.file_size is not None:
            return self.found.file_size
        try:
            return self.found.file.size
        except (OSError, ValueError):
            return None


class FileBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("File"))
    title = blocks.CharBlock(
        label=_("Name"), required=False, help_text=_("Empty: the file’s own title.")
    )
    note = blocks.CharBlock(label=_("What it is for"), required=False)

    def get_searchable_content(self, value):
        return [*filter(None, [value.name, value["note"]])] if value.found else []

    class Meta:
        icon = "doc-full"
        label = _("File")
        description = _("Something to download, with its kind and size.")
        template = "blocks/file.html"
        value_class = FileValue
        preview_template = "blocks/previews/file.html"


class LinkBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("Words"), max_length=150)
    page = blocks.PageChooserBlock(label=_("Page of this site"), required=False)
    url = AddressBlock(label=_("Or an address elsewhere"), required=False)
    note = blocks.CharBlock(label=_("What is there"), required=False)

    def clean(self, value):
        value = super().clean(value)
        if not self.is_deferred_validation and bool(value["page"]) == bool(value["url"]):
            wrong = ValidationError(_("Choose a page or give an address: one of the two."))
            raise blocks.StructBlockValidationError({"url": wrong})
        return value


class ShownLink(NamedTuple):
    label: str
    href: str
    note: str


class LinksValue(blocks.StructValue):
    @cached_property
    def shown(self) -> list[ShownLink]:
        """The links that lead somewhere: none to a page that readers may not see."""
        pages = _readable(link["page"] for link in self["links"] if link["page"])
        shown = []
        for link in self["links"]:
            page = link["page"] and pages.get(link["page"].pk)
            if href := page.url if page else link["url"]:
                shown.append(ShownLink(link["label"], href, link["note"]))
        return shown


def _readable(pages: Iterable[Page]) -> dict[int, Page]:
    """Return those of the pages that the public may see, by primary key."""
    pks = {page.pk for page in pages}
    return published(Page.objects.all()).in_bulk(pks) if pks else {}


class LinksBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"))

    def get_searchable_content(self, value):
        if not value.shown:
            return []
        said = [value["title"]]
        for link in value.shown:
            said += [link.label, link.note]
        return [*filter(None, said)]

    class Meta:
        icon = "link"
        label = _("Links")
        description = _("Where to go on, each with a word on what is there.")
        template = "blocks/links.html"
        value_class = LinksValue
        preview_value = {
            "links": [
                {
                    "label": _("The lending code"),
                    "page": None,
                    "url": "https://example.org/code",
                    "note": _("Who pays, and for how long."),
                }
            ]
        }


class HiddenFieldBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Name"), max_length=50)
    value = blocks.CharBlock(label=_("Value"), max_length=200)

    def get_searchable_content(self, value):
        return []


class CatalogueValue(blocks.StructValue):
    @property
    def action(self) -> str:
        """The address alone: browsers replace what stands behind the question mark."""
        return urlunsplit(urlsplit(self["url"])._replace(query="", fragment=""))

    @property
    def host(self) -> str:
        return (urlsplit(self["url"]).hostname or "").removeprefix("www.")

    @property
    def sent_along(self) -> list[tuple[str, str]]:
        """What is always the same, be it in the address or listed beside it."""
        in_address = parse_qsl(urlsplit(self["url"]).query, keep_blank_values=True)
        listed = [(field["name"], field["value"]) for field in self["fixed"]]
        names = {self["field"], *(name for name, _value in listed)}
        return [*(pair for pair in in_address if pair[0] not in names), *listed]


class CatalogueBlock(blocks.StructBlock):
    label = blocks.CharBlock(
        label=_("What is searched"), max_length=100, help_text=_("As “Search the union catalog”.")
    )
    url = AddressBlock(
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

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        if request := context.get("request"):
            let_forms_leave(request)
        return context

    class Meta:
        icon = "search"
        label = _("Search box of a catalogue")
        description = _("Searches elsewhere: the reader leaves this site.")
        template = "blocks/catalogue.html"
        value_class = CatalogueValue
        preview_value = {
            "label": _("Search the union catalog"),
            "url": "https://catalog.example.org/search",
            "field": "q",
            "fixed": [],
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


def text_of(body: Iterable[blocks.StreamValue.StreamChild]) -> str:
    """Return what is read of a text, without markup."""
    said = (
        words
        for child in body
        for words in child.block.get_searchable_content(child.value)
        # What a block says of a field that was not there yet when the text was saved.
        if words != "None"
    )
    return " ".join(filter(None, map(strip_tags, said)))
