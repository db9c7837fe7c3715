"""The guides of the demonstration.

They are planted before the chats, whose topics name sections of them, and filled after all that
they show is there. Ids of blocks come from the keys in guides.toml, so that each load gives a
section and a question the address that they had.
"""

import datetime
import json
import re
from collections.abc import Iterable
from uuid import NAMESPACE_URL, uuid5

from django.db.models import Model
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import Page, Revision

from accounts.models import User
from blog.models import BlogPage, PostPage
from chats.models import ChatArchivePage, ChatPage
from core.blocks import KEY_LENGTH
from events.models import CalendarPage, EventPage, Series
from guides.findable import GUIDES
from guides.models import (
    Audience,
    Feedback,
    GuideChange,
    GuideIndexPage,
    GuidePage,
    GuideReview,
    GuideTag,
    RelatedGuide,
    SharedText,
)
from operate.demonstration.files import Files
from operate.demonstration.items import find_or_make, given, loaded, read, remember
from people.models import CommitteePage, ContactPage, PeoplePage, Person, Subject
from search.entries import refresh
from search.models import GlossaryTerm
from updates.models import AnnouncementList

AS_GIVEN = ["title", "slug", "summary", "type", "review_every"]
OF_SUBJECT = ["name", "blurb", "sort_order"]
MORNING = datetime.time(10, 5)
LINK = re.compile(r"page=([a-z-]+)")
PLACES = {
    "chats": ChatArchivePage,
    "blog": BlogPage,
    "events": CalendarPage,
    "people": PeoplePage,
    "committee": CommitteePage,
    "contact": ContactPage,
}
BETWEEN_VOTES = datetime.timedelta(days=3)

Planted = dict[str, GuidePage]
"""Guides by slug."""


def make_subjects() -> None:
    """Make the subjects that guides belong to and persons answer for."""
    for subject in read("guides")["subjects"]:
        find_or_make(Subject, **given(subject, OF_SUBJECT))


def plant_guides() -> Planted:
    """Make the guides, empty and unpublished. Without a page of guides there are none."""
    index = GuideIndexPage.objects.first()
    planted = {}
    for entry in read("guides")["guides"] if index else ():
        guide = GuidePage(live=False, first_published_at=_moment(entry), **given(entry, AS_GIVEN))
        index.add_child(instance=guide)
        planted[entry["slug"]] = remember(guide)
    return planted


def sections_by_topic(planted: Planted) -> dict[tuple[int, int], tuple[GuidePage, str]]:
    """Return which section explains a topic: guide and fragment, by `weeks_ago` and `start`."""
    return {
        (topic["weeks_ago"], topic["start"]): (planted[guide["slug"]], _fragment(guide, section))
        for guide in read("guides")["guides"]
        if guide["slug"] in planted
        for section in guide["sections"]
        for topic in section.get("topics", [])
    }


def fill_guides(
    planted: Planted,
    people: dict[str, Person],
    chats: dict[int, ChatPage],
    posts: dict[str, PostPage],
    files: Files,
) -> None:
    """Write the guides and publish each as if it had stood here since its day."""
    if not planted:
        return
    entries = read("guides")
    for audience in entries["audiences"]:
        find_or_make(Audience, name=audience["name"])
    maker = _GuideMaker(planted, people, chats, posts, files)
    maker.share(entries["shared"])
    changed = {}
    for entry in entries["guides"]:
        guide = maker.make(entry)
        changed[guide.pk] = _publish(guide, entry)
        _note_readers(guide, entry)
    for pk, moment in changed.items():
        GuidePage.objects.filter(pk=pk).update(last_published_at=moment)
    refresh(GUIDES, changed)


def loaded_changes() -> Iterable[int]:
    """Return the keys of all changes of the guides that were loaded."""
    return GuideChange.objects.filter(guide__in=loaded(GuidePage)).values_list("pk", flat=True)


class _GuideMaker:
    """Writes the entries of guides.toml into the guides planted for them."""

    def __init__(
        self,
        planted: Planted,
        people: dict[str, Person],
        chats: dict[int, ChatPage],
        posts: dict[str, PostPage],
        files: Files,
    ):
        self.planted = planted
        self.people = people
        self.chats = chats
        self.posts = posts
        self.files = files
        self.shared: dict[str, SharedText] = {}
        found = {name: model.objects.first() for name, model in PLACES.items()}
        self.pages: dict[str, Page] = {name: page for name, page in found.items() if page}
        self.pages |= planted

    def share(self, entries: Iterable[dict]) -> None:
        for entry in entries:
            name = entry["name"]
            body = json.dumps(self._blocks(entry["body"], f"shared/{name}"))
            self.shared[name] = find_or_make(SharedText, name=name, body=body)

    def make(self, entry: dict) -> GuidePage:
        guide = self.planted[entry["slug"]]
        guide.subject = _named(Subject, entry["subject"])
        guide.audience = _named(Audience, entry.get("audience", ""))
        guide.keeper = self.people[entry["keeper"]]
        guide.tagged_items = [GuideTag(tag=find_or_make(Tag, name=name)) for name in entry["tags"]]
        guide.related_guides = [
            RelatedGuide(sort_order=place, guide=self.planted[slug])
            for place, slug in enumerate(entry["related"])
        ]
        guide.body = json.dumps([self._section(entry, one) for one in entry["sections"]])
        guide.save()
        return guide

    def _section(self, guide: dict, entry: dict) -> dict:
        path = _path(guide, entry)
        value = {"title": entry["title"], "body": self._blocks(entry["body"], path)}
        return {"type": "section", "id": _id(path), "value": value}

    def _blocks(self, entries: Iterable[dict], path: str) -> list[dict]:
        """Return blocks as a stream stores them; without those whose thing is not there."""
        made = []
        for place, entry in enumerate(entries):
            below = f"{path}/{place}"
            value = self._value(entry, below)
            if value is not None:
                made.append({"type": entry["type"], "id": _id(below), "value": value})
        return made

    def _value(self, block: dict, path: str) -> str | int | dict | None:
        match block["type"]:
            case "heading":
                return block["text"]
            case "text":
                return self._linked(block["html"])
            case "callout":
                text = self._linked(block["html"])
                return {"kind": block["kind"], "title": block["title"], "text": text}
            case "quote":
                return given(block, ["text", "source"])
            case "code":
                return given(block, ["language", "text"])
            case "table":
                return {"caption": block["caption"], "table": _table(block)}
            case "image":
                return self._picture(block)
            case "gallery":
                pictures = _list([self._picture(one) for one in block["images"]], path)
                return {"caption": block["caption"], "images": pictures}
            case "steps":
                steps = _list([self._step(one) for one in block["steps"]], path)
                return {"title": block.get("title", ""), "steps": steps}
            case "answers":
                answers = [self._answer(one) for one in block["answers"]]
                return {"title": block.get("title", ""), "answers": _list(answers, path)}
            case "file":
                document = self.files.document(block["document"])
                return {"document": document.pk, **given(block, ["title", "note"])}
            case "links":
                links = _list([self._link(one) for one in block["links"]], path)
                return {"title": block["title"], "links": links}
            case "catalogue":
                fixed = _list(block["fixed"], path)
                return {**given(block, ["label", "url", "field"]), "fixed": fixed}
            case "video":
                moments = _list(block["moments"], path)
                return {**given(block, ["title", "url"]), "moments": moments}
            case "topics":
                keys = [self._topic(one["weeks_ago"], one["start"]) for one in block["topics"]]
                return {"title": block["title"], "topics": _list(keys, path)}
            case "chat":
                return {"chat": self.chats[block["weeks_ago"]].pk}
            case "event":
                events = EventPage.objects.filter(pk__in=loaded(EventPage))
                return _if_there("event", events.filter(title=block["title"]).first())
            case "upcoming_events":
                series = Series.objects.filter(name=block["series"]).first()
                named = {"series": series.pk if series else None}
                return {**given(block, ["title", "most"]), **named}
            case "contact":
                return {"person": self.people[block["person"]].pk, "note": block["note"]}
            case "list_sign_up":
                return _if_there("list", _named(AnnouncementList, block["list"]))
            case "term":
                term = GlossaryTerm.objects.filter(term__iexact=block["term"]).first()
                return _if_there("term", term)
            case "shared":
                return self.shared[block["name"]].pk
            case _:
                return given(block, ["title", "url", "most"])

    def _picture(self, block: dict) -> dict:
        image = self.files.image(block["image"])
        return {"image": image.pk, **given(block, ["alt", "caption"])}

    def _step(self, entry: dict) -> dict:
        step = {"title": entry["title"], "text": self._linked(entry["html"])}
        return {**step, **self._picture(entry)} if "image" in entry else step

    def _answer(self, entry: dict) -> dict:
        return {"question": entry["question"], "answer": self._linked(entry["html"])}

    def _link(self, entry: dict) -> dict:
        page = self.posts.get(entry.get("post", "")) or self.pages.get(entry.get("page", ""))
        url = entry.get("url", "")
        return {**given(entry, ["label", "note"]), "page": page.pk if page else None, "url": url}

    def _topic(self, weeks_ago: int, start: int) -> str:
        topics = self.chats[weeks_ago].topics.all()
        return next(topic.key for topic in topics if topic.start == start)

    def _linked(self, html: str) -> str:
        """Let links lead to the pages they name; to the home page where there is none."""

        def address(match: re.Match) -> str:
            page = self.pages.get(match[1])
            return f'linktype="page" id="{page.pk}"' if page else 'href="/"'

        return LINK.sub(address, html)


def _publish(guide: GuidePage, entry: dict) -> datetime.datetime:
    """Publish it with the changes that it has seen; return when it changed last."""
    for change in [entry, *entry["changes"]]:
        moment = _moment(change)
        guide.change_note = change.get("note", "")
        revision = guide.save_revision()
        Revision.objects.filter(pk=revision.pk).update(created_at=moment)
        GuideChange.objects.create(
            guide=guide, revision_id=revision.pk, note=guide.change_note, made_at=moment
        )
    revision.publish()
    return moment


def _note_readers(guide: GuidePage, entry: dict) -> None:
    """Keep who read it through, and what readers said of it."""
    staff = User.objects.filter(is_superuser=True).order_by("pk").first()
    GuideReview.objects.bulk_create(
        GuideReview(guide=guide, reviewed_on=_moment({"days_ago": days}).date(), reviewer=staff)
        for days in entry["reviewed_days_ago"]
    )
    said = entry.get("feedback", [])
    now = timezone.now()
    votes = [True] * entry["helped"] + [False] * entry["not_helped"]
    Feedback.objects.bulk_create(
        Feedback(guide=guide, helped=helped, given_at=now - number * BETWEEN_VOTES)
        for number, helped in enumerate(votes, 1)
    )
    Feedback.objects.bulk_create(
        Feedback(
            guide=guide,
            given_at=_moment(one),
            settled_at=now if one.get("settled") else None,
            **given(one, ["helped", "words"]),
        )
        for one in said
    )


def _moment(entry: dict) -> datetime.datetime:
    day = timezone.localdate() - datetime.timedelta(days=entry["days_ago"])
    return timezone.make_aware(datetime.datetime.combine(day, MORNING))


def _named(model: type[Model], name: str) -> Model | None:
    return model.objects.filter(name__iexact=name).first() if name else None


def _if_there(name: str, item: Model | None) -> dict | None:
    return {name: item.pk} if item else None


def _list(values: Iterable, path: str) -> list[dict]:
    return [
        {"type": "item", "id": _id(f"{path}/{place}"), "value": value}
        for place, value in enumerate(values)
    ]


def _table(block: dict) -> dict:
    return {
        "columns": [{"type": "text", "heading": heading} for heading in block["head"]],
        "rows": [{"values": row} for row in block["rows"]],
        "caption": "",
    }


def _path(guide: dict, section: dict) -> str:
    return f"{guide['slug']}/{section['key']}"


def _fragment(guide: dict, section: dict) -> str:
    return f"section-{_id(_path(guide, section))[:KEY_LENGTH]}"


def _id(path: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"demonstration/{path}"))
