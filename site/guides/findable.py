"""Guides in the search: each guide, each of its sections, each question answered in it."""

from collections.abc import Iterator

from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag
from wagtail.blocks import StreamValue
from wagtail.models import ReferenceIndex

from core.blocks import answers_in, text_of
from core.findable import Findable, FindableText, findable_page
from guides.models import Audience, GuidePage, GuideTag, SharedText
from people.findable import PERSONS, persons_of
from people.models import Person, Subject
from search.showing import BETWEEN

GUIDE, SECTION, ANSWER = "guide", "section", "answer"
WEIGHT_OF_ANSWER = 1.4
"""Written to be looked up by just these words."""


def _texts(guides: QuerySet) -> Iterator[tuple[GuidePage, list[FindableText]]]:
    tagged = Prefetch("tagged_items", GuideTag.objects.select_related("tag"))
    for guide in guides.for_listing().defer(None).prefetch_related(tagged):
        yield guide, [_text_of_guide(guide), *_texts_of_sections(guide)]


def _text_of_guide(guide: GuidePage) -> FindableText:
    named = [
        *(one.name for one in (guide.subject, guide.audience, guide.keeper) if one),
        str(guide.get_type_display()),
        *(tag.name for tag in guide.shown_tags),
    ]
    return FindableText(
        GUIDE,
        key=str(guide.pk),
        title=guide.title,
        text=guide.summary,
        context=BETWEEN.join(named),
        **_shared_by_all(guide),
    )


def _texts_of_sections(guide: GuidePage) -> Iterator[FindableText]:
    context = BETWEEN.join([guide.title, *(tag.name for tag in guide.shown_tags)])
    shared = _shared_by_all(guide)
    place = 0
    for section in guide.sections:
        place += 1
        yield FindableText(
            SECTION,
            key=f"{guide.pk}-{section.key}",
            title=section.title,
            text=_words_of(section.block["body"]),
            context=context,
            fragment=section.anchor,
            place=place,
            **shared,
        )
        for anchor, question, answer in _answers_of(section.block["body"]):
            place += 1
            yield FindableText(
                ANSWER,
                key=f"{guide.pk}-{anchor}",
                title=question,
                text=strip_tags(answer),
                context=context,
                fragment=anchor,
                place=place,
                weight=WEIGHT_OF_ANSWER,
                **shared,
            )


def _shared_by_all(guide: GuidePage) -> dict:
    changed = guide.last_published_at or timezone.now()
    return {
        "date": timezone.localdate(changed),
        "hosts": (guide.keeper.slug,) if guide.keeper else (),
        "tags": tuple(dict.fromkeys(tag.slug for tag in guide.shown_tags)),
    }


def _words_of(body: StreamValue) -> str:
    """Return what is read in a section, but for questions: they are found by themselves."""
    own = text_of(child for child in body if child.block_type not in ("answers", "shared"))
    shared = (_words_of(text.body) for text in _shared_in(body))
    return " ".join(filter(None, [own, *shared]))


def _answers_of(body: StreamValue) -> Iterator[tuple[str, str, str]]:
    yield from answers_in(body)
    for text in _shared_in(body):
        yield from answers_in(text.body)


def _shared_in(body: StreamValue) -> Iterator[SharedText]:
    return (child.value for child in body if child.block_type == "shared" and child.value)


def _hanging_on_guides(pks: list[int]) -> list[tuple[Findable, list[int]]]:
    return [(PERSONS, persons_of(GUIDES, pks, Q(kept_guides__in=pks)))]


GUIDES = findable_page(
    GuidePage,
    kinds={
        GUIDE: _("Guide"),
        SECTION: _("Section of a guide"),
        ANSWER: _("Question and answer"),
    },
    texts=_texts,
    plurals={
        GUIDE: _("Guides"),
        SECTION: _("Sections of guides"),
        ANSWER: _("Questions and answers"),
    },
    parts=frozenset({SECTION, ANSWER}),
    depending=_hanging_on_guides,
)


def guides_naming(named: Model) -> list[int]:
    """Return the guides whose entries say the words of a thing that they name or show."""
    match named:
        case Person():
            guides = GuidePage.objects.filter(keeper=named)
        case Tag():
            guides = GuidePage.objects.filter(tagged_items__tag=named)
        case Subject():
            guides = GuidePage.objects.filter(subject=named)
        case Audience():
            guides = GuidePage.objects.filter(audience=named)
        case _:
            return list(guides_showing(named))
    return list(guides.values_list("pk", flat=True).distinct())


def guides_showing(item: Model) -> set[int]:
    """Return the guides that show a thing in their text, or in a text that they share."""
    pages, texts = set(), set()
    for reference in ReferenceIndex.get_references_to(item):
        match reference.base_content_type.model_class()._meta.label_lower:
            case "wagtailcore.page" | "guides.guidepage":
                pages.add(int(reference.object_id))
            case "guides.sharedtext":
                texts.add(int(reference.object_id))
    shown = set(GuidePage.objects.filter(pk__in=pages).values_list("pk", flat=True))
    for text in SharedText.objects.filter(pk__in=texts):
        shown |= guides_showing(text)
    return shown
