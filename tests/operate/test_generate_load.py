"""`manage.py generate_load` makes an archive to measure with."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Page

from blog.models import BlogPage, PostPage
from chats.models import ChatPage, Line, Topic, TopicAddress, TopicTag
from chats.passages import passages_of
from comments.models import Comment
from events.models import CalendarPage, EventPage
from search.engines import Narrowing
from search.models import Change, Entry
from search.results import find
from tests.factories.chats import make_chat

pytestmark = pytest.mark.django_db


def generate_load(*arguments: str) -> str:
    out = StringIO()
    call_command("generate_load", *arguments, stdout=out)
    return out.getvalue()


def test_the_tree_is_sound(archive):
    assert "30 chats" in generate_load("--chats", "30", "--topics", "5")
    assert not any(Page.find_problems())
    archive.refresh_from_db()
    chats = ChatPage.objects.child_of(archive).published()
    assert chats.count() == archive.numchild == 30
    assert len({chat.date for chat in chats}) == 30
    assert len({chat.url for chat in chats}) == 30
    assert {chat.state for chat in chats} == {"complete"}
    assert {chat.content_type.model_class() for chat in Page.objects.child_of(archive)} == {
        ChatPage
    }


def test_topics_have_addresses_tags_and_times_within_the_recording():
    generate_load("--chats", "10", "--topics", "7")
    assert Topic.objects.count() == 70
    assert set(TopicAddress.objects.values_list("key", "chat_id")) == set(
        Topic.objects.values_list("key", "page_id")
    )
    assert TopicTag.objects.exists()
    for chat in ChatPage.objects.all():
        starts = [topic.start for topic in chat.topics.all()]
        assert starts == sorted(starts)
        assert starts[-1] < chat.duration
        assert chat.hosts


def test_the_load_is_found():
    generate_load("--chats", "3", "--topics", "4")
    assert Entry.objects.filter(kind="topic").count() == 12
    assert Change.objects.waiting().exists()
    results = find("lender", Narrowing())
    assert results.total
    assert all(hit.href for hit in results.hits)


def test_hours_of_transcripts_are_spread_over_the_chats():
    assert "3 hours" in generate_load("--chats", "2", "--topics", "3", "--hours", "3")
    longer, shorter = ChatPage.objects.order_by("-duration")
    assert (longer.duration, shorter.duration) == (7200, 3600)
    assert longer.transcript.lines.count() == 2 * shorter.transcript.lines.count()
    assert not Line.objects.exclude(end__lte=7_200_000).exists()
    assert Line.objects.exclude(digest="").count() == Line.objects.count()
    hosts = {person.name for person in longer.hosts}
    assert hosts < {speaker.name for speaker in longer.transcript.speakers.all()}
    found = Entry.objects.filter(kind="said", object_id=longer.pk)
    assert found.count() == len(passages_of(longer, "recording")) > 100


def test_words_are_the_same_each_time(archive):
    generate_load("--chats", "3")
    first = list(Topic.objects.order_by("pk").values_list("title", "start"))
    ChatPage.objects.all().delete()
    generate_load("--chats", "3")
    assert list(Topic.objects.order_by("pk").values_list("title", "start")) == first


def test_pages_answer_and_can_be_edited(client, archive):
    generate_load("--chats", "3", "--topics", "2")
    assert client.get(archive.url).status_code == 200
    chat = ChatPage.objects.first()
    keys = {topic.key for topic in chat.topics.all()}
    assert client.get(chat.url).status_code == 200
    chat.save_revision().publish()
    assert {topic.key for topic in ChatPage.objects.get(pk=chat.pk).topics.all()} == keys


def test_an_archive_with_chats_is_left_alone_unless_told():
    chat = make_chat("2020-01-08")
    with pytest.raises(CommandError, match="--yes"):
        generate_load("--chats", "5")
    generate_load("--chats", "5", "--yes")
    generate_load("--chats", "5", "--yes")
    assert ChatPage.objects.count() == 11
    assert ChatPage.objects.filter(date__gte=chat.date).get() == chat
    assert not any(Page.find_problems())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--chats", "0"],
        ["--chats", "5", "--topics", "-1"],
        ["--chats", "5", "--hours", "-1"],
        ["--posts", "-1"],
    ],
)
def test_numbers_without_sense_are_refused(arguments):
    with pytest.raises(CommandError):
        generate_load(*arguments)
    assert not ChatPage.objects.exists()


def test_a_site_without_an_archive_is_refused(archive):
    archive.delete()
    with pytest.raises(CommandError, match="no chat archive"):
        generate_load("--chats", "1")


def test_posts_events_and_comments_are_sound_and_found(client):
    blog, calendar = BlogPage.objects.get(), CalendarPage.objects.get()
    generate_load("--posts", "3", "--events", "20", "--comments", "120")
    assert not any(Page.find_problems())
    assert PostPage.objects.child_of(blog).published().count() == 3
    events = EventPage.objects.child_of(calendar).published()
    assert events.count() == 20
    assert events.upcoming().count() in (2, 3)  # today's may be over
    assert all(event.is_open for event in events.upcoming())
    oldest = PostPage.objects.published().order_by("date").first()
    assert Comment.objects.published().on(oldest).count() == 50
    assert Comment.objects.exclude(thread=None).exists()
    page = client.get(oldest.url)
    assert "Reader" in page.content.decode()
    assert client.get(events.upcoming().first().url).status_code == 200
    kinds = Entry.objects.values_list("kind", flat=True)
    assert [list(kinds).count(kind) for kind in ("post", "event", "comment")] == [3, 20, 120]


def test_no_more_comments_are_made_than_have_a_place(archive):
    generate_load("--chats", "2", "--topics", "0", "--comments", "500")
    assert Comment.objects.count() == 100
