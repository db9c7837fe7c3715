"""Every link that readers of a page are shown, found in its fields whatever its type.

Read is what the database has of a published page: what a draft says is not there. A link to a
page that is an option of its own (`related_page` of a topic, guides to read on in) is shown while
that page is public and not at all otherwise: it cannot lead nowhere, and is not collected.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from urllib.parse import urljoin

from django import forms
from django.conf import settings
from django.db.models import Field, Model, URLField
from django.utils.text import Truncator, capfirst
from modelcluster.models import get_all_child_relations
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.snippets.blocks import SnippetChooserBlock

from core.html import links_in
from events.models import RegistrationMode
from guides.models import SharedText
from operate.links.addresses import Address, of_file, of_href, of_page

NEVER = frozenset(
    {
        ("events.eventpage", "join_url"),
        ("events.eventpage", "join_notes"),
        ("events.eventpage", "arrival_notes"),
        ("events.eventpage", "day_contact"),
        ("chats.chatpage", "recording_passcode"),
    }
)
"""Fields that are never read: only registered people get them, or they let somebody in."""
PLAIN = frozenset({("chats.topic", "answer"), ("chats.chatpage", "note")})
"""Fields of plain text in which readers find addresses to copy."""
WHILE: dict[tuple[str, str], Callable[[Model], bool]] = {
    ("chats.chatpage", "register_url"): lambda chat: chat.is_ahead and not chat.outcome,
    ("chats.chatpage", "recording_url"): lambda chat: (
        not (chat.recording_expired or chat.recording_file_id)
    ),
    ("events.eventpage", "register_url"): lambda event: (
        event.registration == RegistrationMode.ELSEWHERE
        and not event.is_cancelled
        and not event.is_over
    ),
}
"""When readers are shown an address that not all of them always are."""

LONGEST_WORDS = 150
LONGEST_PATH = 250


@dataclass(frozen=True)
class Link:
    """A link as it stands in a text."""

    address: Address
    words: str
    place: str
    content_path: str
    shared_text_id: int | None = None


@dataclass(frozen=True)
class _Spot:
    """Where in a page the reading is."""

    page_url: str
    place: str
    path: str = ""
    words: str = ""

    def within(self, step: object) -> "_Spot":
        return replace(self, path=f"{self.path}.{step}" if self.path else str(step))


@dataclass(frozen=True)
class _Shared:
    """A shared text that is shown here."""

    pk: object
    spot: _Spot


def links_of(model: type[Page], pks: list[int]) -> Iterator[tuple[Page, list[Link]]]:
    """Yield pages of a type, each with its links, in a number of queries that does not grow.

    An address that a page has twice is yielded once, where it comes first. A page that has no
    address is yielded with none.
    """
    pages = list(model._default_manager.filter(pk__in=pks))
    children = _children(model, pks)
    found = {}
    for page in pages:
        url = page.url and urljoin(f"{settings.SITE_URL}/", page.url)
        spots = [(page, _Spot(url or "", ""))]
        spots += [
            (child, _Spot(url or "", _name_of(child), f"{relation}.{child.pk}", str(child)))
            for relation, child in children[page.pk]
        ]
        found[page.pk] = [it for item, spot in spots for it in _in_item(item, spot)] if url else []
    shared = _shared_texts(found.values())
    for page in pages:
        links = {}
        for each in found[page.pk]:
            for link in _in_shared(shared, each) if isinstance(each, _Shared) else [each]:
                links.setdefault(link.address.key, link)
        yield page, list(links.values())


def _children(model: type[Page], pks: list[int]) -> dict[int, list[tuple[str, Model]]]:
    children = defaultdict(list)
    for relation in get_all_child_relations(model):
        if any(map(_is_read, relation.related_model._meta.concrete_fields)):
            name = relation.field.name
            rows = relation.related_model._default_manager.filter(**{f"{name}__in": pks})
            for child in rows.order_by("pk"):
                children[getattr(child, relation.field.attname)].append(
                    (relation.get_accessor_name(), child)
                )
    return children


def _shared_texts(found: Iterable[list[Link | _Shared]]) -> dict[int, SharedText]:
    pks = {each.pk for some in found for each in some if isinstance(each, _Shared)}
    return SharedText.objects.in_bulk([pk for pk in pks if isinstance(pk, int)])


def _in_shared(shared: dict[int, SharedText], shown: _Shared) -> Iterator[Link]:
    text = shared.get(shown.pk)
    if text is None:
        return
    for link in _in_item(text, replace(shown.spot, path="", words="")):
        if isinstance(link, Link):
            yield replace(link, shared_text_id=text.pk)


def _name(field: Field) -> tuple[str, str]:
    return field.model._meta.label_lower, field.name


def _is_read(field: Field) -> bool:
    if _name(field) in NEVER:
        return False
    return isinstance(field, StreamField | RichTextField | URLField) or _name(field) in PLAIN


def _in_item(item: Model, spot: _Spot) -> Iterator[Link | _Shared]:
    for field in filter(_is_read, item._meta.concrete_fields):
        shown = WHILE.get(_name(field))
        value = field.value_from_object(item)
        if not value or (shown and not shown(item)):
            continue
        label = capfirst(str(field.verbose_name))
        here = replace(spot.within(field.name), place=spot.place or label)
        if isinstance(field, StreamField):
            yield from _in_block(value.stream_block, list(value.raw_data), here)
        elif isinstance(field, RichTextField):
            yield from _in_html(value, here)
        elif isinstance(field, URLField):
            yield from _linked(of_href(value, spot.page_url), here, spot.words or label)
        else:
            yield from _in_text(value, here)


def _in_block(block: blocks.Block, raw: object, spot: _Spot) -> Iterator[Link | _Shared]:
    """Read a value as it is stored: what it names may be gone, and is not fetched.

    What is not as its block would store it has nothing to say.
    """
    match block, raw:
        case blocks.StreamBlock(), list():
            for child in filter(_is_dict, raw):
                if part := block.child_blocks.get(child.get("type")):
                    yield from _in_block(part, child.get("value"), spot.within(child.get("id")))
        case blocks.ListBlock(), list():
            for child in raw:
                value, key = child, None
                if _is_dict(child) and child.get("type") == "item" and "value" in child:
                    value, key = child["value"], child.get("id")
                yield from _in_block(block.child_block, value, spot.within(key))
        case blocks.StructBlock(), dict():
            inner = _inside_struct(raw, spot)
            for name, part in block.child_blocks.items():
                yield from _in_block(part, raw.get(name), inner.within(name))
        case TypedTableBlock(), dict():
            columns = [block.child_blocks.get(one.get("type")) for one in raw.get("columns") or []]
            for row in raw.get("rows") or []:
                for part, cell in zip(columns, row.get("values") or [], strict=False):
                    if part:
                        yield from _in_block(part, cell, spot)
        case ((blocks.RichTextBlock() | blocks.RawHTMLBlock()), str()):
            yield from _in_html(raw, spot)
        case blocks.PageChooserBlock(), int():
            yield from _linked(of_page(raw), spot, spot.words)
        case DocumentChooserBlock(), int():
            yield from _linked(of_file(raw), spot, spot.words)
        case SnippetChooserBlock(), int() if block.target_model is SharedText:
            yield _Shared(raw, spot)
        case blocks.FieldBlock(), str() if isinstance(block.field, forms.URLField) and raw:
            yield from _linked(of_href(raw, spot.page_url), spot, spot.words or raw)


def _is_dict(raw: object) -> bool:
    return isinstance(raw, dict)


def _inside_struct(raw: dict, spot: _Spot) -> _Spot:
    named = [raw.get(name) for name in ("label", "title", "question")]
    words = next((one for one in named if isinstance(one, str) and one), "")
    return replace(spot, words=words, place=words or spot.place)


def _in_html(html: str, spot: _Spot) -> Iterator[Link]:
    parser = _Anchors()
    parser.feed(html)
    parser.close()
    for attributes, words in parser.anchors:
        match attributes.get("linktype"):
            case "page":
                address = of_page(attributes.get("id"))
            case "document":
                address = of_file(attributes.get("id"))
            case _:
                address = of_href(attributes.get("href") or "", spot.page_url)
        yield from _linked(address, spot, words)


def _in_text(text: str, spot: _Spot) -> Iterator[Link]:
    for written in links_in(text):
        # Bare names are as often the end of a sentence.
        if written.lower().startswith(("http://", "https://", "www.")):
            href = written if "://" in written[:8] else f"https://{written}"
            yield from _linked(of_href(href, spot.page_url), spot, written)


def _linked(address: Address | None, spot: _Spot, words: str) -> Iterator[Link]:
    if address:
        yield Link(
            address,
            _short(words),
            _short(spot.place),
            spot.path if len(spot.path) <= LONGEST_PATH else "",
        )


def _short(words: str) -> str:
    plain = " ".join(words.replace("\x00", "").split())
    return Truncator(plain.encode("utf-8", "replace").decode()).chars(LONGEST_WORDS)


def _name_of(child: Model) -> str:
    return _short(f"{capfirst(child._meta.verbose_name)}: {child}")


class _Anchors(HTMLParser):
    """The anchors of a piece of HTML, each with what is read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: list[tuple[dict[str, str | None], str]] = []
        self._open: dict[str, str | None] | None = None
        self._words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._end()
            self._open = dict(attrs)
        elif tag == "br":
            self._words += " "

    def handle_data(self, data: str) -> None:
        self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end()

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        if self._open is not None:
            self.anchors.append((self._open, self._words))
        self._open, self._words = None, ""
