"""The posts of the demonstration."""

import datetime
from collections.abc import Iterable, Iterator

from django.utils import timezone
from taggit.models import Tag

from blog.models import BlogPage, Category, PostPage, PostTag
from chats.models import ChatPage
from events.models import EventPage
from operate.demonstration.files import Files
from operate.demonstration.items import find_or_make, given, loaded, read, remember
from people.models import Person

AS_GIVEN = ["title", "slug", "summary", "canonical_url"]
MORNING = datetime.time(9, 12)


def load_posts(
    people: dict[str, Person], chats: dict[int, ChatPage], files: Files
) -> dict[str, PostPage]:
    """Publish the posts as if each had stood here since its day; return them by slug.

    Without a blog there are none.
    """
    blog = BlogPage.objects.first()
    if blog is None:
        return {}
    entries = read("posts")
    guests = {
        guest["slug"]: find_or_make(Person, **given(guest, ["name", "role", "blurb"]))
        for guest in entries["guests"]
    }
    for category in entries["categories"]:
        find_or_make(Category, name=category["name"])
    maker = _PostMaker({**people, **guests}, chats, files)
    posts = {}
    for entry in sorted(entries["posts"], key=lambda entry: -entry["days_ago"]):
        post = posts[entry["slug"]] = maker.make(entry)
        blog.add_child(instance=post)
        post.save_revision().publish()
        remember(post)
    return posts


def images_in(post: PostPage) -> Iterator[int]:
    """Yield the keys of the pictures in a post's text."""
    for block in post.body:
        pictures: Iterable = ()
        if block.block_type == "image":
            pictures = [block.value]
        elif block.block_type == "gallery":
            pictures = block.value["images"]
        yield from (one["image"].pk for one in pictures if one["image"])


class _PostMaker:
    """Makes unsaved posts of the entries in posts.toml."""

    def __init__(self, people: dict[str, Person], chats: dict[int, ChatPage], files: Files):
        self.people = people
        self.chats = chats
        self.image = files.image
        self.today = timezone.localdate()

    def make(self, entry: dict) -> PostPage:
        date = self.today - datetime.timedelta(days=entry["days_ago"])
        tags = [find_or_make(Tag, name=name) for name in entry["tags"]]
        image = entry.get("image")
        return PostPage(
            date=date,
            first_published_at=timezone.make_aware(datetime.datetime.combine(date, MORNING)),
            category=Category.objects.get(name__iexact=entry["category"]),
            authors=[self.people[slug] for slug in entry["authors"]],
            tagged_items=[PostTag(tag=tag) for tag in tags],
            lead_image=self.image(image) if image else None,
            lead_image_alt=entry.get("image_alt", ""),
            discussion_state=entry.get("comments", "open"),
            body=[(block["type"], self._value(block)) for block in map(_renamed, entry["body"])],
            **given(entry, AS_GIVEN),
        )

    def _value(self, block: dict):
        match block["type"]:
            case "heading":
                return block["text"]
            case "text":
                return block["html"]
            case "quote":
                return given(block, ["text", "source"])
            case "callout":
                return {"kind": block["kind"], "title": block["title"], "text": block["html"]}
            case "code":
                return given(block, ["language", "text"])
            case "table":
                return {"caption": block["caption"], "table": _table(block)}
            case "image":
                return self._picture(block)
            case "gallery":
                pictures = [self._picture(one) for one in block["images"]]
                return {"caption": block["caption"], "images": pictures}
            case "topics":
                keys = [self._topic(one["weeks_ago"], one["start"]) for one in block["topics"]]
                return {"title": block.get("title", ""), "topics": keys}
            case "chat":
                return {"chat": self.chats[block["weeks_ago"]]}
            case "event":
                events = EventPage.objects.filter(pk__in=loaded(EventPage))
                return {"event": events.filter(title=block["title"]).first()}
            case "questions":
                return given(block, ["title", "questions"])
            case _:
                return given(block, ["title", "url"])

    def _picture(self, block: dict) -> dict:
        return {"image": self.image(block["image"]), **given(block, ["alt", "caption"])}

    def _topic(self, weeks_ago: int, start: int) -> str:
        topics = self.chats[weeks_ago].topics.all()
        return next(topic.key for topic in topics if topic.start == start)


def _renamed(block: dict) -> dict:
    return {**block, "type": "text"} if block["type"] == "paragraph" else block


def _table(block: dict):
    table = PostPage.body.field.stream_block.child_blocks["table"].child_blocks["table"]
    return table.to_python(
        {
            "columns": [{"type": "text", "heading": heading} for heading in block["head"]],
            "rows": [{"values": row} for row in block["rows"]],
            "caption": "",
        }
    )
