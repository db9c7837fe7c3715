"""Readers sign in by a mailed code, and no answer tells whom we know."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from lxml import html

from accounts.models import User
from core.page_cache.changes import are_waiting
from outbox.models import Address, Letterhead, Mail
from tests.accounts.steps import mailed_code, sign_in_by_code, where

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ASK, ENTER = "/account/code/", "/account/code/enter/"


def ask(client, email: str, **more):
    return client.post(ASK, {"email": email} | more)


def enter(client, code: str):
    return client.post(ENTER, {"code": code})


def test_the_first_code_makes_an_account(client):
    ask(client, "Ray@ILL.example.org")
    assert not User.objects.exists()
    assert where(enter(client, mailed_code())) == "/account/"
    user = User.objects.get()
    assert user.email == "Ray@ill.example.org"
    assert not user.has_usable_password()
    assert not user.is_staff
    assert client.session["_auth_user_id"] == str(user.pk)
    assert Address.objects.get().proven_at


def test_the_next_one_finds_it_in_any_case(client, reader):
    sign_in_by_code(client, "RAY@ill.example.org")
    assert User.objects.get() == reader
    assert client.session["_auth_user_id"] == str(reader.pk)


def test_no_answer_tells_whom_we_know(reader):
    told = []
    for email in (reader.email, "new@ill.example.org"):
        client = Client()
        asked = ask(client, email)
        page = client.get(ENTER).content.decode().replace(email, "").split("csrfmiddlewaretoken")[0]
        told.append((asked.status_code, asked["Location"], page, Mail.objects.count()))
        Mail.objects.all().delete()
    assert told[0] == told[1]


def test_a_code_is_typed_with_or_without_its_gap(client):
    ask(client, "ray@ill.example.org")
    assert where(enter(client, f" {mailed_code().replace(' ', '')} ")) == "/account/"


def test_it_holds_in_the_browser_that_asked(client):
    ask(client, "ray@ill.example.org")
    other = Client()
    ask(other, "mallory@ill.example.org")
    code = mailed_code()
    ask(client, "ray@ill.example.org")
    assert enter(client, code).status_code == 422
    assert not User.objects.exists()


def test_it_works_once(client):
    ask(client, "ray@ill.example.org")
    code = mailed_code()
    enter(client, code)
    client.post("/account/logout/")
    assert where(enter(client, code)) == ASK


def test_it_holds_for_a_quarter_of_an_hour(client, time_machine):
    ask(client, "ray@ill.example.org")
    code = mailed_code()
    assert Mail.objects.get().expires_at <= timezone.now() + timedelta(minutes=15)
    time_machine.move_to(timezone.now() + timedelta(minutes=15, seconds=5))
    assert where(enter(client, code)) == ASK


def test_five_wrong_ones_end_it(client):
    ask(client, "ray@ill.example.org")
    code = mailed_code()
    wrong = "0000 0000" if code != "0000 0000" else "1111 1111"
    for _try in range(5):
        assert enter(client, wrong).status_code == 422
    assert enter(client, code).status_code == 422
    assert "_auth_user_id" not in client.session


def test_no_address_gets_many_mails_and_no_answer_says_so(client):
    answers = [ask(Client(), "ray@ill.example.org") for _mail in range(7)]
    assert {where(answer) for answer in answers} == {ENTER}
    assert Mail.objects.count() == 5
    ask(client, "ray@ill.example.org")
    assert enter(client, mailed_code()).status_code == 422


def test_the_last_code_still_holds_when_no_more_are_sent(client):
    for _mail in range(7):
        ask(client, "ray@ill.example.org")
    assert where(enter(client, mailed_code())) == "/account/"


def test_no_computer_asks_for_many(client):
    answers = [ask(client, f"reader{number}@ill.example.org") for number in range(21)]
    assert [answer.status_code for answer in answers] == [302] * 20 + [429]


def test_what_is_no_address_is_said_beside_the_field(client):
    page = html.fromstring(ask(client, "ray at home").content)
    assert page.cssselect("#id_email")[0].get("aria-invalid") == "true"
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/blog/", "/blog/"),
        ("https://evil.example.org/", "/account/"),
        ("//evil.example.org/", "/account/"),
        ("javascript:alert(1)", "/account/"),
    ],
)
def test_nobody_is_led_to_another_site(client, wanted, led_to):
    response = sign_in_by_code(client, "ray@ill.example.org", next=wanted)
    assert response["Location"] == led_to


def test_a_closed_account_stays_closed(client, reader):
    User.objects.update(is_active=False)
    response = sign_in_by_code(client, reader.email)
    assert where(response) == "/account/inactive/"
    assert "_auth_user_id" not in client.session


def test_readers_get_no_password(client, reader):
    client.post("/account/password/reset/", {"email": reader.email})
    assert not Mail.objects.exists()
    for address in ("/account/signup/", "/account/email/"):
        assert client.get(address).status_code == 404


def test_a_password_is_not_tried_for_ever(client, ines):
    fields = {"login": ines.email, "password": "wrong"}
    for _try in range(10):
        client.post("/account/login/", fields)
    right = client.post("/account/login/", fields | {"password": "a long password of hers"})
    assert "Too many" in right.content.decode()
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    response = client.post(
        "/account/login/", fields | {"password": "a long password of hers"}, **elsewhere
    )
    assert response.status_code == 302


def test_a_wrong_password_says_the_same_for_whom_we_do_not_know(client, ines):
    pages = [
        client.post("/account/login/", {"login": email, "password": "wrong"})
        .content.decode()
        .replace(email, "")
        for email in (ines.email, "nobody@ill.example.org")
    ]
    said = [
        [error.text_content() for error in html.fromstring(page).cssselect(".errors li")]
        for page in pages
    ]
    assert said[0] == said[1] != []


def test_a_forgotten_password_says_the_same_for_whom_we_do_not_know(client, ines):
    answers = [
        client.post("/account/password/reset/", {"email": email})
        for email in (ines.email, "nobody@ill.example.org")
    ]
    assert where(answers[0]) == where(answers[1]) == "/account/password/reset/sent/"
    assert Mail.objects.count() == 1


def test_signing_in_lets_stored_pages_stand(client):
    Letterhead.load()
    connection.run_on_commit.clear()
    sign_in_by_code(client, "ray@ill.example.org")
    assert User.objects.exists()
    assert not are_waiting()
