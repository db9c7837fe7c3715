"""Announcements leave once, at their time, and are found by what they say."""

import datetime
import threading

import pytest
import time_machine
from django.db import connection

from outbox.models import Mail
from search.engines import Narrowing
from search.models import Entry
from search.results import find
from tests.factories.updates import make_announcement, make_list, make_subscription, tell_all
from updates import announcements, searches, subscriptions
from updates.announcements import NotToBeSent, ref_of
from updates.following import Ref
from updates.models import Announcement, AnnouncementList, EndedBy, Notice, Pace

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 3, 4, 15, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def north() -> AnnouncementList:
    return make_list("Northern libraries")


def told() -> list[tuple[str, str]]:
    mails = Mail.objects.filter(kind="updates_announcement").select_related("address")
    return [(mail.address.email, mail.subject) for mail in mails.order_by("pk")]


def work() -> None:
    announcements.send_scheduled()
    tell_all()


def test_a_scheduled_one_goes_at_its_time_as_it_stands_then(clock, north):
    make_subscription("a@example.org", ref_of(north))
    one = make_announcement([north])
    announcements.schedule(one, NOW + HOUR, None)
    clock.shift(HOUR - datetime.timedelta(seconds=1))
    work()
    assert told() == []
    one.subject = "Closed on Tuesday"
    announcements.write(one, [north], None)
    clock.shift(1)
    work()
    work()
    assert told() == [("a@example.org", "Closed on Tuesday")]
    one.refresh_from_db()
    assert one.sent_at == NOW + HOUR


def test_what_was_due_while_no_worker_ran_goes_when_one_does(clock, north):
    make_subscription("a@example.org", ref_of(north))
    announcements.schedule(make_announcement([north]), NOW + HOUR, None)
    clock.shift(datetime.timedelta(days=3))
    work()
    assert len(told()) == 1


def test_what_was_taken_back_or_lost_its_lists_stays_a_draft(clock, north):
    taken_back, listless = make_announcement([north]), make_announcement([north])
    for one in (taken_back, listless):
        announcements.schedule(one, NOW + HOUR, None)
    assert announcements.unschedule(taken_back, None)
    assert not announcements.unschedule(taken_back, None)
    listless.lists.clear()
    clock.shift(2 * HOUR)
    work()
    for one in (taken_back, listless):
        one.refresh_from_db()
        assert not one.is_sent
        assert not one.is_scheduled


def test_it_is_sent_and_scheduled_while_that_means_something(clock, north):
    one = make_announcement([])
    with pytest.raises(NotToBeSent, match="Choose a list first"):
        announcements.send(one, None)
    with pytest.raises(NotToBeSent, match="Choose a list first"):
        announcements.schedule(one, NOW + HOUR, None)
    one.lists.add(north)
    with pytest.raises(NotToBeSent, match="This time has passed"):
        announcements.schedule(one, NOW, None)
    announcements.send(one, None)
    for act in (
        lambda: announcements.send(one, None),
        lambda: announcements.schedule(one, NOW + HOUR, None),
    ):
        with pytest.raises(NotToBeSent, match="sent already"):
            act()
    assert not announcements.unschedule(one, None)
    gone = make_announcement([north])
    announcements.delete(Announcement.objects.get(pk=gone.pk))
    with pytest.raises(NotToBeSent, match="deleted meanwhile"):
        announcements.send(gone, None)
    assert Notice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_sends():
    one = make_announcement([make_list()])
    outcomes, together = [], threading.Barrier(2, timeout=20)

    def send() -> None:
        mine = Announcement.objects.get(pk=one.pk)
        together.wait()
        try:
            announcements.send(mine, None)
            outcomes.append("sent")
        except NotToBeSent:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "sent"]
    assert Notice.objects.count() == 1


def test_each_who_follows_it_gets_it_once_at_the_faster_pace(clock, north):
    south = make_list("The south")
    make_subscription("both@example.org", ref_of(north), Pace.WEEKLY)
    make_subscription("both@example.org", ref_of(south))
    make_subscription("ended@example.org", ref_of(south))
    make_subscription("new@example.org", ref_of(south), confirmed_at=None)
    one = make_announcement([north, south])
    assert announcements.audience(one).count() == 2
    announcements.send(one, None)
    ended = announcements.audience(one).get(email="ended@example.org").subscriptions.all()
    subscriptions.stop(ended, EndedBy.THEMSELVES)
    work()
    clock.shift(datetime.timedelta(days=8))
    work()
    assert told() == [("both@example.org", "Closed on Monday")]
    assert Mail.objects.count() == 1


def test_a_line_break_in_a_subject_makes_no_header(north):
    make_subscription("a@example.org", ref_of(north))
    one = make_announcement([north], "Closed\r\nBcc: all@example.org")
    announcements.send(one, None)
    work()
    ((_address, subject),) = told()
    assert "\n" not in subject
    assert b"\r\nBcc:" not in Mail.objects.get().content


def entries() -> dict[str, str]:
    found = Entry.objects.filter(kind="announcement")
    return {entry.title: entry.context for entry in found}


def test_what_was_sent_is_found_and_drafts_are_not(client, north):
    one = make_announcement([north])
    assert entries() == {}
    announcements.send(one, None)
    assert entries() == {"Closed on Monday": "Northern libraries"}
    (hit,) = find("tuesday requests", Narrowing()).hits
    assert hit.href == one.get_absolute_url()
    one.subject = "Closed on Tuesday"
    announcements.write(one, [], None)
    assert list(entries()) == ["Closed on Tuesday"]
    north.name = "The north"
    north.save()
    assert entries() == {"Closed on Tuesday": "The north"}
    assert find("north", Narrowing()).hits
    one.delete()
    assert entries() == {}


def test_a_saved_search_that_finds_it_is_told(clock, north):
    what = searches.what_of("tuesday", {})
    make_subscription("a@example.org", Ref("search", what))
    make_subscription("b@example.org", Ref("search", searches.what_of("zebra", {})))
    announcements.send(make_announcement([north]), None)
    work()
    assert told() == [("a@example.org", "Closed on Monday")]


def test_the_audience_is_counted_in_as_many_queries_for_many(north, django_assert_max_num_queries):
    one = make_announcement([north])
    for n in range(60):
        make_subscription(f"{n}@example.org", ref_of(north), Pace.DAILY if n % 2 else Pace.AT_ONCE)
    with django_assert_max_num_queries(8):
        reach = announcements.reach(one)
    assert (reach.total, reach.at_once, reach.daily) == (60, 30, 30)
