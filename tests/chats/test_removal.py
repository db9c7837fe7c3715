"""Asking for something to be taken out: looked over, sent once, never lost."""

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from lxml import html

from accounts.models import User
from chats.removal import MOST_AN_HOUR
from core.models import Tally
from core.throttling import client_of, forget_tallies
from outbox.models import Mail
from outbox.reading import read
from tests.factories.chats import make_chat

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ASKED = {"at": "11:28", "said": "My borrower's name.\nPlease.", "email": "ann@example.org"}


@pytest.fixture
def chat():
    return make_chat()


@pytest.fixture
def editor():
    user = User.objects.create_user("editor@example.org")
    user.groups.add(Group.objects.get(name="Editors"))
    return user


def look_over(client, chat, asked=ASKED):
    """Send the form, and return what its preview holds."""
    response = client.post(f"{chat.url}remove/", asked)
    assert response.status_code == 200
    (form,) = html.fromstring(response.content).cssselect("main form")
    return {field: form.fields[field] for field in form.fields if field}


def send(client, chat, held, seconds=5):
    with time_machine.travel(timezone.now() + timezone.timedelta(seconds=seconds)):
        return client.post(f"{chat.url}remove/", held)


def test_it_is_looked_over_and_reaches_those_who_may_strike_lines(chat, editor):
    # As a browser without a cookie of ours would.
    client = Client(enforce_csrf_checks=True)
    page = client.get(f"{chat.url}remove/?t=688").content.decode()
    assert 'value="11:28"' in page and "csrf" not in page and "stamp" not in page
    held = look_over(client, chat)
    assert not Mail.objects.exists()
    held.pop("step", None)
    assert send(client, chat, held).status_code == 200
    mail = Mail.objects.get()
    assert mail.address.email == "editor@example.org"
    text = read(mail.content).text
    assert "11:28" in text and "My borrower's name." in text and "ann@example.org" in text


def test_without_a_preview_of_ours_nothing_is_sent(chat, editor, client):
    for stamp in ("", "x", "1:1:1"):
        client.post(f"{chat.url}remove/", ASKED | {"stamp": stamp})
    assert not Mail.objects.exists()


@pytest.mark.parametrize("seconds", [0, 25 * 3600])
def test_a_preview_sent_at_once_or_days_later_is_shown_again(chat, editor, client, seconds):
    held = look_over(client, chat)
    held.pop("step", None)
    assert b"Send to the team" in send(client, chat, held, seconds).content
    assert not Mail.objects.exists()


def test_a_program_that_fills_in_everything_is_thanked_and_not_heard(chat, editor, client):
    held = look_over(client, chat, ASKED | {"website": "https://spam.example"})
    held.pop("step", None)
    assert b"The team has it" in send(client, chat, held).content
    assert not Mail.objects.exists()


def test_who_sends_too_much_is_told_and_keeps_the_text(chat, editor, client):
    held = look_over(client, chat)
    held.pop("step", None)
    for _n in range(MOST_AN_HOUR):
        assert send(client, chat, held).status_code == 200
    refused = send(client, chat, held)
    assert refused.status_code == 429 and b"My borrower" in refused.content
    assert Mail.objects.count() == MOST_AN_HOUR
    assert "127.0.0.1" not in str(Tally.objects.values_list())
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=3)):
        forget_tallies()
    assert not Tally.objects.exists()


def test_errors_keep_what_was_typed(chat, client):
    response = client.post(f"{chat.url}remove/", ASKED | {"at": "soon", "said": ""})
    assert response.status_code == 422
    page = html.fromstring(response.content)
    assert page.cssselect("[name=at]")[0].get("value") == "soon"
    assert page.cssselect("[name=email]")[0].get("value") == "ann@example.org"


def test_change_it_leads_back_to_the_form(chat, client):
    held = look_over(client, chat)
    page = client.post(f"{chat.url}remove/", held | {"step": "edit"}).content.decode()
    assert "Look it over" in page and "My borrower" in page


def test_a_chat_nobody_may_see_has_none(client):
    chat = make_chat(live=False)
    assert client.get(f"{chat.url}remove/").status_code == 404
    assert client.post("/chats/remove/", ASKED).status_code == 404


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", ""),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
    ],
)
def test_whom_a_request_comes_from(rf, settings, remote, forwarded, client):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_of(rf.get("/", REMOTE_ADDR=remote, headers=headers)) == client
