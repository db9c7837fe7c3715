"""`manage.py demo` brings a made-up network and takes it out again."""

import datetime
import re
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from io import StringIO
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, TestCase, override_settings
from django.utils import timezone
from taggit.models import Tag
from wagtail.blocks import StreamValue
from wagtail.documents import get_document_model
from wagtail.images.models import Image
from wagtail.models import Page, PageLogEntry, ReferenceIndex, Revision
from wagtail.search.models import IndexEntry
from wagtailmedia.models import get_media_model

from blog.models import BlogPage, Category, PostPage
from chats.captions import Captions
from chats.importers import detect
from chats.models import ChatArchivePage, ChatPage, Line, Topic, TopicAddress, Transcript
from chats.passages import passages_of, said_lines
from comments import announcing
from comments.models import Comment, State
from core.due import due_work
from core.page_cache.changes import never_shown
from core.page_cache.stores import current_store
from events.models import CalendarPage, EventPage, Kind, Registration, Seats, Sequel, Series
from guides import reviews
from guides.models import (
    Audience,
    Feedback,
    GuideChange,
    GuideIndexPage,
    GuidePage,
    SharedText,
)
from home.first_texts import INTRODUCTIONS
from home.models import HomePage, Navigation, NoticeBar, StandardPage
from operate.demonstration import blog, comments, events, guides, items, loading
from outbox.models import Mail
from people.models import (
    CommitteePage,
    CommitteeTerm,
    ContactPage,
    Library,
    PeoplePage,
    Person,
    Subject,
    Team,
)
from search.models import Change, Entry, GlossaryTerm
from search.query import parse, widen
from search.results import Narrowing, find
from tests.crawling import crawl, faults
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import make_event
from tests.factories.guides import make_guide
from tests.factories.updates import (
    make_announcement,
    make_list,
    make_subscription,
    tell_all,
)
from updates import announcements, subscriptions
from updates.following import Ref, followables
from updates.models import Announcement, AnnouncementList, EndedBy, Notice

DATA = Path(loading.__file__).parent
CHATS = tomllib.loads((DATA / "chats.toml").read_text("utf-8"))["chats"]
PEOPLE = tomllib.loads((DATA / "people.toml").read_text("utf-8"))
POSTS = tomllib.loads((DATA / "posts.toml").read_text("utf-8"))
EVENTS = tomllib.loads((DATA / "events.toml").read_text("utf-8"))
UPDATES = tomllib.loads((DATA / "updates.toml").read_text("utf-8"))
COMMENTS = tomllib.loads((DATA / "comments.toml").read_text("utf-8"))["comments"]
WORDS = tomllib.loads((DATA / "glossary.toml").read_text("utf-8"))
GLOSSARY = WORDS["terms"]
GUIDES = tomllib.loads((DATA / "guides.toml").read_text("utf-8"))

# A Tuesday two days after clocks went forward: the series lies on both sides of the change.
NOW = "2026-03-10 12:00 -0400"
WEEK_ZERO = datetime.date(2026, 3, 4)
MADE_AHEAD = 4
"""Dates that the two series have beyond those of the data."""
HEARD = [entry for entry in CHATS if "transcript" in entry]
PLAYED = next(entry for entry in CHATS if "recording_file" in entry)


def demo(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


def count_rows() -> dict[str, int]:
    """Rows of every table but content types, which any first use makes."""
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.managed and model._meta.label != "contenttypes.ContentType"
    }


def facts(chat: ChatPage) -> dict:
    """All that an editor can see of a chat."""
    data = chat.serializable_data()
    for name in ("last_published_at", "latest_revision", "live_revision"):
        data.pop(name, None)
    data.pop("latest_revision_created_at", None)
    return data


def html_unescaped(response) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def note_tables(read: set[str], execute, sql, params, many, context):
    """Note the tables that are read: an execute wrapper."""
    read.update(re.findall(r'(?:FROM|JOIN) "(\w+)"', sql))
    return execute(sql, params, many, context)


def kinds_of_pages() -> list[str]:
    """Return the address of one page of each kind that may be stored."""
    pages = Page.objects.live().public().filter(depth__gt=1).specific()
    of_tree = {type(page): page.url for page in pages}
    discussed = PostPage.objects.get(pk=Comment.objects.published().first().page_id)
    chat = ChatPage.objects.exclude(transcript=None).first()
    others = ["/tags/", "/search/", "/sitemap.xml", "/robots.txt", "/opensearch.xml"]
    others += [Person.objects.public().first().get_absolute_url()]
    others += [Team.objects.public().first().get_absolute_url()]
    others += [AnnouncementList.objects.first().get_absolute_url()]
    others += [Announcement.objects.sent().first().get_absolute_url()]
    others += ["/comments/feed.xml", "/blog/feed.xml", "/events/calendar.ics", "/chats/feed.xml"]
    return list(dict.fromkeys([*of_tree.values(), discussed.url, chat.url, *others]))


@contextmanager
def in_store() -> Iterator[Path]:
    """Store pages in a folder, as if what the tests have written were committed."""
    with (
        tempfile.TemporaryDirectory() as folder,
        override_settings(
            PAGE_CACHE_STORE="core.page_cache.stores.FileStore", PAGES_FOLDER=Path(folder)
        ),
        patch("core.page_cache.changes.are_waiting", return_value=False),
        patch("core.page_cache.stores.ENDED_KEPT_FOR", -(10**9)),
    ):
        yield Path(folder)


def fail(*arguments, **named) -> None:
    assert files_below(Path(settings.MEDIA_ROOT))
    raise OSError("disk full")


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def chat_of_week(weeks_ago: int) -> ChatPage:
    return ChatPage.objects.get(date=WEEK_ZERO - datetime.timedelta(weeks=weeks_ago))


@pytest.mark.any_database
@time_machine.travel(NOW, tick=False)
class TestLoaded(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.before = count_rows()
        cls.said = demo()

    def test_all_of_the_data_is_here(self):
        assert "40 chats" in self.said
        assert ChatPage.objects.live().count() == len(CHATS) == 40
        assert Topic.objects.count() == sum(len(chat.get("topics", [])) for chat in CHATS) == 315
        persons = [*PEOPLE["people"], *PEOPLE["members"], *POSTS["guests"]]
        assert Person.objects.count() == len(persons)
        assert set(Team.objects.values_list("slug", flat=True)) == {
            team["slug"] for team in PEOPLE["teams"]
        }
        assert Library.objects.count() == len(PEOPLE["libraries"])
        assert not any(Page.find_problems())

    def test_states_are_those_of_the_data(self):
        not_complete = {
            -4: "upcoming",
            -2: "upcoming",
            0: "recording_expected",
            2: "topics_expected",
            40: "cancelled",
            56: "lost",
        }
        states = {chat.date: chat.state for chat in ChatPage.objects.all()}
        assert states == {
            WEEK_ZERO - datetime.timedelta(weeks=entry["weeks_ago"]): not_complete.get(
                entry["weeks_ago"], "complete"
            )
            for entry in CHATS
        }

    def test_chats_begin_at_two_by_the_clock_on_the_wall_and_are_public_since(self):
        for chat in ChatPage.objects.all():
            assert chat.date.weekday() == loading.WEDNESDAY
            assert timezone.localtime(chat.starts_at).hour == 14
            published = timezone.localtime(chat.first_published_at)
            assert published.date() == (timezone.localdate() if chat.is_ahead else chat.date)
        in_order_of_making = ChatPage.objects.order_by("pk").values_list("date", flat=True)
        assert list(in_order_of_making) == sorted(in_order_of_making)

    def test_a_chat_has_its_hosts_in_order_its_teams_and_its_topics(self):
        for entry in CHATS:
            chat = chat_of_week(entry["weeks_ago"])
            assert [person.slug for person in chat.hosts] == entry["hosts"]
            assert {team.slug for team in chat.teams.all()} == set(entry["teams"])
            assert [
                (topic.start, topic.title, topic.kind, {tag.name for tag in topic.tags.all()})
                for topic in chat.topics.all()
            ] == [
                (
                    topic.get("start"),
                    topic["title"],
                    topic.get("kind", ""),
                    set(topic.get("tags", [])),
                )
                for topic in entry.get("topics", [])
            ]

    def test_every_topic_has_an_address_of_its_own(self):
        keys = Topic.objects.values_list("key", flat=True)
        assert len(set(keys)) == 315
        assert set(TopicAddress.objects.values_list("key", flat=True)) == set(keys)

    def test_answers_are_dated_and_old_ones_lead_to_new_ones(self):
        answered = Topic.objects.exclude(answer="")
        assert answered.count() == 79
        today = timezone.localdate()
        assert all(topic.answer_checked_on <= today for topic in answered)
        newer = chat_of_week(4).topics.get(start=140)
        older = Topic.objects.filter(superseded_by=newer.key)
        assert {topic.page.specific.date for topic in older} == {
            chat_of_week(60).date,
            chat_of_week(94).date,
        }
        successors = set(Topic.objects.exclude(superseded_by="").values_list("superseded_by"))
        assert Topic.objects.filter(key__in=[key for (key,) in successors]).count() == 7

    def test_the_front_names_the_network_and_its_examples_find_something(self):
        home, archive = HomePage.objects.get(), ChatArchivePage.objects.get()
        assert "Tamarack Library Network" in home.intro
        assert "every second wednesday" in archive.intro.lower()
        examples = [example.words for example in home.search_examples.all()]
        assert len(examples) == 5
        for words in examples:
            response = self.client.get(archive.url, {"q": words})
            assert response.context["listing"].paginator.count > 1, words

    def test_the_glossary_has_the_names_of_this_world(self):
        terms = {term.term: term for term in GlossaryTerm.objects.all()}
        for entry in GLOSSARY:
            assert terms[entry["term"]].names == [entry["term"], *entry["also"]]
            assert terms[entry["term"]].meaning == entry["meaning"]
            terms[entry["term"]].full_clean()
        assert all(term.meaning for term in terms.values())
        query = widen(parse("Tamarack catalog"), GlossaryTerm.objects.synonyms())
        assert ("tamcat",) in {way.stems for way in query.terms[0].alternatives}

    def test_the_recording_is_a_film_that_the_site_serves_by_ranges(self):
        chat = chat_of_week(PLAYED["weeks_ago"])
        assert 690 <= chat.duration == chat.recording_file.duration <= 750
        assert chat.recording_file.file.size < 2_000_000
        assert chat.recording_file.thumbnail.size < 20_000
        response = self.client.get(chat.recording_file.url, headers={"range": "bytes=0-40959"})
        assert (response.status_code, response["Content-Type"]) == (206, "video/mp4")
        start = b"".join(response.streaming_content)
        assert start[4:8] == b"ftyp"
        # What a player has to know stands first: it plays while the rest is on its way.
        assert b"moov" in start
        poster = self.client.get(chat.recording_file.thumbnail.url)
        assert b"".join(poster.streaming_content).startswith(b"\xff\xd8\xff")
        page = self.client.get(chat.url).content.decode()
        assert chat.recording_file.url in page
        assert chat.recording_file.thumbnail.url in page

    def test_its_captions_follow_each_other_and_every_topic_begins_with_a_line(self):
        chat = chat_of_week(PLAYED["weeks_ago"])
        lines = said_lines(chat, "recording")
        assert 1_500 <= sum(len(line.text.split()) for line in lines) <= 1_800
        assert lines[0].at >= 0
        assert lines[-1].until <= chat.duration
        for line, following in pairwise(lines):
            assert line.at < line.until <= following.at
        starts = [line.at for line in lines]
        for topic in chat.timed_topics:
            assert min(abs(start - topic.start) for start in starts) < 1, topic.title
        assert chat.shown_was_said

    def test_ten_chats_can_be_read_five_of_them_checked(self):
        assert len(HEARD) == Transcript.objects.count() == 10
        assert Transcript.objects.exclude(checked_on=None).count() == 5
        for entry in HEARD:
            chat = chat_of_week(entry["weeks_ago"])
            assert chat.transcript.lines.of("recording").count() >= 12
            assert (chat.transcript.checked_on is not None) == bool(entry.get("transcript_checked"))
            passages = passages_of(chat, "recording")
            assert all(passage.lines[-1].until <= chat.duration for passage in passages)
            said_under = {passage.topic.title for passage in passages if passage.topic}
            on_recording = [topic for topic in chat.timed_topics if topic.source == "recording"]
            assert said_under == {topic.title for topic in on_recording}
            names = {line.who for passage in passages for line in passage.lines}
            assert names <= {person.name for person in chat.hosts} | {"A participant"}
        offsets = {entry.get("transcript_offset", 0) for entry in HEARD}
        assert set(Transcript.objects.values_list("offset", flat=True)) == offsets == {0, 67}

    def test_files_of_transcripts_are_read_without_a_warning(self):
        files = sorted((DATA / "transcripts").iterdir())
        assert len(files) == 12
        for file in files:
            text = file.read_text("utf-8")
            parsed = detect(text).parse(text)
            assert parsed.lines
            assert parsed.warnings == ()

    def test_two_text_chats_have_replies_and_reactions(self):
        written = Line.objects.of("text chat")
        assert set(written.values_list("transcript__chat__date", flat=True)) == {
            WEEK_ZERO - datetime.timedelta(weeks=entry["weeks_ago"])
            for entry in CHATS
            if "text_chat" in entry
        }
        assert written.exclude(answers=None).count() == 2
        assert written.exclude(reactions="").count() >= 4

    def test_captions_are_promised_for_the_newest_recording_without_them(self):
        chat = chat_of_week(2)
        assert chat.captions == Captions.EXPECTED
        assert chat.captions_due > timezone.localdate()
        assert chat.captions_reason in self.client.get(chat.url).content.decode()

    def test_a_phrase_that_was_only_spoken_is_found(self):
        archive = ChatArchivePage.objects.get()
        page = self.client.get(archive.url, {"q": "pickles cookbook"}).content.decode()
        assert chat_of_week(PLAYED["weeks_ago"]).url in page

    def test_pages_answer(self):
        for page in (HomePage.objects.get(), ChatArchivePage.objects.get(), chat_of_week(4)):
            assert self.client.get(page.url).status_code == 200

    def test_no_link_of_the_site_leads_nowhere(self):
        # Months follow each other without an end; of topics and comments there are hundreds.
        months = tuple(f"/events/{year}/" for year in range(2028, 2100))
        passed_over = ("/admin/", "/static/", "/topics/", "/comments/", *months)
        read = set()
        with connection.execute_wrapper(partial(note_tables, read)):
            crawled = crawl(self.client, passed_over=passed_over)
        assert not list(faults(crawled))
        assert len(crawled) > 300
        assert "wagtailcore_page" in read
        # What a change of is not told to the store of pages.
        assert not read & {model._meta.db_table for model in never_shown}

    def test_what_is_stored_is_the_same_for_all(self):
        """Each kind of page, asked by staff, by a reader who is known, and by one who is not."""
        user = get_user_model().objects.create_superuser("desdemona@example.org", "a pass word")
        staff, known = Client(), Client()
        staff.force_login(user)
        stamp = known.get(f"/comments/on/{PostPage.objects.live().first().pk}/stamp/").json()
        known.cookies["author"] = "somebody"
        secrets = [user.email, staff.session.session_key, known.cookies["csrftoken"].value]
        secrets += [*filter(None, stamp.values()), "csrfmiddlewaretoken"]
        addresses = kinds_of_pages()
        shown = {address: self.client.get(address).content.decode() for address in addresses}
        with in_store() as folder:
            for address in addresses:
                for somebody in (staff, known):
                    assert somebody.get(address).status_code == 200
                assert not list(folder.rglob("*head.json"))
                for _ in range(2):
                    answered = Client().get(address)
                    assert answered.content.decode() == shown[address], address
                assert not [said for said in secrets if said in shown[address]], address
                assert len(list(folder.rglob("*head.json"))) == 1, address
                current_store().purge()
                current_store().forget_ended()

    def test_a_revision_published_again_changes_nothing(self):
        for weeks_ago in (4, 54, 142, 154):
            chat = chat_of_week(weeks_ago)
            assert chat.revisions.count() == 1
            assert chat.live_revision == chat.latest_revision
            assert not chat.has_unpublished_changes
            before = facts(chat)
            chat.live_revision.publish()
            assert facts(chat_of_week(weeks_ago)) == before

    def test_what_names_a_person_is_known_to_the_admin(self):
        nell = Person.objects.get(slug="nell-abernathy-cho")
        found = ReferenceIndex.get_references_to(nell)
        named = (nell.hosted_chats, nell.hosted_events, nell.written_posts, nell.kept_guides)
        named = (*named, nell.terms)
        in_text = len([one for one in _blocks("contact") if one["person"] == nell.slug])
        assert found.count() == sum(those.count() for those in named) + in_text
        assert all(those.exists() for those in named)

    def test_the_guides_are_whole_and_each_of_their_changes_is_kept(self):
        assert GuidePage.objects.published().count() == len(GUIDES["guides"]) == 12
        kinds = {one.block_type for one in _blocks_of_guides()}
        assert kinds >= {entry["type"] for entry in _blocks()}
        for entry in GUIDES["guides"]:
            guide = GuidePage.objects.get(slug=entry["slug"])
            assert [section.title for section in guide.sections] == [
                section["title"] for section in entry["sections"]
            ]
            assert [len(section.block["body"]) for section in guide.sections] == [
                len(section["body"]) for section in entry["sections"]
            ]
            notes = [change["note"] for change in entry["changes"]]
            assert [one.note for one in guide.changes.order_by("made_at")] == ["", *notes]
            assert {one.revision_id for one in guide.changes.all()} == set(
                guide.revisions.values_list("pk", flat=True)
            )
            assert guide.last_published_at == guide.changes.first().made_at
            dated = Entry.objects.get(kind="guide", object_id=guide.pk).date
            assert dated == timezone.localdate(guide.last_published_at)
            assert guide.feedback.filter(words="").count() == entry["helped"] + entry["not_helped"]
            assert self.client.get(guide.url).status_code == 200
        assert Feedback.objects.open().count() >= 4

    def test_two_guides_are_due_for_review(self):
        today = timezone.localdate()
        due = [
            guide.slug
            for guide in GuidePage.objects.with_last_review()
            if reviews.next_review_on(
                guide.reviewed_on, guide.first_published_at, guide.review_every
            )
            <= today
        ]
        assert len(due) == 2

    def test_topics_name_sections_of_guides_that_are_there(self):
        topics = Topic.objects.exclude(related_page=None)
        named = [one for guide in GUIDES["guides"] for one in guide["sections"]]
        assert topics.count() == sum(len(one.get("topics", [])) for one in named) >= 20
        anchors = {
            (guide.pk, section.anchor)
            for guide in GuidePage.objects.all()
            for section in guide.sections
        }
        places = set(topics.values_list("related_page", "related_section"))
        assert places <= anchors
        assert len(anchors) == len(named)
        topic = chat_of_week(4).topics.get(start=140)
        page = self.client.get(chat_of_week(4).url).content.decode()
        assert f"{topic.related_page.url}#{topic.related_section}" in page

    def test_a_section_has_its_address_at_each_load(self):
        before = {one.slug: [each.key for each in one.sections] for one in GuidePage.objects.all()}
        answers = set(Entry.objects.filter(kind="answer").values_list("fragment", flat=True))
        demo("--remove")
        demo()
        after = {one.slug: [each.key for each in one.sections] for one in GuidePage.objects.all()}
        assert after == before
        assert answers
        assert answers == set(
            Entry.objects.filter(kind="answer").values_list("fragment", flat=True)
        )

    def test_a_guide_published_again_changes_nothing(self):
        guide = GuidePage.objects.get(slug="renew-and-recall")
        assert guide.live_revision == guide.latest_revision
        assert not guide.has_unpublished_changes
        before, changes = facts(guide), guide.changes.count()
        guide.live_revision.publish()
        guide = GuidePage.objects.get(pk=guide.pk)
        assert facts(guide) == before
        assert guide.changes.count() == changes

    def test_people_answer_for_subjects_and_sit_on_the_committee(self):
        for entry in PEOPLE["people"]:
            person = Person.objects.get(slug=entry["slug"])
            assert {one.name for one in person.answers.all()} == set(entry.get("answers", []))
            assert {one.name for one in person.mentors_in.all()} == set(entry.get("mentors_in", []))
        terms = CommitteeTerm.objects
        assert terms.count() == len(PEOPLE["terms"])
        today = timezone.localdate()
        assert 0 < terms.filter(ends_on__lt=today).count() < terms.count()
        assert terms.filter(begins_on__gt=today).count() == 1
        assert terms.current().count() == 5
        for model in (PeoplePage, CommitteePage, ContactPage, GuideIndexPage):
            assert self.client.get(model.objects.get().url).status_code == 200
        assert ContactPage.objects.get().telephone in html_unescaped(
            self.client.get(ContactPage.objects.get().url)
        )

    def test_the_frame_names_sections_in_order_and_says_what_this_is(self):
        heads = [item.value["page"].slug for item in Navigation.objects.get().head]
        assert heads == ["chats", "guides", "blog", "events", "people"]
        assert NoticeBar.objects.get().is_shown
        page = html_unescaped(self.client.get(HomePage.objects.get().url))
        assert NoticeBar.objects.get().words in page

    def test_the_blog_is_whole(self):
        assert PostPage.objects.published().count() == len(POSTS["posts"]) == 25
        assert Category.objects.count() == len(POSTS["categories"])
        blocks = {block.block_type for post in PostPage.objects.all() for block in post.body}
        assert blocks == set(PostPage.body.field.stream_block.child_blocks)
        newest = PostPage.objects.newest_first().first()
        assert timezone.localdate() - newest.date < datetime.timedelta(days=7)
        for post in PostPage.objects.all():
            assert self.client.get(post.url).status_code == 200
            for block in post.body:
                if block.block_type == "topics":
                    assert len(block.value.found) == len(block.value["topics"])
                if block.block_type == "chat":
                    assert block.value.found

    def test_comments_are_in_every_state_and_tell_nobody(self):
        told = Counter("published" if c["state"] == "approved" else c["state"] for c in COMMENTS)
        states = Counter(Comment.objects.values_list("state", flat=True))
        assert states == told
        assert set(states) == set(State.values)
        assert Comment.objects.reported().count() == 2
        assert Entry.objects.filter(kind="comment").count() == told["published"]
        announcing.tell_moderators()
        announcing.announce()
        assert not Mail.objects.exists()

    def test_the_calendar_is_whole(self):
        assert EventPage.objects.published().count() == len(EVENTS["events"]) + MADE_AHEAD
        assert Entry.objects.filter(kind="event").count() == EventPage.objects.count()
        assert {kind.name for kind in Kind.objects.all()} == {
            "Community chat",
            "Training",
            "Meeting",
        }
        for event in EventPage.objects.all():
            assert self.client.get(event.url).status_code == 200
            event.full_clean()
            assert event.date.weekday() < 5, event.title
            assert event.live_revision == event.latest_revision
        assert self.client.get(CalendarPage.objects.get().url).status_code == 200

    def test_series_run_past_today_in_their_rhythm(self):
        fortnightly = Series.objects.get(is_of_chats=True)
        dates = list(fortnightly.events.in_order().values_list("date", flat=True))
        assert {(later - day).days for day, later in pairwise(dates)} == {14}
        assert dates[-1] > timezone.localdate() + datetime.timedelta(weeks=6)
        assert {event.starts_there.hour for event in fortnightly.events.all()} == {14}
        monthly = Series.objects.get(rhythm="months")
        for event in monthly.events.all():
            assert (event.date.weekday(), (event.date.day - 1) // 7) == (3, 1)
        for series in (fortnightly, monthly):
            assert series.pattern.date > timezone.localdate()
            assert series.occurrences.count() == series.events.count()

    def test_events_of_chats_go_on_at_the_chat_of_their_day(self):
        sequels = Sequel.objects.select_related("event")
        assert sequels.count() == 7
        for sequel in sequels:
            chat = ChatPage.objects.get(pk=sequel.page_id)
            assert (chat.date, chat.start_time) == (sequel.event.date, sequel.event.start_time)
            assert [host.pk for host in chat.hosts] == [host.pk for host in sequel.event.hosts]
            assert (sequel.recorded_at is not None) == chat.has_recording
        upcoming = ChatPage.objects.upcoming().first()
        assert upcoming.register_href == f"{upcoming.event.url}#register"

    def test_seats_are_free_full_and_waited_for_and_the_counters_are_right(self):
        for seats in Seats.objects.all():
            people = Registration.objects.filter(event=seats.event_id)
            assert people.confirmed().count() == seats.taken
            assert people.waiting().count() == seats.waiting
        ahead = Seats.objects.filter(event__in=EventPage.objects.upcoming().taking_place())
        limited = [seats for seats in ahead if seats.is_limited]
        assert any(seats.left for seats in limited)
        assert any(seats.is_full and not seats.event.has_waiting_list for seats in limited)
        assert any(seats.waiting for seats in limited)
        assert Registration.objects.attended().exists()
        assert Registration.objects.filter(answers__is_private=True).exists()
        cancelled = EventPage.objects.get(is_cancelled=True)
        assert cancelled.cancel_reason
        assert cancelled.registrations.live().exists()
        assert EventPage.objects.exclude(time_zone=settings.TIME_ZONE).exists()
        addresses = Registration.objects.values_list("email", flat=True)
        assert all(address.endswith("@example.org") for address in addresses)
        asked = [one for entry in EVENTS["events"] for one in entry.get("questions", [])]
        assert {len(question["key"]) for question in asked} == {12}

    def test_no_mail_is_due_for_any_event_today_or_later(self):
        work = [one for one in due_work if "event" in one.act.__module__]
        assert {"news of events", "reminders of events", "news of recordings"} <= {
            one.name for one in work
        }
        for days in (0, 1, 3, 6, 8, 14, 17, 22, 36):
            moment = timezone.now() + datetime.timedelta(days=days, hours=1, minutes=45)
            with time_machine.travel(moment, tick=False):
                for one in work:
                    while one.act():
                        pass
        assert not Mail.objects.exists()

    def test_removal_takes_dates_along_that_the_worker_made_since(self):
        with time_machine.travel(timezone.now() + datetime.timedelta(weeks=6), tick=False):
            for one in due_work:
                if one.name == "dates of series":
                    one.act()
            assert EventPage.objects.count() > len(EVENTS["events"]) + MADE_AHEAD
            demo("--remove")
        assert not EventPage.objects.exists()
        assert not Series.objects.exists()

    def test_removal_leaves_an_editors_event_and_what_it_belongs_to(self):
        series, kind = Series.objects.get(is_of_chats=True), Kind.objects.get(name="Training")
        event = make_event(series=series, kind="Training", hosts=["Gus Paradiso"])
        said = demo("--remove")
        assert EventPage.objects.get() == event
        assert (EventPage.objects.get().series, EventPage.objects.get().kind) == (series, kind)
        for kept in ("Community chat", "Training", "Gus Paradiso"):
            assert f"being edited: {kept}" in said

    def test_removal_leaves_what_an_editors_draft_of_an_event_names(self):
        event = make_event()
        event.kind = Kind.objects.get(name="Meeting")
        event.save_revision()
        demo("--remove")
        assert Kind.objects.get().name == "Meeting"

    def test_announcements_were_sent_to_three_lists_and_one_is_a_draft(self):
        assert {one.name for one in AnnouncementList.objects.open()} == {
            entry["name"] for entry in UPDATES["lists"]
        }
        sent = list(Announcement.objects.sent().newest_first())
        told = [entry for entry in UPDATES["announcements"] if "weeks_ago" in entry]
        assert [one.subject for one in sent] == [entry["subject"] for entry in told]
        assert len(sent) == 8
        assert sent[0].sent_at < timezone.now() - datetime.timedelta(days=2)
        assert timezone.now() - sent[-1].sent_at > datetime.timedelta(days=90)
        for one, entry in zip(sent, told, strict=True):
            one.full_clean()
            assert timezone.localtime(one.sent_at).weekday() < 5
            assert {each.name for each in one.lists.all()} == set(entry["lists"])
            page = self.client.get(one.get_absolute_url())
            assert entry["subject"] in html_unescaped(page)
            assert " page=" not in one.body
        draft = Announcement.objects.get(sent_at=None)
        assert not draft.is_scheduled
        assert self.client.get(draft.get_absolute_url()).status_code == 404

    def test_an_announcement_is_found_and_a_draft_is_not(self):
        assert Entry.objects.filter(kind="announcement").count() == 8
        (hit,) = find("wet paint gray bins", Narrowing(("announcement",))).hits
        assert hit.entry.title == "The sort room is closed on Monday"
        assert not find("paper tape trial forty rolls", Narrowing(("announcement",))).total

    def test_nothing_that_was_loaded_is_news(self):
        assert not Notice.objects.filter(spread_at=None).exists()
        # A chat that has no recording can still become news.
        assert Notice.objects.filter(source="chats.chatpage").count() == (
            ChatPage.objects.recorded().count()
        )
        assert Notice.objects.filter(source="events.eventpage").count() == EventPage.objects.count()
        assert Notice.objects.filter(source="guides.guidechange").count() == (
            GuideChange.objects.count()
        )

    def test_a_recording_that_somebody_adds_is_news(self):
        make_subscription("ines@example.org", Ref("recordings"))
        chat = ChatPage.objects.filter(outcome="").past().newest_first().first()
        assert not chat.has_recording
        chat.recording_url = "https://youtu.be/abcdefghijk"
        chat.topics = [make_topic("Boxes", 60)]
        chat.save_revision().publish()
        with time_machine.travel(timezone.now() + datetime.timedelta(hours=1), tick=False):
            tell_all()
        assert Mail.objects.get().address.email == "ines@example.org"

    def test_the_draft_can_be_sent(self):
        draft = Announcement.objects.get(sent_at=None)
        (to,) = draft.lists.all()
        make_subscription("ines@example.org", announcements.ref_of(to))
        announcements.send(draft, None)
        tell_all()
        assert Mail.objects.get().subject == draft.subject

    def test_removal_leaves_lists_that_are_in_use(self):
        network, uplands, coast = (
            AnnouncementList.objects.get(name=entry["name"]) for entry in UPDATES["lists"]
        )
        own = make_announcement([uplands], "Ours")
        make_subscription("ines@example.org", announcements.ref_of(network), confirmed_at=None)
        over = make_subscription("ines@example.org", announcements.ref_of(coast))
        subscriptions.stop([over], EndedBy.ONE_CLICK)
        other = make_list("Our own")
        said = demo("--remove")
        assert set(AnnouncementList.objects.all()) == {network, uplands, other}
        assert list(Announcement.objects.all()) == [own]
        assert "being edited: Uplands libraries" in said
        assert not Notice.objects.exists()
        assert not Entry.objects.filter(kind="announcement").exists()

    def test_a_second_load_changes_nothing(self):
        before = count_rows()
        assert "nothing changed" in demo()
        assert count_rows() == before

    def test_removal_leaves_the_site_as_it_was(self):
        assert "40 chats" in demo("--remove")
        # The index has yet to hear that all this is gone.
        Change.objects.all().delete()
        left = {name for name, rows in count_rows().items() if rows != self.before[name]}
        left -= {"search.Entry"}
        assert {name.split(".")[0] for name in left} <= {"wagtailcore", "wagtailsearch"}
        # Pages that got words keep their history and, saved for the first time since they were
        # planted, a place in both indexes.
        kept = Page.objects.filter(depth__gt=1).not_type(BlogPage, CalendarPage, StandardPage)
        keys = {str(page.pk) for page in kept}
        assert set(Revision.objects.values_list("object_id", flat=True)) == keys
        assert set(IndexEntry.objects.values_list("object_id", flat=True)) == keys
        assert {str(entry.object_id) for entry in Entry.objects.all()} <= keys
        assert {str(entry.page_id) for entry in PageLogEntry.objects.all()} == keys
        assert HomePage.objects.get().intro == ChatArchivePage.objects.get().intro == ""
        for model in (PeoplePage, ContactPage, GuideIndexPage):
            assert model.objects.get().intro == INTRODUCTIONS[model.objects.get().slug]
        assert ContactPage.objects.get().telephone == CommitteePage.objects.get().intro == ""
        for model in (BlogPage, CalendarPage, GuideIndexPage):
            assert model.objects.get().numchild == 0
        assert not GlossaryTerm.objects.exclude(meaning="").exists()
        assert not any(Page.find_problems())
        assert "nothing changed" in demo("--remove")

    def test_removal_leaves_an_editors_chat_and_all_it_names(self):
        person = Person.objects.get(slug="gus-paradiso")
        topic = make_topic("On the moon", tags=["renewals", "Moon landing"])
        chat = make_chat(hosts=[person.name], topics=[topic])
        said = demo("--remove")
        assert ChatPage.objects.get() == chat
        assert ChatPage.objects.get().hosts == [person]
        assert set(Tag.objects.values_list("name", flat=True)) == {"renewals", "Moon landing"}
        assert list(Team.objects.all()) == [person.team]
        assert set(Person.objects.all()) == {person}
        assert {"Gus Paradiso", "Delivery", "renewals"} == {
            line.split(": ")[1] for line in said.splitlines()[1:]
        }

    def test_removal_leaves_a_recording_that_another_chat_plays(self):
        media = get_media_model().objects.get()
        chat = make_chat(recording_file=media)
        with self.captureOnCommitCallbacks(execute=True):
            assert media.title in demo("--remove")
        assert ChatPage.objects.get().recording_file == media
        assert Path(media.file.path).is_file()
        assert not Transcript.objects.exclude(chat=chat).exists()

    def test_removal_leaves_whom_an_editors_draft_names(self):
        chat = make_chat()
        chat.chat_hosts.create(person=Person.objects.get(slug="aisha-lundgren"))
        chat.save_revision()
        demo("--remove")
        draft = ChatPage.objects.get().get_latest_revision_as_object()
        assert [person.slug for person in draft.hosts] == ["aisha-lundgren"]

    def test_removal_takes_the_glossary_along_but_for_what_an_editor_added(self):
        GlossaryTerm.objects.filter(term="TamCat").update(also="Tam")
        GlossaryTerm.objects.create(term="moon", also="satellite")
        demo("--remove")
        terms = GlossaryTerm.objects.values_list("term", flat=True)
        assert not {entry["term"] for entry in GLOSSARY} & set(terms)
        assert "moon" in terms

    def test_removal_takes_pictures_along_that_were_looked_at(self):
        # As made for a page; other tests may have taken the files away for good.
        for image in Image.objects.all():
            image.renditions.create(
                filter_spec="width-10", file="images/small.png", width=10, height=10
            )
        demo("--remove")
        assert not Image.objects.exists()
        assert not get_document_model().objects.exists()

    def test_removal_leaves_what_an_editors_guide_shows(self):
        text, list_ = SharedText.objects.first(), AnnouncementList.objects.first()
        guide = make_guide(
            sections=[("Whom to ask", [("shared", text.pk), ("list_sign_up", {"list": list_.pk})])]
        )
        guide.subject = Subject.objects.get(name="Lending")
        guide.audience = Audience.objects.get(name="New staff")
        guide.save_revision()
        demo("--remove")
        assert list(GuidePage.objects.all()) == [guide]
        assert list(SharedText.objects.all()) == [text]
        assert list(AnnouncementList.objects.all()) == [list_]
        assert [one.name for one in Subject.objects.all()] == ["Lending"]
        assert [one.name for one in Audience.objects.all()] == ["New staff"]

    def test_removal_leaves_what_the_frame_says_now(self):
        NoticeBar.objects.update(words="No courier on Friday.")
        navigation = Navigation.objects.get()
        del navigation.head[2:]
        navigation.save()
        demo("--remove")
        assert NoticeBar.objects.get().words == "No courier on Friday."
        assert len(Navigation.objects.get().head) == 2

    def test_removal_leaves_a_member_that_an_editor_put_on_the_committee(self):
        committee = CommitteePage.objects.get()
        member = Person.objects.get(slug="gus-paradiso")
        committee.terms.add(CommitteeTerm(person=member, begins_on=WEEK_ZERO))
        committee.save_revision().publish()
        assert "being edited: Gus Paradiso" in demo("--remove")
        assert [term.person for term in CommitteeTerm.objects.all()] == [member]

    def test_removal_leaves_a_committee_that_is_being_edited(self):
        CommitteePage.objects.get().save_revision()
        said = demo("--remove")
        assert "being edited: Committee" in said
        assert "being edited: Fergus Adeyemi" in said
        assert CommitteeTerm.objects.count() == len(PEOPLE["terms"])

    def test_removal_takes_an_edited_chat_and_survives_one_deleted(self):
        chat_of_week(4).delete()
        edited = chat_of_week(6)
        edited.title = "Edited"
        edited.save_revision().publish()
        assert "39 chats" in demo("--remove")
        assert not ChatPage.objects.exists()

    def test_removal_leaves_words_of_an_editor(self):
        home = HomePage.objects.get()
        home.intro = "<p>We are here.</p>"
        home.save_revision().publish()
        demo("--remove")
        home = HomePage.objects.get()
        assert home.intro == "<p>We are here.</p>"
        assert not home.search_examples.exists()

    def test_removal_leaves_a_home_page_that_is_being_edited(self):
        home = HomePage.objects.get()
        home.title = "Draft"
        home.save_revision()
        assert "being edited: Desk to Desk" in demo("--remove")
        assert HomePage.objects.get().intro


@pytest.fixture
def _few_of_it(monkeypatch) -> None:
    """Leave of the demonstration a few chats and one post with a picture."""

    def read_few(name: str) -> dict:
        whole = items.read(name)
        if name == "chats":
            few = [one for one in CHATS if one["weeks_ago"] < 9 or one is PLAYED]
            return {"chats": [{**one, "topics": _alone(one)} for one in few]}
        if name == "posts":
            pictured = next(one for one in POSTS["posts"] if "image" in one)
            return {**whole, "posts": [{**pictured, "body": []}]}
        if name == "guides":
            few = [_alone_in_it(one) for one in whole["guides"][:2]]
            return {**whole, "guides": few}
        if name == "events":
            few = [one for one in EVENTS["events"] if one.get("weeks_ago") in (0, -2)]
            series = [one for one in EVENTS["series"] if one["rhythm"] == "weeks"]
            return {**whole, "series": series, "events": few}
        return {"comments": []} if name == "comments" else whole

    for module in (loading, blog, comments, events, guides):
        monkeypatch.setattr(module, "read", read_few)


def _alone(chat: dict) -> list[dict]:
    """Return the topics of a chat that lead to no other chat's."""
    return [topic for topic in chat.get("topics", []) if "superseded_by" not in topic]


def _alone_in_it(guide: dict) -> dict:
    """Return a guide whose sections show neither chats nor other guides."""
    few = [
        {
            **section,
            "topics": [],
            "body": [one for one in section["body"] if one["type"] == "table"],
        }
        for section in guide["sections"]
    ]
    return {**guide, "related": [], "sections": few}


def _blocks(kind: str = "") -> list[dict]:
    """Return the blocks of the data, of one kind or of all."""
    sections = [section for guide in GUIDES["guides"] for section in guide["sections"]]
    blocks = [block for section in [*sections, *GUIDES["shared"]] for block in section["body"]]
    return [block for block in blocks if kind in ("", block["type"])]


def _blocks_of_guides() -> list[StreamValue.StreamChild]:
    sections = [section for guide in GuidePage.objects.all() for section in guide.sections]
    return [block for section in sections for block in section.block["body"]]


@pytest.mark.django_db
@pytest.mark.usefixtures("_few_of_it")
class TestSiteInUse:
    @pytest.fixture(autouse=True)
    def _clock(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def test_load_beside_a_chat_of_the_same_day_and_a_person_of_the_same_name(
        self, home, settings, tmp_path, django_capture_on_commit_callbacks
    ):
        settings.MEDIA_ROOT = tmp_path
        person = Person.objects.create(name="nell Abernathy-Cho", slug="nell", role="Director")
        chat = make_chat(WEEK_ZERO.isoformat(), hosts=[person.name])
        home.intro = "<p>We are here.</p>"
        home.save_revision().publish()
        demo()
        assert ChatPage.objects.filter(date=WEEK_ZERO).count() == 2
        assert Counter(ChatPage.objects.values_list("slug", flat=True)).most_common(1)[0][1] == 1
        person.refresh_from_db()
        assert (person.role, person.slug) == ("Director", "nell")
        assert person.hosted_chats.count() > 1
        assert HomePage.objects.get().intro == "<p>We are here.</p>"
        assert {path.suffix for path in files_below(tmp_path)} == {".mp4", ".jpg", ".png"}
        with django_capture_on_commit_callbacks(execute=True):
            demo("--remove")
        assert not files_below(tmp_path)
        assert ChatPage.objects.get() == chat
        assert Person.objects.get() == person

    def test_who_follows_everything_is_told_of_nothing(self, home):
        network = make_list("the whole network", slug="network")
        refs = [one.ref for followable in followables for one in followable.offered()]
        refs += [Ref("search", "q=the"), announcements.ref_of(network)]
        for ref in dict.fromkeys(refs):
            make_subscription("ines@example.org", ref)
        assert {"posts", "recordings", "events", "guides", "list"} <= {ref.kind for ref in refs}
        demo()
        assert network.announcements.exists()
        self._tell_in_weeks()
        for model in (PostPage, EventPage, ChatPage, GuidePage):
            for page in model.objects.all():
                page.title = f"{page.title}, corrected"
                page.save_revision().publish()
        self._tell_in_weeks()
        assert not Mail.objects.exists()

    def _tell_in_weeks(self) -> None:
        for days in (0, 1, 10, 20):
            with time_machine.travel(timezone.now() + datetime.timedelta(days=days), tick=False):
                tell_all()

    def test_load_leaves_an_editors_names_where_they_are(self):
        GlossaryTerm.objects.create(term="Catalog of ours", also="Tamarack catalog")
        GlossaryTerm.objects.create(term="BIN", also="box")
        demo()
        terms = set(GlossaryTerm.objects.values_list("term", flat=True))
        assert not {"TamCat", "bin"} & terms
        assert "courier" in terms
        demo("--remove")
        left = set(GlossaryTerm.objects.values_list("term", flat=True))
        assert {"Catalog of ours", "BIN"} <= left
        assert "courier" not in left

    def test_a_load_that_fails_leaves_no_file(self, settings, tmp_path, monkeypatch):
        settings.MEDIA_ROOT = tmp_path
        read = loading.read
        only = {"chats": {"chats": [PLAYED]}}
        monkeypatch.setattr(loading, "read", lambda name: only.get(name) or read(name))
        monkeypatch.setattr(loading, "note_checked", fail)
        with pytest.raises(OSError, match="disk full"):
            demo()
        assert not files_below(tmp_path)
        assert not ChatPage.objects.exists()

    def test_load_without_an_archive_says_so(self, archive):
        archive.delete()
        with pytest.raises(CommandError, match="no chat archive"):
            demo()


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-03-03 23:59 -0500", datetime.date(2026, 2, 25)),
        ("2026-03-04 13:59 -0500", datetime.date(2026, 2, 25)),
        ("2026-03-04 14:00 -0500", datetime.date(2026, 3, 4)),
        # Already Thursday in London, still Wednesday evening in New York.
        ("2026-03-05 03:00 +0000", datetime.date(2026, 3, 4)),
        ("2026-03-08 03:30 -0400", datetime.date(2026, 3, 4)),
        ("2026-03-11 13:59 -0400", datetime.date(2026, 3, 4)),
        ("2026-03-11 14:00 -0400", datetime.date(2026, 3, 11)),
        ("2026-11-01 01:30 -0500", datetime.date(2026, 10, 28)),
        ("2027-01-01 00:00 -0500", datetime.date(2026, 12, 30)),
    ],
)
def test_the_newest_chat_is_that_of_the_last_wednesday_begun(now, day):
    with time_machine.travel(now, tick=False):
        assert loading.last_community_day() == day


@pytest.mark.any_database
@pytest.mark.django_db
@time_machine.travel("2026-11-04 09:00 -0500", tick=False)
def test_loaded_on_a_chat_day_before_the_hour_the_states_are_the_same(monkeypatch):
    monkeypatch.setattr(loading, "load_posts", lambda *_made: {})
    monkeypatch.setattr(loading, "load_events", lambda *_made: 0)
    monkeypatch.setattr(loading, "plant_guides", dict)
    demo()
    assert Counter(chat.state for chat in ChatPage.objects.all()) == {
        "upcoming": 2,
        "recording_expected": 1,
        "topics_expected": 1,
        "cancelled": 1,
        "lost": 1,
        "complete": 34,
    }
