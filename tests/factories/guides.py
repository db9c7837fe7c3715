"""Guides to test with, made as the site makes them."""

from collections.abc import Iterable
from uuid import NAMESPACE_OID, uuid5

from guides.models import GuideIndexPage, GuidePage
from people.models import Subject

Blocks = Iterable[tuple[str, object] | dict]
"""Of a section: pairs of a block's type and its value, or blocks as they are stored."""


def make_guide(
    title: str = "Renew a loan",
    sections: Iterable[tuple] = (("Before you ask", [("text", "<p>Look at the due date.</p>")]),),
    live: bool = True,
    tags: Iterable[str] = (),
    subject: str = "",
    **fields,
) -> GuidePage:
    """Return a guide; a section is its title, its blocks and, to be found again, the id of its
    place (as `section-…` says it in eight letters)."""
    guide = GuidePage(title=title, live=False, body=as_stored(sections), **fields)
    guide.summary = guide.summary or "What to do, and whom to ask."
    if subject:
        guide.subject = Subject.objects.get_or_create_named(subject)[0]
    if tags:
        guide.tags.set(list(tags))
    GuideIndexPage.objects.get().add_child(instance=guide)
    revision = guide.save_revision()
    if live:
        revision.publish()
    return GuidePage.objects.get(pk=guide.pk)


def as_stored(sections: Iterable[tuple]) -> list[dict]:
    """Return sections as a guide's body is stored; ids not given come of the titles."""
    return [
        {
            "type": "section",
            "id": (*section, "")[2] or str(uuid5(NAMESPACE_OID, section[0])),
            "value": {"title": section[0], "body": [_stored(block) for block in section[1]]},
        }
        for section in sections
    ]


def _stored(block: tuple[str, object] | dict) -> dict:
    return block if isinstance(block, dict) else {"type": block[0], "value": block[1]}
