import datetime
import itertools

import pytest
import time_machine
from django.utils import timezone

from chats.models import ChatPage
from chats.states import ChatState, Outcome, is_ahead
from tests.factories.chats import make_chat, make_topic

NOON = datetime.datetime(2024, 3, 6, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _utc(settings):
    settings.TIME_ZONE = "UTC"
    with timezone.override("UTC"), time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"date": "2024-03-20"}, ChatState.UPCOMING),
        ({"date": "2024-03-06"}, ChatState.UPCOMING),
        ({"date": "2024-03-06", "start_time": datetime.time(11)}, ChatState.RECORDING_EXPECTED),
        ({"date": "2024-03-06", "start_time": datetime.time(14)}, ChatState.UPCOMING),
        ({"date": "2024-02-21"}, ChatState.RECORDING_EXPECTED),
        ({"date": "2024-02-21", "topics_promised": True}, ChatState.TOPICS_EXPECTED),
        ({"recording_url": "https://vimeo.com/1"}, ChatState.TOPICS_EXPECTED),
        ({"topics": ["Book straps"]}, ChatState.COMPLETE),
        ({"outcome": Outcome.LOST, "topics": ["Book straps"]}, ChatState.LOST),
        ({"outcome": Outcome.CANCELLED, "topics": ["Book straps"]}, ChatState.CANCELLED),
    ],
)
def test_the_first_state_that_holds_is_the_chats(archive, fields, state):
    topics = [make_topic(title) for title in fields.pop("topics", ())]
    assert make_chat(topics=topics, **fields).state == state


def test_the_database_answers_as_the_page_does(archive):
    """Every combination of the facts: the two forms of the rule must not drift apart."""
    facts = itertools.product(
        ["2024-02-21", "2024-03-06", "2024-03-20"],
        [None, datetime.time(11), datetime.time(14)],
        ["", Outcome.LOST, Outcome.CANCELLED],
        [False, True],
        ["", "https://vimeo.com/1"],
        [make_chat(), make_chat(topics=[make_topic("Courier bins")])],
    )
    states = set()
    for date, start_time, outcome, promised, url, made in facts:
        row = ChatPage.objects.filter(pk=made.pk)
        row.update(
            date=datetime.date.fromisoformat(date),
            start_time=start_time,
            outcome=outcome,
            topics_promised=promised,
            recording_url=url,
        )
        chat = row.with_state().get()
        states.add(chat.state_in_database)
        assert chat.state_in_database == chat.state
        assert chat.is_ahead == row.upcoming().exists() or chat.outcome == Outcome.CANCELLED
    assert states == set(ChatState)


def test_ahead_is_asked_by_the_sites_clock(settings):
    """At 2 in the morning in London it is still yesterday in New York."""
    settings.TIME_ZONE = "America/New_York"
    with timezone.override("America/New_York"), time_machine.travel("2024-03-07 02:00 +0000"):
        assert is_ahead(datetime.date(2024, 3, 6), None)
        assert not is_ahead(datetime.date(2024, 3, 6), datetime.time(20, 59))
        assert is_ahead(datetime.date(2024, 3, 6), datetime.time(21, 1))


def test_a_past_chat_never_offers_to_register(archive):
    address = "https://example.org/register"
    ahead = make_chat("2024-03-20", register_url=address)
    past = make_chat("2024-02-21", register_url=address)
    cancelled = make_chat("2024-04-03", register_url=address, outcome=Outcome.CANCELLED)
    assert [chat.register_href for chat in (ahead, past, cancelled)] == [address, "", ""]
