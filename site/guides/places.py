"""Where shared texts stand: on pages as they are published, and in drafts of them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, ReferenceIndex, Revision

from guides.models import GuidePage, SharedText


def places(texts: Iterable[SharedText]) -> dict[int, list[Page]]:
    """Return by key of a text the pages that hold it, by title. Four queries, whatever the number.

    The index of references knows what is published, and not what only a draft holds.
    """
    wanted = {text.pk for text in texts}
    found = defaultdict(set)
    for text, page in (*_published(wanted), *_drafted(wanted)):
        found[text].add(page)
    pages = Page.objects.in_bulk({page for held_by in found.values() for page in held_by})
    in_order = sorted(pages.values(), key=lambda page: (page.title, page.pk))
    return {text: [page for page in in_order if page.pk in found[text]] for text in wanted}


def _published(wanted: set[int]) -> Iterator[tuple[int, int]]:
    references = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        to_content_type=ContentType.objects.get_for_model(SharedText),
        to_object_id__in=[str(key) for key in wanted],
    )
    for text, page in references.values_list("to_object_id", "object_id").distinct():
        yield int(text), int(page)


def _drafted(wanted: set[int]) -> Iterator[tuple[int, int]]:
    changed = GuidePage.objects.filter(has_unpublished_changes=True)
    drafts = Revision.objects.filter(pk__in=changed.values("latest_revision_id"))
    for page, content in drafts.values_list("object_id", "content"):
        for text in _placed(json.loads(content.get("body") or "[]")):
            if text in wanted:
                yield text, int(page)


def _placed(sections: list[dict]) -> Iterator[int]:
    for section in sections:
        for block in section["value"].get("body", ()):
            if block["type"] == "shared" and block["value"]:
                yield block["value"]
