"""An event of the chat series becomes its chat page; the recording is told of once."""

import datetime
import threading
from email import message_from_bytes, policy

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from lxml import html

from accounts.models import User
from chats.event_chats import chat_of_event, tell_recordings
from chats.models import ChatPage, Topic
from chats.needs import needs_of_chats
from chats.next_step import next_step
from chats.states import Outcome
from events.models import EventPage, Registration, Sequel, State
from outbox.models import Mail
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import in_days, make_event, make_series, register_one

pytestmark = pytest.mark.django_db

YOUTUBE = "https://youtu.be/abcdefghijk"


def make_chat_event(title: str = "Community chat", **fields) -> EventPage:
    return make_event(title, series=make_series(is_of_chats=True), **fields)


def make_held(*names: str, **fields) -> ChatPage:
    """Return the chat page of an event that people were registered for and that is over."""
    event = make_chat_event()
    for name in names or ["Ines Moreau"]:
        register_one(event, name, f"{name.split()[0].lower()}@example.org")
    event.date = in_days(-1)
    event.save_revision().publish()
    Mail.objects.all().delete()
    chat = chat_of_event(event)
    if fields:
        publish(chat, **fields)
    return chat


def publish(chat: ChatPage, topics=None, **fields) -> None:
    chat = ChatPage.objects.get(pk=chat.pk)
    for name, value in fields.items():
        setattr(chat, name, value)
    if topics is not None:
        chat.topics = topics
    chat.save_revision().publish()


def later(**span):
    return time_machine.travel(timezone.now() + datetime.timedelta(**span), tick=False)


def told() -> list[str]:
    mails = Mail.objects.filter(kind__endswith="recording")
    return sorted(mails.values_list("address__email", flat=True))


@pytest.fixture
def editor(client, archive):
    user = User.objects.create_user("editor@example.org", "a long password")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    return user


def test_the_chat_page_has_date_hosts_and_summary_of_the_event(archive):
    event = make_chat_event(hosts=["Nell Cho", "Winona Farrow"], summary="Maps & more.")
    chat = chat_of_event(event)
    assert chat.live
    assert (chat.date, chat.start_time) == (event.date, datetime.time(14))
    assert [host.name for host in chat.hosts] == ["Nell Cho", "Winona Farrow"]
    assert chat.summary == "<p>Maps &amp; more.</p>"
    assert not chat.has_own_title
    assert event.sequel.page_id == chat.pk
    assert chat.get_parent().specific == archive


def test_a_title_of_its_own_is_kept(archive):
    assert chat_of_event(make_chat_event("A visit to the map room")).heading == (
        "A visit to the map room"
    )


def test_the_start_is_told_by_the_sites_clock(archive):
    event = make_chat_event(start_time="22:30", end_time="23:30", time_zone="America/Los_Angeles")
    chat = chat_of_event(event)
    assert chat.date == event.date + datetime.timedelta(days=1)
    assert chat.start_time == datetime.time(1, 30)
    assert chat.starts_at == event.starts_at


def test_the_page_of_a_draft_is_a_draft(archive):
    assert not chat_of_event(make_chat_event(live=False)).live


def test_who_may_not_publish_chats_makes_a_draft(archive):
    guest = User.objects.create_user("guest@example.org")
    guest.groups.add(Group.objects.get(name="Guest hosts"))
    chat = chat_of_event(make_chat_event(), guest)
    assert not chat.live
    assert chat.owner == guest


def test_a_second_press_leads_to_the_same_page(archive):
    event = make_chat_event()
    assert chat_of_event(event) == chat_of_event(event)
    assert ChatPage.objects.count() == 1


def test_a_chat_of_that_day_is_taken_for_it_unless_it_is_anothers(archive):
    event = make_chat_event()
    there = make_chat(event.date.isoformat(), title="Maps")
    assert chat_of_event(event) == there
    other = make_event("Community chat", event.date, series=event.series)
    assert chat_of_event(other) != there


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_page():
    event = make_chat_event()
    ready = threading.Barrier(2)
    made = []

    def press():
        ready.wait()
        made.append(chat_of_event(event).pk)
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert set(made) == {ChatPage.objects.get().pk}


def test_registering_leads_to_the_event_while_it_is_open(archive, client):
    event = make_chat_event()
    chat = chat_of_event(event)
    assert chat.register_href == f"{event.url}#register"
    page = html.fromstring(client.get(chat.url).content)
    assert page.xpath("//main//a[contains(@href, '#register')]/@href") == [chat.register_href]
    event.closes_date = in_days(-1)
    event.save_revision().publish()
    assert ChatPage.objects.get().register_href == ""


def test_the_link_of_a_chat_with_an_event_is_not_its_own(archive):
    event = make_chat_event()
    there = make_chat(event.date.isoformat(), register_url="https://example.org/register")
    assert there.register_href == "https://example.org/register"
    assert chat_of_event(event).register_href == f"{event.url}#register"
    event.unpublish()
    assert ChatPage.objects.get().register_href == "https://example.org/register"


def test_a_cancelled_chat_leads_nowhere(archive):
    chat = chat_of_event(make_chat_event())
    publish(chat, outcome=Outcome.CANCELLED)
    assert ChatPage.objects.get().register_href == ""


def test_no_link_is_asked_for_where_the_event_takes_registrations(archive):
    date = in_days(7).isoformat()
    assert "where to register" in next_step(make_chat(date))
    ChatPage.objects.all().delete()
    assert next_step(chat_of_event(make_chat_event())) == ""


def test_lists_of_chats_ask_nothing_for_their_events(
    archive, client, django_assert_max_num_queries
):
    def count() -> int:
        with django_assert_max_num_queries(200) as asked:
            client.get(archive.url)
        return len(asked)

    series = make_series(is_of_chats=True)
    chat_of_event(make_event("Community chat", in_days(3), series=series))
    count()
    before = count()
    for days in range(4, 9):
        chat_of_event(make_event("Community chat", in_days(days), series=series))
    assert count() <= before


def test_a_press_makes_the_page_and_opens_it(editor, client):
    event = make_chat_event()
    address = reverse("chats_of_event", args=[event.pk])
    assert client.get(address).status_code == 200
    assert not ChatPage.objects.exists()
    response = client.post(address)
    chat = ChatPage.objects.get()
    assert response.url == reverse("wagtailadmin_pages:edit", args=[chat.pk])
    assert client.get(address).url == response.url


def test_who_may_add_no_chat_makes_none(client, archive):
    organiser = User.objects.create_user("organiser@example.org")
    organiser.groups.add(Group.objects.get(name="Organisers"))
    client.force_login(organiser)
    event = make_chat_event(owner=organiser)
    address = reverse("chats_of_event", args=[event.pk])
    client.post(address)
    assert not ChatPage.objects.exists()


def test_the_button_stands_on_events_of_chats_alone(editor, client):
    def buttons(event):
        edit = client.get(reverse("wagtailadmin_pages:edit", args=[event.pk]))
        page = html.fromstring(edit.content)
        return page.xpath("//a[contains(@href, '/chats/of-event/')]")

    event = make_chat_event()
    [button] = buttons(event)
    assert "Make its chat page" in button.text_content()
    assert button.get("data-w-action-url-value") == button.get("href")
    chat_of_event(event)
    [button] = buttons(event)
    assert "Its chat page" in button.text_content()
    assert not button.get("data-action")
    assert not buttons(make_event("Training", in_days(9)))


def test_a_past_event_without_its_chat_page_needs_a_hand(editor):
    event = make_chat_event("Maps", date=in_days(-3))
    make_chat_event("Next one", date=in_days(3))
    make_chat_event("Off", date=in_days(-4), is_cancelled=True)
    make_chat_event("Long ago", date=in_days(-90))
    make_event("Training", in_days(-2))
    [need] = needs_of_chats(editor)
    assert "Maps" in need.said
    assert need.href == reverse("chats_of_event", args=[event.pk])
    chat_of_event(event)
    assert not list(needs_of_chats(editor))


def test_a_guest_host_is_not_asked_who_may_make_none(archive):
    make_chat_event("Maps", date=in_days(-3))
    assert not list(needs_of_chats(User.objects.create_user("nobody@example.org")))


def test_a_recording_is_noted_when_it_is_public_first(archive):
    chat = make_held()
    assert Sequel.objects.get().recorded_at is None
    publish(chat, recording_url=YOUTUBE)
    noted = Sequel.objects.get().recorded_at
    assert noted is not None
    publish(chat, recording_url=f"{YOUTUBE}?t=1")
    assert Sequel.objects.get().recorded_at == noted


def test_a_recording_in_a_draft_is_not_noted(archive):
    chat = make_held()
    chat.recording_url = YOUTUBE
    chat.save_revision()
    assert Sequel.objects.get().recorded_at is None


def test_everyone_registered_hears_of_it_once_with_topics_and_times(archive):
    topics = [
        make_topic("Welcome, and what is new", 5, kind="housekeeping"),
        make_topic("Courier bins", 75),
        make_topic("Maps", 688),
    ]
    make_held("Ines Moreau", "Joan Reyes", recording_url=YOUTUBE, topics=topics)
    Registration.objects.filter(name="Joan Reyes").update(state=State.WAITING)
    tell_recordings()
    assert told() == []
    with later(minutes=6):
        assert not tell_recordings()
        tell_recordings()
    assert told() == ["ines@example.org", "joan@example.org"]
    mail = message_from_bytes(Mail.objects.latest("pk").content, policy=policy.default)
    text = mail.get_body(["plain"]).get_content().splitlines()
    topic = Topic.objects.get(title="Courier bins")
    assert "1:15 Courier bins" in text
    assert f"{settings.SITE_URL}{topic.permalink}" in text
    assert "11:28 Maps" in text
    assert not [line for line in text if "Welcome" in line]


def test_it_is_not_told_again_when_the_chat_is_published_anew(archive):
    chat = make_held(recording_url=YOUTUBE, topics=[make_topic("Courier bins", 75)])
    with later(minutes=6):
        tell_recordings()
    ChatPage.objects.get(pk=chat.pk).unpublish()
    publish(chat, summary="<p>More.</p>")
    with later(days=3):
        tell_recordings()
    assert told() == ["ines@example.org"]


def test_what_is_gone_in_the_meantime_is_not_told_of(archive):
    chat = make_held(recording_url=YOUTUBE, topics=[make_topic("Courier bins", 75)])
    ChatPage.objects.get(pk=chat.pk).unpublish()
    with later(minutes=6):
        tell_recordings()
    publish(chat, recording_url="")
    with later(minutes=12):
        tell_recordings()
    assert told() == []


def test_without_topics_it_waits_two_days(archive):
    make_held(recording_url=YOUTUBE)
    with later(days=1):
        tell_recordings()
        assert told() == []
    with later(days=2, minutes=1):
        tell_recordings()
    assert told() == ["ines@example.org"]


def test_it_waits_for_topics_as_long_as_they_are_promised(archive):
    chat = make_held(recording_url=YOUTUBE, topics_promised=True)
    with later(days=9):
        tell_recordings()
        assert told() == []
        publish(chat, topics=[make_topic("Courier bins", 75)])
        tell_recordings()
    assert told() == ["ines@example.org"]


def test_who_cancelled_does_not_hear_of_it(archive):
    make_held(recording_url=YOUTUBE, topics=[make_topic("Courier bins", 75)])
    Registration.objects.update(state=State.CANCELLED)
    with later(minutes=6):
        tell_recordings()
    assert told() == []
