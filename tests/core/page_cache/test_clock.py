"""When the clock alone changes a page."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from chats.clock import next_start
from comments.models import CommentSettings
from comments.pages import next_closing
from core.page_cache.clock import clock, next_change, purge_in_time
from core.pages import next_expiry
from events import clock as events_clock
from home.models import NoticeBar, StandardPage
from home.models.frame import next_notice
from tests.factories.blog import make_post
from tests.factories.chats import make_chat
from tests.factories.events import make_event

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = datetime.datetime(2026, 3, 10, 16, 0, tzinfo=datetime.UTC)
"""Noon by the site's clock."""
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def test_midnight_by_the_sites_clock_is_always_one():
    assert next_change(NOW) == datetime.datetime(2026, 3, 11, 4, 0, tzinfo=datetime.UTC)


def test_a_page_expires(home):
    page = home.add_child(instance=StandardPage(title="Courier", expire_at=NOW + HOUR))
    assert next_expiry(NOW) == next_change(NOW) == NOW + HOUR
    page.unpublish()
    assert next_expiry(NOW) is None


def test_an_event_begins_and_ends():
    event = make_event(date="2026-03-10", start_time="13:00", end_time="14:00")
    assert events_clock.next_change(NOW) == event.starts_at
    assert events_clock.next_change(event.starts_at) == event.ends_at
    assert events_clock.next_change(event.ends_at) is None


def test_registration_opens_and_closes():
    make_event(
        date="2026-04-10",
        opens_date=datetime.date(2026, 3, 10),
        opens_time=datetime.time(13, 0),
        closes_date=datetime.date(2026, 3, 10),
        closes_time=datetime.time(15, 0),
    )
    assert events_clock.next_change(NOW) == NOW + HOUR
    assert events_clock.next_change(NOW + HOUR) == NOW + 3 * HOUR


def test_a_chat_begins(archive):
    make_chat("2026-03-10", start_time=datetime.time(14, 0))
    make_chat("2026-03-10", start_time=None, slug="all-day")
    assert next_start(NOW) == NOW + 2 * HOUR
    assert next_start(NOW + 2 * HOUR) is None


def test_a_notice_appears_and_goes(home):
    site = home.get_site()
    NoticeBar.objects.create(
        site=site, words="No courier", begins_at=NOW + HOUR, ends_at=NOW + 2 * HOUR
    )
    assert next_notice(NOW) == NOW + HOUR
    assert next_notice(NOW + HOUR) == NOW + 2 * HOUR
    assert next_notice(NOW + 2 * HOUR) is None


def test_comments_close():
    post = make_post()
    assert next_closing(NOW) is None
    settings = CommentSettings.load()
    settings.closed_after = 30
    settings.save()
    closing = post.first_published_at + datetime.timedelta(days=30)
    assert next_closing(NOW) == closing
    assert next_closing(closing) is None


class TestPurged:
    @pytest.fixture(autouse=True)
    def _committing(self, committing):
        pass

    def test_the_version_ends_at_its_moment(self, store, home):
        home.add_child(instance=StandardPage(title="Courier", expire_at=NOW + HOUR))
        version = store.version()
        with time_machine.travel(NOW + HOUR - datetime.timedelta(seconds=1), tick=False):
            purge_in_time()
            assert store.version() == version
        with time_machine.travel(NOW + HOUR, tick=False):
            purge_in_time()
            assert store.version() != version

    def test_a_stored_page_is_shown_until_its_moment(
        self, store, home, client, django_assert_num_queries
    ):
        page = StandardPage(title="Courier", slug="courier", expire_at=NOW + HOUR)
        home.add_child(instance=page)
        assert client.get("/courier/").status_code == 200
        with django_assert_num_queries(0):
            assert client.get("/courier/").status_code == 200
        with time_machine.travel(NOW + HOUR, tick=False):
            assert client.get("/courier/").status_code == 404

    def test_the_moment_is_asked_for_once_a_version(self, store, django_assert_num_queries):
        version = store.version()
        clock.valid_until(version)
        with django_assert_num_queries(0):
            assert clock.valid_until(version) == next_midnight()


def next_midnight() -> datetime.datetime:
    tomorrow = timezone.localdate(NOW) + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(tomorrow, datetime.time()))
