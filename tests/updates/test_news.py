"""What is published is told to its followers: once, and no more than was promised."""

import datetime
from dataclasses import replace

import pytest
import time_machine
from django.utils import timezone
from taggit.models import Tag

from chats.event_chats import WAITS_FOR_TOPICS, chat_of_event, tell_recordings
from chats.models import ChatPage, Topic
from events.models import EventPage, Kind, Occurrence
from outbox.models import Mail
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import in_days, make_event, make_series, register_one
from tests.factories.updates import (
    make_announcement,
    make_list,
    make_subscriber,
    make_subscription,
    tell_all,
)
from updates import announcements, news, searches, subscriptions
from updates.following import Ref
from updates.models import Delivery, EndedBy, Notice, Pace, Subscription

pytestmark = pytest.mark.django_db

START = datetime.datetime(2026, 3, 4, 15, tzinfo=datetime.UTC)
"""A Wednesday, 10 in the morning where the site is."""
DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def settle(clock, by: datetime.timedelta = news.SETTLES_IN + datetime.timedelta(seconds=1)) -> None:
    clock.shift(by)
    tell_all()


def told(kind: str = "") -> list[tuple[str, str]]:
    """Return address and subject of all mails to subscribers."""
    mails = Mail.objects.filter(kind__startswith=f"updates_{kind}").order_by("pk")
    return [(mail.address.email, mail.subject) for mail in mails.select_related("address")]


def who_was_told() -> list[str]:
    return sorted(address for address, _subject in told())


def follow(who: str, kind: str, key="", pace: Pace = Pace.AT_ONCE) -> Subscription:
    return make_subscription(f"{who}@example.org", Ref(kind, str(key)), pace)


def republish(page, **fields) -> None:
    page = type(page).objects.get(pk=page.pk)
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()


def new_post(title: str = "New labels", **fields):
    return make_post(title, date=timezone.localdate().isoformat(), **fields)


def test_each_way_of_following_a_post_brings_one_mail(clock):
    post = new_post(tags=["packaging"], authors=["Jo Okafor"])
    Notice.objects.all().delete()
    tag, other = Tag.objects.get(), Tag.objects.create(name="courier")
    author = post.authors[0]
    follow("whole", "posts")
    follow("tag", "posts-tag", tag.pk)
    follow("author", "posts-author", author.pk)
    follow("other", "posts-tag", other.pk)
    for kind, key in (("posts", ""), ("posts-tag", tag.pk), ("posts-author", author.pk)):
        follow("all", kind, key)
    second = new_post("More labels", tags=["packaging"], authors=["Jo Okafor"])
    tell_all()
    assert told() == []
    settle(clock)
    expected = ["all@example.org", "author@example.org", "tag@example.org", "whole@example.org"]
    assert who_was_told() == expected
    assert {subject for _who, subject in told()} == {"New on the blog: More labels"}
    assert not Notice.objects.filter(object_id=post.pk).exists()
    republish(second, title="Labels, corrected")
    settle(clock)
    second.unpublish()
    settle(clock, 30 * DAY)
    republish(second)
    settle(clock)
    assert who_was_told() == expected


def test_what_is_taken_back_in_time_is_told_when_it_is_back(clock):
    follow("whole", "posts")
    post = new_post()
    post.unpublish()
    settle(clock)
    assert told() == []
    republish(post)
    settle(clock, 2 * HOUR)
    assert told() == [("whole@example.org", "New on the blog: New labels")]


def test_what_never_comes_back_is_given_up(clock):
    follow("whole", "posts")
    post = new_post()
    post.unpublish()
    settle(clock, news.GIVEN_UP_AFTER + DAY)
    assert Notice.objects.get().spread_at
    republish(post)
    settle(clock)
    assert told() == []


def test_what_is_corrected_is_told_as_it_is_now(clock):
    follow("whole", "posts")
    post = new_post("New lables")
    republish(post, title="New labels")
    settle(clock)
    assert told() == [("whole@example.org", "New on the blog: New labels")]


def test_a_private_page_is_not_told(clock):
    from wagtail.models import PageViewRestriction

    follow("whole", "posts")
    post = new_post()
    PageViewRestriction.objects.create(page=post, restriction_type="login")
    settle(clock)
    assert told() == []


@pytest.mark.parametrize("date", ["2026-02-01", "2024-03-06"])
def test_what_was_brought_in_with_an_old_date_is_told_to_nobody(clock, date):
    follow("whole", "posts")
    post = make_post(date=date)
    settle(clock)
    republish(post)
    settle(clock)
    assert told() == []


def test_what_was_there_before_the_first_notice_is_told_to_nobody(clock):
    post = new_post()
    Notice.objects.all().delete()
    follow("whole", "posts")
    clock.shift(5 * DAY)
    republish(post, title="Labels, corrected")
    settle(clock)
    assert told() == []


def test_hushed_things_are_told_to_nobody(clock):
    follow("whole", "posts")
    post = new_post()
    news.hush(type(post), [post.pk])
    republish(post)
    settle(clock)
    assert told() == []


def test_a_publish_that_is_rolled_back_leaves_no_notice(clock):
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        new_post()
        raise RuntimeError
    assert not Notice.objects.exists()


def test_a_recording_is_told_with_its_topics(clock):
    follow("all", "recordings")
    chat = make_chat("2026-03-04", recording_url="https://youtu.be/abcdefghijk")
    settle(clock)
    assert told() == []
    page = ChatPage.objects.get(pk=chat.pk)
    page.topics = [make_topic("Boxes", 688, tags=["packaging"])]
    page.save_revision().publish()
    follow("tag", "recordings-tag", Tag.objects.get().pk)
    settle(clock)
    assert who_was_told() == ["all@example.org", "tag@example.org"]


def test_a_recording_without_topics_is_told_after_two_days(clock):
    follow("all", "recordings")
    chat = make_chat("2026-03-04", recording_url="https://youtu.be/abcdefghijk")
    promised = make_chat(
        "2026-03-03", recording_url="https://youtu.be/abcdefghijk", topics_promised=True
    )
    settle(clock, WAITS_FOR_TOPICS + HOUR)
    assert told() == [("all@example.org", f"The recording is here: {chat.title}")]
    page = ChatPage.objects.get(pk=promised.pk)
    page.topics_promised = False
    page.topics = [make_topic("Boxes", 688)]
    page.save_revision().publish()
    settle(clock)
    assert len(told()) == 2


def test_an_announced_chat_and_an_old_recording_are_no_news(clock):
    follow("all", "recordings")
    make_chat("2026-04-01")
    make_chat("2025-11-05", [make_topic("Boxes", 1)], recording_url="https://youtu.be/abcdefghijk")
    make_chat("2026-03-03", outcome="lost", recording_url="https://youtu.be/abcdefghijk")
    settle(clock, 3 * DAY)
    assert told() == []


def test_one_recording_brings_one_mail_however_it_is_followed(clock):
    series = make_series(is_of_chats=True)
    event = make_event(series=series, date=in_days(1))
    register_one(event, email="ines@example.org")
    for kind, key in (("recordings", ""), ("series", series.pk)):
        follow("ines", kind, key)
        follow("jo", kind, key, Pace.DAILY)
    register_one(event, "Jo", email="jo@example.org")
    follow("sam", "series", series.pk)
    Notice.objects.all().delete()
    clock.shift(2 * DAY)
    chat = chat_of_event(EventPage.objects.get(pk=event.pk))
    page = ChatPage.objects.get(pk=chat.pk)
    page.recording_url = "https://youtu.be/abcdefghijk"
    page.topics = [make_topic("Boxes", 688)]
    page.save_revision().publish()
    clock.shift(HOUR)
    tell_recordings()
    tell_all()
    clock.shift(8 * DAY)
    tell_all()
    of_recording = Mail.objects.filter(subject__contains="recording")
    assert sorted(of_recording.values_list("address__email", "kind")) == [
        ("ines@example.org", "event_recording"),
        ("jo@example.org", "event_recording"),
        ("sam@example.org", "updates_news"),
    ]
    assert not Mail.objects.filter(kind="updates_digest").exists()


def test_a_follower_told_first_is_not_told_as_a_registrant(clock):
    event = make_event(series=make_series(is_of_chats=True), date=in_days(1))
    register_one(event, email="ines@example.org")
    follow("ines", "recordings")
    clock.shift(2 * DAY)
    chat = chat_of_event(EventPage.objects.get(pk=event.pk))
    page = ChatPage.objects.get(pk=chat.pk)
    page.recording_url = "https://youtu.be/abcdefghijk"
    page.topics = [make_topic("Boxes", 688)]
    page.save_revision().publish()
    settle(clock, HOUR)
    tell_recordings()
    assert Mail.objects.filter(subject__contains="recording").count() == 1


def test_events_are_told_when_they_are_announced_and_dates_of_series_when_near(clock):
    kind = Kind.objects.create(name="Training")
    series = make_series("First steps")
    follow("all", "events")
    follow("kind", "events-kind", kind.pk)
    follow("series", "series", series.pk)
    make_event("Workshop", date=in_days(60), kind="Training")
    date = make_event("First steps", date=in_days(40), series=series)
    Occurrence.objects.create(series=series, slot=date.date, event=date)
    make_event("Yesterday", date=in_days(-1))
    make_event("Cancelled", date=in_days(5), is_cancelled=True)
    settle(clock)
    assert who_was_told() == ["all@example.org", "kind@example.org"]
    settle(clock, 27 * DAY)
    assert who_was_told() == [
        "all@example.org",
        "all@example.org",
        "kind@example.org",
        "series@example.org",
    ]


def test_an_event_that_is_moved_or_cancelled_before_is_told_as_it_is(clock):
    series = make_series("First steps")
    follow("series", "series", series.pk)
    event = make_event("First steps", date=in_days(20), series=series)
    republish(event, date=event.date + 20 * DAY)
    settle(clock, 8 * DAY)
    assert told() == []
    other = make_event("First steps, too", date=in_days(16), series=series)
    republish(other, is_cancelled=True)
    settle(clock, 3 * DAY)
    assert told() == []
    settle(clock, 16 * DAY)
    assert len(told()) == 1


def test_a_saved_search_is_told_what_is_new_with_its_words(clock):
    what = searches.what_of("boxes", {})
    follow("ines", "search", what)
    follow("jo", "search", searches.what_of("courier", {}))
    follow("sam", "search", searches.what_of("boxes -discs", {}))
    make_chat(
        "2026-03-04",
        [make_topic("Boxes that come back", 688), make_topic("Discs", 900)],
        recording_url="https://youtu.be/abcdefghijk",
    )
    new_post("Nothing of that")
    new_post("Boxes", tags=["packaging"])
    settle(clock)
    assert sorted(told()) == [
        ("ines@example.org", "New on the blog: Boxes"),
        ("ines@example.org", f"The recording is here: {ChatPage.objects.get().title}"),
        ("sam@example.org", "New on the blog: Boxes"),
        ("sam@example.org", f"The recording is here: {ChatPage.objects.get().title}"),
    ]


def test_a_saved_search_may_keep_to_a_tag(clock):
    new_post("Boxes", tags=["packaging"])
    follow("ines", "search", searches.what_of("boxes", {"tag": "packaging"}))
    follow("jo", "search", searches.what_of("boxes", {"tag": "courier"}))
    settle(clock)
    assert who_was_told() == ["ines@example.org"]


def test_many_saved_searches_are_asked_some_at_a_time(clock, monkeypatch):
    monkeypatch.setattr(news, "SEARCHES_AT_ONCE", 2)
    for number in range(5):
        follow(f"r{number}", "search", searches.what_of(f"boxes {'courier' * (number % 2)}", {}))
        follow(f"s{number}", "search", searches.what_of(f"nowhere{number}", {}))
    new_post("Boxes and labels")
    settle(clock)
    assert who_was_told() == [f"r{number}@example.org" for number in (0, 2, 4)]


def test_a_word_perhaps_meant_is_not_what_was_saved(clock):
    new_post("Interstate delivery")
    follow("ines", "search", searches.what_of("intersate delivry", {}))
    settle(clock)
    assert told() == []


def test_announcements_go_once_to_who_follows_several_lists(clock):
    north, south = make_list("North"), make_list("South")
    follow("both", "list", north.pk)
    follow("both", "list", south.pk)
    follow("south", "list", south.pk, Pace.WEEKLY)
    announcement = make_announcement([north, south])
    announcements.send(announcement, None)
    tell_all()
    assert told() == [("both@example.org", "Closed on Monday")]
    settle(clock, 7 * DAY)
    assert told("digest") == [("south@example.org", "Closed on Monday")]


def test_who_subscribes_later_is_told_of_nothing_older(clock):
    new_post()
    settle(clock)
    follow("late", "posts", pace=Pace.WEEKLY)
    settle(clock, 30 * DAY)
    assert told() == []


def test_who_is_not_confirmed_or_has_stopped_is_told_nothing(clock):
    make_subscription("new@example.org", Ref("posts"), confirmed_at=None)
    stopped = follow("stopped", "posts")
    subscriptions.stop([stopped], EndedBy.THEMSELVES)
    new_post()
    settle(clock)
    assert told() == []


def test_a_delivery_written_while_it_ended_is_not_told(clock):
    subscription = follow("ines", "posts")
    new_post()
    clock.shift(news.SETTLES_IN)
    while news.spread():
        pass
    Subscription.objects.filter(pk=subscription.pk).update(ended_at=timezone.now())
    tell_all()
    assert told() == []


def test_one_way_stopped_leaves_the_others(clock):
    tag = Tag.objects.create(name="packaging")
    narrow = follow("ines", "posts-tag", tag.pk)
    follow("ines", "posts", pace=Pace.DAILY)
    new_post(tags=["packaging"])
    clock.shift(news.SETTLES_IN)
    while news.spread():
        pass
    subscriptions.stop([narrow], EndedBy.ONE_CLICK)
    settle(clock, DAY)
    assert [kind for (kind,) in Mail.objects.values_list("kind")] == ["updates_digest"]


def test_deliveries_are_written_some_at_a_time_and_never_twice(clock, monkeypatch):
    monkeypatch.setattr(news, "SUBSCRIBERS_AT_ONCE", 2)
    tag = Tag.objects.create(name="packaging")
    for number in range(5):
        make_subscriber(f"r{number}@example.org")
    for number in reversed(range(5)):
        follow(f"r{number}", "posts")
    for number in range(5):
        # A later subscription of the first ones: theirs are written together all the same.
        follow(f"r{number}", "posts-tag", tag.pk, Pace.WEEKLY)
    new_post(tags=["packaging"])
    clock.shift(news.SETTLES_IN)
    for _turn in range(6):
        news.spread()
        of_each = Delivery.objects.values_list("subscription__subscriber__email", flat=True)
        assert all(list(of_each).count(email) == 2 for email in of_each)
    settle(clock, 8 * DAY)
    assert who_was_told() == [f"r{number}@example.org" for number in range(5)]


def test_what_fails_keeps_no_other_news_waiting(clock, monkeypatch):
    follow("ines", "posts")
    faulty, sound = new_post("Faulty"), new_post("Sound")
    source = news.source_named(Notice.objects.first().source)
    visible = source.visible

    def fail_for_one(item):
        if item.pk == faulty.pk:
            raise RuntimeError
        return [Ref("posts")]

    broken = replace(source, follows=fail_for_one, visible=visible)
    monkeypatch.setattr(news, "source_named", lambda name: broken)
    clock.shift(news.SETTLES_IN)
    with pytest.raises(ExceptionGroup):
        tell_all()
    monkeypatch.undo()
    assert Delivery.objects.get().notice.object_id == sound.pk
    tell_all()
    assert len(told()) == 2


def test_spreading_asks_no_more_for_more_subscribers(clock, django_assert_max_num_queries):
    for number in range(40):
        follow(f"r{number}", "posts")
    new_post()
    clock.shift(news.SETTLES_IN)
    news.spread()
    with django_assert_max_num_queries(12):
        news.spread()
    assert Delivery.objects.count() == 40


def test_topics_are_never_told_of_by_name_alone(clock):
    """A topic is an inline child: it is inserted anew with each revision, and is no news itself."""
    make_chat(
        "2026-03-04", [make_topic("Boxes", 688)], recording_url="https://youtu.be/abcdefghijk"
    )
    assert list(Notice.objects.values_list("source", flat=True)) == ["chats.chatpage"]
    assert Topic.objects.exists()
