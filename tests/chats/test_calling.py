"""Notes of a call: taken in however often they are sent, and made topics."""

import datetime
import json
import uuid

import pytest
from django.contrib.auth.models import Group
from lxml import html

from accounts.models import User
from chats.calling import Malformed, make_topics, noted, sync
from chats.models import Call, CallNote, ChatPage
from tests.factories.chats import make_chat, make_topic

pytestmark = pytest.mark.django_db

BEGAN = int(datetime.datetime(2024, 3, 6, 19, tzinfo=datetime.UTC).timestamp() * 1000)


def note(title, seconds=None, changed=1, uid=None, **fields):
    return {
        "uid": uid or str(uuid.uuid4()),
        "title": title,
        "stamped_at": None if seconds is None else BEGAN + seconds * 1000,
        "place": 0,
        "is_removed": False,
        "changed_at": changed,
        **fields,
    }


@pytest.fixture
def chat():
    return make_chat()


def titles(chat):
    return [(one.title, one.start) for one in noted(chat)]


def test_what_is_sent_twice_is_there_once(chat):
    sent = {"began_at": BEGAN, "notes": [note("Renewals", 65), note("To be asked")]}
    first, second = sync(chat, sent), sync(chat, sent)
    assert len(first["notes"]) == len(second["notes"]) == CallNote.objects.count() == 2
    assert first["began_at"] == BEGAN
    assert titles(chat) == [("Renewals", 65)]


def test_of_two_versions_the_later_holds_in_any_order(chat):
    uid = str(uuid.uuid4())
    sync(chat, {"began_at": BEGAN, "notes": [note("Renewals", 65, changed=5, uid=uid)]})
    sync(chat, {"notes": [note("Renew", 65, changed=4, uid=uid)]})
    assert titles(chat) == [("Renewals", 65)]
    sync(chat, {"notes": [note("Renewals", 65, changed=6, uid=uid, is_removed=True)]})
    assert titles(chat) == []


def test_two_browsers_have_each_others_notes(chat):
    sync(chat, {"began_at": BEGAN, "notes": [note("One", 10)]})
    known = sync(chat, {"notes": [note("Two", 20)]})
    assert sorted(one["title"] for one in known["notes"]) == ["One", "Two"]
    assert known["began_at"] == BEGAN


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "x",
        {"notes": "x"},
        {"notes": [{}]},
        {"notes": [None]},
        {"notes": [note("x") | {"uid": "1"}]},
        {"notes": [note("x") | {"stamped_at": "soon"}]},
        {"notes": [note("x") | {"stamped_at": 2**60}]},
        {"notes": [note("x") | {"changed_at": True}]},
        {"notes": [note("good"), note("x") | {"place": 1.5}]},
        {"notes": [note("x")] * 501},
        {"began_at": "noon"},
        {"began_at": -(2**51) * 2},
    ],
)
def test_what_is_malformed_is_refused_whole(chat, sent):
    with pytest.raises(Malformed):
        sync(chat, sent)
    assert not CallNote.objects.exists()


def test_notes_of_another_call_are_not_to_be_had(chat):
    mine = note("Mine", 5)
    sync(chat, {"began_at": BEGAN, "notes": [mine]})
    with pytest.raises(Malformed):
        sync(make_chat("2024-04-03"), {"notes": [mine | {"title": "Taken", "changed_at": 9}]})
    assert titles(chat) == [("Mine", 5)]


def test_topics_are_made_and_moved(chat):
    notes = [note("Before", -20), note("One", 10), note("Two", 400), note("", 500)]
    sync(chat, {"began_at": BEGAN, "notes": [*notes, note("Never asked")]})
    make_topics(chat, 5)
    topics = ChatPage.objects.get(pk=chat.pk).ordered_topics
    assert [(one.start, one.title) for one in topics] == [(15, "One"), (405, "Two")]
    keys = [topic.key for topic in topics]
    make_topics(chat, 25)
    topics = ChatPage.objects.get(pk=chat.pk).ordered_topics
    assert [one.start for one in topics] == [5, 35, 425]
    assert [one.key for one in topics][1:] == keys


class TestScreen:
    @pytest.fixture
    def editor(self, client):
        user = User.objects.create_user("editor@example.org")
        user.groups.add(Group.objects.get(name="Editors"))
        client.force_login(user)
        return user

    def post(self, client, chat, body):
        address = f"/admin/chats/{chat.pk}/call/sync/"
        return client.post(address, body, content_type="application/json")

    def test_only_json_of_ours_is_taken(self, client, editor, chat):
        good = json.dumps({"began_at": BEGAN, "notes": [note("One", 1)]})
        assert self.post(client, chat, good).json()["notes"][0]["title"] == "One"
        for bad in ("", "{", "[" * 100_000, b"\xff", good + " " * 600_000, "NaN"):
            assert self.post(client, chat, bad).status_code == 400
        assert client.get(f"/admin/chats/{chat.pk}/call/sync/").status_code == 405

    def test_only_who_may_edit_the_chat(self, client, chat):
        user = User.objects.create_user("guest@example.org")
        user.groups.add(Group.objects.get(name="Guest hosts"))
        client.force_login(user)
        assert self.post(client, chat, "{}").status_code in (302, 403)
        assert not Call.objects.exists()

    def test_the_times_are_looked_at_and_then_put_on_the_page(self, client, editor):
        chat = make_chat(topics=[make_topic("Welcome", 0)])
        notes = [note("Early", 2), note("Renewals", 65), note("Maps", 688)]
        sync(chat, {"began_at": BEGAN, "notes": notes})
        address = f"/admin/chats/{chat.pk}/call/finish/"
        page = html.fromstring(client.post(address, {"offset": "-0:05", "step": "look"}).content)
        stamps = [one.text for one in page.cssselect("table.listing code")]
        assert stamps == ["−0:03", "1:00", "11:23"]
        assert "left out" in page.text_content()
        assert len(ChatPage.objects.get(pk=chat.pk).topics.all()) == 1
        client.post(address, {"offset": "-0:05", "step": "save"})
        topics = ChatPage.objects.get(pk=chat.pk).ordered_topics
        assert [(one.start, one.title) for one in topics] == [
            (0, "Welcome"),
            (60, "Renewals"),
            (683, "Maps"),
        ]

    def test_with_nothing_noted_it_leads_back(self, client, editor, chat):
        assert b"Back to the call" in client.get(f"/admin/chats/{chat.pk}/call/finish/").content
        bad = client.post(f"/admin/chats/{chat.pk}/call/finish/", {"offset": "x", "step": "save"})
        assert bad.status_code == 200
