"""A reader's page: what the site has under their address, and no one else's."""

import json

import pytest
from django.test import Client
from lxml import html

from accounts.models import User
from comments.models import Comment, State
from events.models import Registration
from tests.accounts.steps import sign_in, sign_in_by_code, where
from tests.factories.blog import make_post
from tests.factories.comments import make_comment
from tests.factories.events import make_event, register_one
from tests.factories.updates import make_list, make_subscription
from updates.announcements import LISTS
from updates.following import Ref
from updates.models import Subscription
from updates.searches import SEARCHES, what_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

RAY, OTHER = "ray@ill.example.org", "other@ill.example.org"


@pytest.fixture
def kept(db):
    """Something of each kind, of two people."""
    event, post = make_event("Packing clinic"), make_post()
    followed = make_list("Northern libraries")
    for email in (RAY, OTHER):
        make_comment(post, text=f"Said by {email}", email=email, state=State.PUBLISHED)
        make_comment(post, text=f"Waits, by {email}", email=email.upper(), state=State.HELD)
        register_one(event, email=email, name=f"Name of {email}")
        make_subscription(email, Ref(LISTS.kind, str(followed.pk)))
        make_subscription(email, Ref(SEARCHES.kind, what_of(f"boxes {email[:3]}", {})))


def parts(client) -> dict[str, object]:
    page = html.fromstring(client.get("/account/").content)
    return {part.cssselect("h2")[0].text_content(): part for part in page.cssselect(".own")}


def test_it_asks_who_you_are(client):
    response = client.get("/account/")
    assert response["Location"] == "/account/code/?next=%2Faccount%2F"
    for address in ("/account/export/", "/account/erase/"):
        assert where(client.get(address)) == "/account/code/"
        assert client.post(address).status_code in {302, 405}


def test_each_part_of_the_site_shows_what_it_has(client, kept):
    sign_in_by_code(client, RAY)
    shown = parts(client)
    comments = shown["Comments"].text_content()
    assert f"Said by {RAY}" in comments
    assert "waits for a moderator" in comments
    assert "Packing clinic" in shown["Registrations"].text_content()
    assert "Northern libraries" in shown["Email updates"].text_content()
    assert "boxes ray" in shown["Saved searches"].text_content()
    whole = client.get("/account/").content.decode()
    assert OTHER not in whole
    assert "boxes oth" not in whole


def test_each_can_be_changed_from_there(client, kept):
    sign_in_by_code(client, RAY)
    links = [link for part in parts(client).values() for link in part.cssselect("li a")]
    ours = {link.get("href").removeprefix("http://localhost:8000") for link in links}
    assert len(ours) > 6
    for address in ours - {"/account/export/", "/account/erase/"}:
        assert client.get(address).status_code == 200, address


def test_nothing_is_said_where_there_is_nothing(client):
    sign_in_by_code(client, RAY)
    assert "You have not commented yet" in parts(client)["Comments"].text_content()


def test_it_asks_as_often_however_much_there_is(client, kept, django_assert_max_num_queries):
    sign_in_by_code(client, RAY)
    with django_assert_max_num_queries(40) as few:
        client.get("/account/")
    for number in range(4):
        make_comment(
            make_post(f"Post {number}"), text=f"More {number}", email=RAY, state=State.PUBLISHED
        )
        register_one(make_event(f"Clinic {number}"), email=RAY, name=f"Name {number}")
        followed = make_list(f"List {number}")
        make_subscription(RAY, Ref(LISTS.kind, str(followed.pk)))
    with django_assert_max_num_queries(len(few)):
        client.get("/account/")


def test_all_of_it_is_handed_over(client, kept):
    sign_in_by_code(client, RAY)
    response = client.get("/account/export/")
    assert "attachment" in response["Content-Disposition"]
    told = json.loads(response.content)
    assert told["account"][0]["email"] == RAY
    assert len(told["comments"]) == 2
    assert told["registrations"][0]["event"] == "Packing clinic"
    assert OTHER not in response.content.decode()


def test_all_of_it_is_erased(client, kept):
    sign_in_by_code(client, RAY)
    assert client.get("/account/erase/").status_code == 200
    assert User.objects.exists()
    assert "All of it is erased" in client.post("/account/erase/").content.decode()
    assert "_auth_user_id" not in client.session
    assert not User.objects.exists()
    assert not Comment.objects.of_author(RAY).exists()
    assert not Registration.objects.at_address(RAY).exists()
    assert not Subscription.objects.filter(subscriber__email=RAY).exists()
    assert Comment.objects.of_author(OTHER).count() == 2
    assert Subscription.objects.filter(subscriber__email=OTHER).count() == 2


def test_staff_keep_their_account(client, ines):
    sign_in(client, ines.email)
    client.post("/account/erase/")
    assert User.objects.get() == ines
    assert client.get("/account/").status_code == 200


def test_signing_out_ends_it(client):
    sign_in_by_code(client, RAY)
    client.post("/account/logout/")
    assert where(client.get("/account/")) == "/account/code/"


def test_nobody_stores_it(client):
    sign_in_by_code(client, RAY)
    for address in ("/account/", "/account/export/", "/account/erase/"):
        assert "no-store" in client.get(address)["Cache-Control"]
    client.logout()
    for address in ("/account/code/", "/account/login/"):
        assert "no-store" in client.get(address)["Cache-Control"]


def test_another_site_erases_nothing(client, kept):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_user(RAY))
    assert strict.post("/account/erase/").status_code == 403
    assert Comment.objects.of_author(RAY).exists()
