"""Letters: looked over, sent once to whom they are meant for, never lost, no address told."""

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from lxml import html

from accounts.models import User
from core.models import Tally
from outbox.models import Mail
from outbox.reading import read
from people import letters
from people.models import ContactPage, Person
from tests.factories.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = "2024-06-15 12:10 +0000"
WRITTEN = {
    "name": "Ann Berg",
    "email": "ann@example.org",
    "message": "How long may it stay?\nIt is renewed.",
}
TEAM, NELL = "/contact/write/", "/people/nell-cho/write/"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def nell(db):
    return make_person("Nell Cho", team="Delivery", email="nell@example.org", answers=["Copyright"])


@pytest.fixture
def contact(db):
    page = ContactPage.objects.get()
    page.email = "team@example.org"
    page.save_revision().publish()
    return page


def tree(response):
    return html.fromstring(response.content)


def look_over(client, address, written=WRITTEN):
    """Send the form, and return what its preview holds."""
    response = client.post(address, written)
    assert response.status_code == 200, response.content
    (form,) = tree(response).cssselect("main form")
    held = fields_of(form)
    held.pop("step", None)
    return held


def fields_of(form):
    """Return what a form would send; a browser drops the first line's end in a text area."""
    return {name: (form.fields[name] or "").removeprefix("\n") for name in form.fields if name}


def send(client, address, held, seconds=5):
    with time_machine.travel(timezone.now() + timezone.timedelta(seconds=seconds), tick=False):
        return client.post(address, held)


def write(client, address, **changed):
    written = {**WRITTEN, **changed}
    return send(client, address, look_over(client, address, written))


def addressed():
    return sorted(Mail.objects.values_list("address__email", flat=True))


def test_a_letter_is_looked_over_and_reaches_a_person(nell):
    # As a browser without a cookie of ours would.
    client = Client(enforce_csrf_checks=True)
    page = client.get(NELL).content.decode()
    assert "csrf" not in page
    assert 'name="subject"' not in page
    held = look_over(client, NELL)
    assert held["message"].splitlines() == WRITTEN["message"].splitlines()
    assert not Mail.objects.exists()
    sent = send(client, NELL, held)
    assert sent.status_code == 200
    assert "example.org" not in sent.content.decode()
    mail = Mail.objects.get()
    assert mail.address.email == "nell@example.org"
    reading = read(mail.content)
    headers = dict(reading.headers)
    assert headers["Reply-To"] == "ann@example.org"
    assert headers["To"] == "nell@example.org"
    assert headers["Subject"] == "A letter from Ann Berg"
    assert "How long may it stay?\r\nIt is renewed." in reading.text
    assert "ann@example.org" in reading.text


def test_the_stored_page_of_contact_holds_neither_token_nor_stamp(client, contact):
    page = client.get("/contact/").content.decode()
    assert "csrf" not in page
    form = html.fromstring(page).cssselect("main form")[0]
    assert form.fields.get("stamp") in (None, "")


@pytest.mark.parametrize("address", [TEAM, NELL])
def test_answers_are_kept_by_nobody(client, nell, contact, address):
    for response in (client.get(address), client.post(address, WRITTEN)):
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex"


def test_a_letter_to_the_team_goes_to_its_address(client, contact):
    assert write(client, TEAM).status_code == 200
    assert addressed() == ["team@example.org"]


def test_without_one_it_goes_to_who_may_publish_the_whole_site(client):
    editor = User.objects.create_user("editor@example.org")
    editor.groups.add(Group.objects.get(name="Editors"))
    gone = User.objects.create_user("gone@example.org", is_active=False)
    gone.groups.add(Group.objects.get(name="Editors"))
    User.objects.create_user("other@example.org")
    write(client, TEAM)
    assert addressed() == ["editor@example.org"]


def test_about_a_subject_it_goes_to_who_answers_for_it(client, nell, contact):
    make_person("Gus Ray", answers=["Copyright"], email="gus@example.org")
    make_person("Una Moor", answers=["Copyright"])
    preview = client.post(TEAM, WRITTEN | {"subject": "copyright"})
    assert "Copyright" in tree(preview).cssselect("main dl")[0].text_content()
    write(client, TEAM, subject="copyright")
    assert addressed() == ["gus@example.org", "nell@example.org"]
    assert Mail.objects.first().subject == "Copyright: a letter from Ann Berg"


def test_about_a_subject_that_nobody_can_be_written_to_about_it_goes_to_the_team(client, contact):
    make_person("Una Moor", answers=["Maps"])
    write(client, TEAM, subject="maps")
    assert addressed() == ["team@example.org"]


def test_a_link_may_choose_the_subject(client, nell, contact):
    page = tree(client.get(f"{TEAM}?subject=copyright"))
    (chosen,) = page.cssselect("option[selected]")
    assert chosen.get("value") == "copyright"


@pytest.mark.parametrize("address", [TEAM, NELL])
def test_without_a_preview_of_ours_nothing_is_sent(client, nell, contact, address):
    for stamp in ("", "x", "1:1:1"):
        client.post(address, WRITTEN | {"stamp": stamp})
    assert not Mail.objects.exists()


@pytest.mark.parametrize("seconds", [0, 25 * 3600])
def test_a_preview_sent_at_once_or_days_later_is_shown_again(client, nell, seconds):
    held = look_over(client, NELL)
    assert b"Send the letter" in send(client, NELL, held, seconds).content
    assert not Mail.objects.exists()


def test_a_letter_from_another_site_is_shown_first(client, nell):
    held = look_over(client, NELL)
    with time_machine.travel(timezone.now() + timezone.timedelta(seconds=5), tick=False):
        response = client.post(NELL, held, headers={"Origin": "https://elsewhere.example"})
    assert b"Send the letter" in response.content
    assert not Mail.objects.exists()


def test_a_program_that_fills_in_everything_is_thanked_and_not_heard(client, nell):
    response = write(client, NELL, website="https://spam.example")
    assert b"on its way" in response.content
    assert not Mail.objects.exists()


def test_the_same_words_within_an_hour_are_one_letter(client, nell):
    held = look_over(client, NELL)
    for seconds in (5, 60, 3500):
        assert b"on its way" in send(client, NELL, held, seconds).content
    assert Mail.objects.count() == 1
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=2), tick=False):
        write(client, NELL)
    assert Mail.objects.count() == 2


def test_the_same_words_to_somebody_else_are_another_letter(client, nell, contact):
    write(client, NELL)
    write(client, TEAM)
    assert addressed() == ["nell@example.org", "team@example.org"]


def test_who_writes_too_much_is_told_and_keeps_the_letter(client, nell):
    for n in range(letters.MOST_AN_HOUR):
        assert write(client, NELL, message=f"Letter {n}").status_code == 200
    refused = write(client, NELL, message="One more")
    assert refused.status_code == 429
    page = tree(refused)
    assert page.cssselect("textarea[name=message]")[0].text.strip() == "One more"
    assert page.cssselect(".errors li")
    assert Mail.objects.count() == letters.MOST_AN_HOUR
    assert "127.0.0.1" not in str(Tally.objects.values_list())


def test_who_gets_too_much_in_a_day_is_spared(client, nell, monkeypatch):
    monkeypatch.setattr(letters, "MOST_A_DAY", 2)
    for n in range(2):
        write(client, NELL, message=f"Letter {n}")
    refused = write(client, NELL, message="One more")
    assert refused.status_code == 429
    assert b"One more" in refused.content
    assert Mail.objects.count() == 2


def test_errors_keep_what_was_typed(client, contact):
    response = client.post(TEAM, {"name": "Ann", "email": "no address", "message": "Well."})
    assert response.status_code == 422
    page = tree(response)
    assert page.cssselect("[name=name]")[0].get("value") == "Ann"
    assert page.cssselect("[name=email]")[0].get("value") == "no address"
    assert page.cssselect("[name=message]")[0].text.strip() == "Well."
    assert page.cssselect('.errors a[href="#id_email"]')


def test_change_it_leads_back_to_the_form(client, nell):
    held = look_over(client, NELL)
    page = client.post(NELL, held | {"step": "edit"}).content.decode()
    assert "Look it over" in page
    assert "How long may it stay?" in page


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("Ann\r\nBcc: x@example.org", "A letter from Ann Bcc: x@example.org"),
        ("Ann\0 Berg", "A letter from Ann Berg"),
        ("\u202eAnn", "A letter from Ann"),
    ],
)
def test_a_name_stays_a_name(client, nell, name, subject):
    write(client, NELL, name=name)
    mail = Mail.objects.get()
    headers = dict(read(mail.content).headers)
    assert headers["Subject"] == subject
    assert addressed() == ["nell@example.org"]
    head = mail.content.partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc:" not in head
    assert b"\r\nCc:" not in head


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "https://spam.example"},
        {"name": "www.spam.example"},
        {"name": "\u202e"},
        {"name": "a" * 101},
        {"email": "ann@example.org\r\nBcc: x@example.org"},
        {"email": "ann@example.org\0"},
        {"email": "ann@example.org, x@example.org"},
        {"message": ""},
        {"message": "\0\u2800 \r\n"},
        {"message": "a" * 4001},
        {"subject": "none"},
        {"subject": "\0"},
    ],
)
def test_what_is_wrong_is_not_sent(client, contact, wrong):
    response = client.post(TEAM, WRITTEN | wrong)
    assert response.status_code == 422
    assert tree(response).cssselect(".errors")


def test_a_letter_of_the_longest_passes(client, nell):
    write(client, NELL, message="a" * 4000)
    assert Mail.objects.count() == 1


def test_a_letter_is_no_markup(client, nell):
    words = "<b>Bold</b> https://spam.example/ \u202ereversed"
    preview = client.post(NELL, WRITTEN | {"message": words})
    shown = tree(preview).cssselect("main dl")[0]
    assert "<b>Bold</b> https://spam.example/ reversed" in shown.text_content()
    assert not shown.cssselect("b, a")
    write(client, NELL, message=words)
    reading = read(Mail.objects.get().content)
    assert "<b>" not in reading.html
    assert 'href="https://spam.example' not in reading.html
    assert "\u202e" not in reading.text


def test_too_large_a_letter_is_refused_unread(client, nell):
    assert client.post(NELL, WRITTEN | {"message": "a" * 300_000}).status_code == 413
    assert client.post(TEAM, WRITTEN | {"message": "a" * 300_000}).status_code == 413


def test_what_looks_like_a_borrowers_data_is_pointed_out(client, nell):
    clean = client.post(NELL, WRITTEN)
    assert not tree(clean).cssselect(".notice-warning")
    preview = client.post(NELL, WRITTEN | {"message": "Her card is 21234567890123."})
    (notice,) = tree(preview).cssselect(".notice-warning")
    assert "21234567890123" in notice.text_content()
    write(client, NELL, message="Her card is 21234567890123.")
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("reason", ["no address", "not public", "unknown"])
def test_to_who_cannot_be_written_to_any_more_it_may_go_to_the_team(client, contact, reason):
    if reason != "unknown":
        make_person("Nell Cho", team="Delivery", email="nell@example.org")
        held = look_over(client, NELL)
        changed = {"email": ""} if reason == "no address" else {"team": None}
        Person.objects.update(**changed)
    else:
        held = WRITTEN
    assert client.get(NELL).status_code == 404
    response = send(client, NELL, held)
    assert response.status_code == 404
    assert not Mail.objects.exists()
    page = tree(response)
    (form,) = page.cssselect("main form")
    assert form.get("action") == TEAM
    fields = fields_of(form)
    assert fields["message"].splitlines() == WRITTEN["message"].splitlines()
    assert "Nell" not in response.content.decode()
    assert send(client, TEAM, look_over(client, TEAM, fields)).status_code == 200
    assert addressed() == ["team@example.org"]


def test_where_there_is_no_contact_page_it_is_just_not_found(client):
    ContactPage.objects.get().unpublish()
    assert client.post(NELL, WRITTEN).status_code == 404
    assert client.post(TEAM, WRITTEN).status_code == 404


def test_where_nobody_can_be_reached_it_is_said_and_the_letter_kept(client):
    response = write(client, TEAM)
    assert response.status_code == 503
    assert "How long may it stay?" in response.content.decode()


def test_no_other_method_is_answered(client, nell, contact):
    for address in (NELL, TEAM):
        assert client.put(address).status_code == 405
