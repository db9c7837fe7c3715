"""Load the demonstration, and take it out again."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.html import format_html
from taggit.models import Tag
from wagtail.documents import get_document_model
from wagtail.images.models import Image
from wagtail.models import PageLogEntry, ReferenceIndex
from wagtailmedia.models import AbstractMedia, MediaType, get_media_model

from blog.models import Category, PostPage
from chats.importers import detect
from chats.keys import new_key
from chats.models import ChatArchivePage, ChatPage, Topic, TopicTag
from chats.states import is_ahead
from chats.transcribing import bring_in_lines, note_checked, set_offset
from comments.findable import COMMENTS
from comments.models import Comment
from core.models import PictureState
from events.models import EventPage, Kind, Series
from guides.models import Audience, GuideChange, GuidePage, SharedText
from home.models import StandardPage
from operate.demonstration.blog import images_in, load_posts
from operate.demonstration.comments import load_comments
from operate.demonstration.events import load_events, loaded_events, remove_events
from operate.demonstration.files import Files
from operate.demonstration.front import say_words, take_back_words
from operate.demonstration.guides import (
    fill_guides,
    loaded_changes,
    make_subjects,
    plant_guides,
    sections_by_topic,
)
from operate.demonstration.items import HERE, find_or_make, given, loaded, read, remember
from operate.demonstration.updates import (
    forget_notices,
    hush_loaded,
    load_updates,
    remove_updates,
)
from operate.models import DemonstrationItem
from people.models import CommitteePage, Library, Person, Subject, Team
from search.entries import refresh
from search.models import GlossaryTerm

WEDNESDAY = 2
START_TIME = datetime.time(14)
AS_GIVEN_OF_CHAT = [
    "title",
    "note",
    "outcome",
    "outcome_reason",
    "topics_promised",
    "recording_url",
    "recording_passcode",
    "duration",
    "captions",
    "captions_reason",
    "shown_was_said",
]
AS_GIVEN_OF_TOPIC = ["start", "title", "source", "kind", "answer"]
NAMED = (
    SharedText,
    Person,
    Team,
    Subject,
    Audience,
    Library,
    Tag,
    Category,
    Series,
    Kind,
    GlossaryTerm,
    Image,
    get_document_model(),
    get_media_model(),
)
"""What stays where something else names it. Each goes before what it names itself."""
OF_PERSON = ["name", "role", "blurb", "extension", "email", "library"]


@dataclass
class Removal:
    """What became of a demonstration that was taken out."""

    chats: int = 0
    kept: list[str] = field(default_factory=list)
    """Names of what stays."""


def load() -> int:
    """Load the demonstration and return how many chats it has: 0 if it is here already.

    Persons, teams, libraries and tags that are here under the same name are used as they are.
    Pages get words only where they have none, the glossary only names that it has not, the
    committee only members if it has none. No subscriber is told of any of it. A load that fails
    leaves nothing behind, no file either.
    """
    written: list[FieldFile] = []
    try:
        with transaction.atomic():
            return _load(written)
    except BaseException:
        for file in written:
            file.delete(save=False)
        raise


def _load(written: list[FieldFile]) -> int:
    """Load all, and note in `written` what was put into the storage."""
    # Locked, so that of two loads at once the second finds the first.
    archive = ChatArchivePage.objects.select_for_update().get()
    if DemonstrationItem.objects.exists():
        return 0
    chats = read("chats")["chats"]
    make_subjects()
    guides = plant_guides()
    maker = ChatMaker(chats, written, sections_by_topic(guides))
    files = Files(written)
    for entry in sorted(chats, key=lambda entry: -entry["weeks_ago"]):
        chat = maker.made[entry["weeks_ago"]] = maker.make(entry)
        _publish_first(archive, chat)
        _bring_in_what_was_said(chat, entry)
    say_words(maker.people)
    glossary = read("glossary")
    for entry in glossary["terms"]:
        _explain(entry)
    for term, meaning in glossary["meanings"].items():
        GlossaryTerm.objects.filter(term=term, meaning="").update(meaning=meaning)
    load_events(maker.people, maker.made, maker.week_zero)
    posts = load_posts(maker.people, maker.made, files)
    load_comments(posts, maker.made)
    refresh(COMMENTS, Comment.objects.values_list("pk", flat=True))
    load_updates(maker.week_zero)
    fill_guides(guides, maker.people, maker.made, posts, files)
    hush_loaded()
    return len(chats)


@transaction.atomic
def remove() -> Removal | None:
    """Take out what `load` made, edited since or not; None if there is nothing to take out.

    Persons, teams, libraries, tags, recordings and lists that something else uses stay, and words
    in a page that is being edited. Files of recordings go when the transaction is over.
    """
    if not DemonstrationItem.objects.exists():
        return None
    removal = Removal()
    chats = ChatPage.objects.filter(pk__in=loaded(ChatPage))
    removal.chats = chats.count()
    # What the load wrote to the log of pages; what somebody did to them stays on record.
    for model in (ChatPage, PostPage, GuidePage):
        PageLogEntry.objects.filter(page_id__in=loaded(model), user=None).delete()
    events = list(loaded_events().values_list("pk", flat=True))
    PageLogEntry.objects.filter(page_id__in=events, user=None).delete()
    for model, pks in ((ChatPage, loaded(ChatPage)), (PostPage, loaded(PostPage))):
        forget_notices(model, pks)
    forget_notices(EventPage, events)
    forget_notices(GuideChange, loaded_changes())
    GuidePage.objects.filter(pk__in=loaded(GuidePage)).delete()
    removal.kept += take_back_words()
    remove_events()
    chats.delete()
    PostPage.objects.filter(pk__in=loaded(PostPage)).delete()
    drafted = set(_named_in_drafts())
    removal.kept += remove_updates(drafted)
    for model in NAMED:
        for item in model.objects.filter(pk__in=loaded(model)):
            if item in drafted or _is_used(item):
                removal.kept.append(str(item))
            else:
                item.delete()
    for term, meaning in read("glossary")["meanings"].items():
        GlossaryTerm.objects.filter(term=term, meaning=meaning).update(meaning="")
    DemonstrationItem.objects.all().delete()
    return removal


def last_community_day() -> datetime.date:
    """Return the newest Wednesday whose call has begun, by the site's clock."""
    today = timezone.localdate()
    day = today - datetime.timedelta(days=(today.weekday() - WEDNESDAY) % 7)
    return day - datetime.timedelta(weeks=1) if is_ahead(day, START_TIME) else day


class ChatMaker:
    """Makes unsaved chats of the entries in chats.toml, and all that they name."""

    def __init__(
        self,
        chats: list[dict],
        written: list[FieldFile],
        explained: dict[tuple[int, int], tuple[GuidePage, str]],
    ):
        self.written = written
        self.explained = explained
        """Which section of a guide a topic names, by `weeks_ago` and `start`."""
        self.made: dict[int, ChatPage] = {}
        """The chats, by how many weeks ago."""
        people = read("people")
        self.week_zero = last_community_day()
        self.teams = {
            team["slug"]: find_or_make(Team, **given(team, ["name", "blurb"]))
            for team in people["teams"]
        }
        self.people = {
            person["slug"]: self._person(person)
            for person in [*people["people"], *people["members"]]
        }
        for library in people["libraries"]:
            find_or_make(Library, **library)
        topics = [(chat, topic) for chat in chats for topic in chat.get("topics", [])]
        names = {name for _chat, topic in topics for name in topic.get("tags", [])}
        self.tags = {name: find_or_make(Tag, name=name) for name in sorted(names)}
        self.keys = {
            f"{chat['weeks_ago']}:{topic['start']}": new_key()
            for chat, topic in topics
            if "start" in topic
        }

    def make(self, entry: dict) -> ChatPage:
        summary = entry.get("summary", "")
        return ChatPage(
            date=self._weeks_ago(entry["weeks_ago"]),
            start_time=START_TIME,
            summary=format_html("<p>{}</p>", summary) if summary else "",
            recording_file=self._recording(entry) if "recording_file" in entry else None,
            captions_due=self._day(entry, "captions_due_weeks_ago"),
            hosts=[self.people[slug] for slug in entry["hosts"]],
            teams=[self.teams[slug] for slug in entry["teams"]],
            topics=[
                self._topic(entry, topic, order)
                for order, topic in enumerate(entry.get("topics", []))
            ],
            **given(entry, AS_GIVEN_OF_CHAT),
        )

    def _person(self, entry: dict) -> Person:
        subjects = {
            name: [Subject.objects.get(name__iexact=subject) for subject in entry.get(name, [])]
            for name in ("answers", "mentors_in")
        }
        team = self.teams.get(entry.get("team", ""))
        return find_or_make(Person, team=team, **subjects, **given(entry, OF_PERSON))

    def _recording(self, entry: dict) -> AbstractMedia:
        media = get_media_model()(
            title=entry["title"], type=MediaType.VIDEO, duration=entry["duration"]
        )
        path = HERE / "media" / entry["recording_file"]
        for field_file, suffix in ((media.file, ".mp4"), (media.thumbnail, ".jpg")):
            with path.with_suffix(suffix).open("rb") as file:
                field_file.save(path.name + suffix, File(file), save=False)
            self.written.append(field_file)
        media.save()
        return remember(media)

    def _topic(self, chat: dict, entry: dict, order: int) -> Topic:
        address = f"{chat['weeks_ago']}:{entry.get('start')}"
        successor = entry.get("superseded_by")
        place = chat["weeks_ago"], entry.get("start")
        guide, section = self.explained.get(place, (None, ""))
        return Topic(
            sort_order=order,
            key=self.keys.get(address) or new_key(),
            superseded_by=self.keys[successor] if successor else "",
            related_page=guide,
            related_section=section,
            answer_checked_on=self._day(entry, "answer_checked_weeks_ago"),
            tagged_items=[TopicTag(tag=self.tags[name]) for name in entry.get("tags", [])],
            **given(entry, AS_GIVEN_OF_TOPIC),
        )

    def _day(self, entry: dict, name: str) -> datetime.date | None:
        return self._weeks_ago(entry[name]) if name in entry else None

    def _weeks_ago(self, weeks: int) -> datetime.date:
        return self.week_zero - datetime.timedelta(weeks=weeks)


def _explain(entry: dict) -> None:
    """Put a term into the glossary; not if it has the term or one of its names."""
    also = "\n".join(entry["also"])
    glossary_term = GlossaryTerm(also=also, **given(entry, ["term", "meaning"]))
    try:
        glossary_term.full_clean()
    except ValidationError:
        return
    glossary_term.save()
    remember(glossary_term)


def _publish_first(archive: ChatArchivePage, chat: ChatPage) -> None:
    """Publish a new chat as if it had stood here since its day; one ahead, since now."""
    chat.first_published_at = min(chat.starts_at, timezone.now())
    archive.add_child(instance=chat)
    chat.save_revision().publish()
    remember(chat)


def _bring_in_what_was_said(chat: ChatPage, entry: dict) -> None:
    """Bring in the transcript and the text chat as an editor would."""
    for name, suffix in (("transcript", ".vtt"), ("text_chat", ".txt")):
        if name in entry:
            text = (HERE / "transcripts" / f"{entry[name]}{suffix}").read_text("utf-8")
            bring_in_lines(chat, detect(text).parse(text).lines)
    if "transcript_offset" in entry:
        set_offset(chat, entry["transcript_offset"])
    if entry.get("transcript_checked"):
        note_checked(chat, True)


def _is_used(item: Model) -> bool:
    """Say whether any row of the database points at it, or a page's body names it.

    Rows that only join it to what it names itself do not count, nor do other sizes of a picture.
    """
    own = {field.remote_field.through for field in item._meta.many_to_many}
    own |= {Image.get_rendition_model(), PictureState}
    return ReferenceIndex.get_references_to(item).exists() or any(
        relation.related_model._base_manager.filter(**{relation.field.name: item}).exists()
        for relation in item._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and relation.related_model not in own
    )


def _named_in_drafts() -> Iterable[Model]:
    """What stands only in an editor's draft: no row points at it, and it must not go either."""
    for post in PostPage.objects.filter(has_unpublished_changes=True):
        draft = post.get_latest_revision_as_object()
        yield from draft.authors
        yield from draft.shown_tags
        yield from filter(None, [draft.category, draft.lead_image])
        yield from Image.objects.filter(pk__in=images_in(draft))
    for event in EventPage.objects.filter(has_unpublished_changes=True):
        draft = event.get_latest_revision_as_object()
        yield from draft.hosts
        yield from draft.shown_tags
        yield from filter(None, [draft.kind, draft.series])
    for chat in ChatPage.objects.filter(has_unpublished_changes=True):
        draft = chat.get_latest_revision_as_object()
        yield from draft.hosts
        yield from draft.teams.all()
        yield from filter(None, [draft.recording_file, draft.audio_file])
        for topic in draft.topics.all():
            yield from topic.tags.all()
    for guide in GuidePage.objects.filter(has_unpublished_changes=True):
        draft = guide.get_latest_revision_as_object()
        yield from filter(None, [draft.subject, draft.audience, draft.keeper])
        yield from draft.shown_tags
        yield from _named_in_text(draft)
    for page in StandardPage.objects.filter(has_unpublished_changes=True):
        yield from _named_in_text(page.get_latest_revision_as_object())
    for committee in CommitteePage.objects.filter(has_unpublished_changes=True):
        draft = committee.get_latest_revision_as_object()
        yield from (term.person for term in draft.terms.all())


def _named_in_text(page: GuidePage | StandardPage) -> Iterable[Model]:
    for model, pk, _path, _place in page._meta.get_field("body").extract_references(page.body):
        yield from model._default_manager.filter(pk=pk)
