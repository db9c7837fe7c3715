"""Subscribers in the admin: what staff see of them, and what they may do for them."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from accounts.models import User
from outbox import addresses
from outbox.addresses import address_of
from outbox.models import Mail, StopReason
from tests.factories.updates import make_list, make_subscriber, make_subscription
from updates import subscriptions
from updates.following import Ref
from updates.models import EndedBy, Pace, Request, Subscriber, Subscription

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SUBSCRIBERS = "/admin/updates/subscribers/"
POSTS, EVENTS = Ref("posts"), Ref("events")


@pytest.fixture(autouse=True)
def _begun(home):
    """The blog and the calendar are there."""


@pytest.fixture
def sign_in(client):
    """A function that signs somebody in who has single rights."""

    def sign_in_one(*rights: str) -> User:
        user = User.objects.create_user("staff@ill.example.org")
        codenames = ["access_admin", *rights]
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return user

    return sign_in_one


@pytest.fixture
def changer(sign_in) -> User:
    return sign_in("view_subscriber", "change_subscriber")


def page_of(response) -> html.HtmlElement:
    assert response.status_code == 200
    return html.fromstring(response.content)


def words(response) -> str:
    return " ".join(page_of(response).cssselect("main")[0].text_content().split())


def rows(response) -> list[list[str]]:
    return [
        [" ".join(cell.text_content().split()) for cell in row.cssselect("td")]
        for row in page_of(response).cssselect("table.listing tbody tr")
    ]


def said(response) -> str:
    return " ".join(page_of(response).cssselect(".messages")[0].text_content().split())


def queries(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def make_all() -> None:
    """One subscriber of each state."""
    make_subscription("active@example.org", POSTS)
    make_subscription("active@example.org", EVENTS, Pace.WEEKLY)
    make_subscription("new@example.org", POSTS, confirmed_at=None)
    subscriptions.stop([make_subscription("over@example.org", POSTS)], EndedBy.ONE_CLICK)
    make_subscription("bounced@example.org", POSTS)
    addresses.stop(address_of("bounced@example.org"), StopReason.BOUNCED, "550 No such user")


def test_the_list_says_who_follows_how_much_and_what_is_wrong(client, changer):
    make_all()
    today = timezone.localdate()
    listed = {row[0].split()[0]: row[1:] for row in rows(client.get(SUBSCRIBERS))}
    assert listed["active@example.org"][0] == "2"
    assert str(today.year) in listed["active@example.org"][1]
    assert {address: row[2] for address, row in listed.items()} == {
        "active@example.org": "Active",
        "bounced@example.org": "Active Address stopped: came back",
        "new@example.org": "Not confirmed yet",
        "over@example.org": "Follows nothing any more",
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("state=active", {"active", "bounced"}),
        ("state=unconfirmed", {"new"}),
        ("state=ended", {"over"}),
        ("state=stopped", {"bounced"}),
        ("q=OVER%40example", {"over"}),
        ("q=%22x'", set()),
        ("q=active&state=ended", set()),
    ],
)
def test_the_list_is_searched_and_narrowed(client, changer, asked, found):
    make_all()
    listed = rows(client.get(f"{SUBSCRIBERS}?{asked}"))
    assert {row[0].split("@")[0] for row in listed} == found


def test_an_empty_list_says_what_will_stand_there(client, changer):
    assert "Nobody follows anything yet." in words(client.get(SUBSCRIBERS))
    assert "No subscriber is like this." in words(client.get(f"{SUBSCRIBERS}?state=active"))


def test_the_queries_of_the_list_do_not_grow(client, changer):
    make_all()
    few = queries(client, SUBSCRIBERS)
    for number in range(30):
        for ref in (POSTS, EVENTS):
            make_subscription(f"r{number}@example.org", ref)
    assert queries(client, SUBSCRIBERS) <= few
    assert len(rows(client.get(SUBSCRIBERS))) == 34
    for number in range(30):
        make_subscription(f"s{number}@example.org", POSTS)
    assert len(rows(client.get(f"{SUBSCRIBERS}?p=2"))) == 14


def test_ones_page_says_what_they_follow_and_what_the_outbox_knows(client, sign_in):
    sign_in("view_subscriber", "view_address", "view_mail")
    make_all()
    one = Subscriber.objects.get(email="active@example.org")
    response = client.get(f"{SUBSCRIBERS}{one.pk}/")
    assert {row[0]: row[1] for row in rows(response)} == {
        "All new events": "Once a week",
        "All posts of the blog": "At once",
    }
    assert "the weekly one on Monday" in words(response)
    assert "its owner confirmed the address" in words(response)
    hrefs = [a.get("href") for a in page_of(response).cssselect("main a")]
    assert "/admin/mail/addresses/?q=active%40example.org" in hrefs
    assert "/admin/mail/?q=active%40example.org" in hrefs
    bounced = Subscriber.objects.get(email="bounced@example.org")
    told = words(client.get(f"{SUBSCRIBERS}{bounced.pk}/"))
    assert "came back. Its server said: “550 No such user”" in told
    over = Subscriber.objects.get(email="over@example.org")
    told = words(client.get(f"{SUBSCRIBERS}{over.pk}/"))
    assert "Nothing now." in told and "by the link in a mail" in told


def test_what_is_no_more_keeps_its_name_and_hostile_names_stay_text(client, changer):
    made = make_list("<script>alert(1)</script>")
    one = make_subscription("ines@example.org", Ref("list", str(made.pk)))
    gone = make_subscription("ines@example.org", Ref("list", "999"), title="<b>Old</b> list")
    response = client.get(f"{SUBSCRIBERS}{one.subscriber_id}/")
    assert "<script>alert(1)" not in response.content.decode()
    assert "<b>Old</b> list (is no more)" in words(response)
    assert "“<b>Old</b> list”" in words(
        client.get(f"{SUBSCRIBERS}{one.subscriber_id}/stop/{gone.pk}/")
    )


def test_the_queries_of_ones_page_do_not_grow(client, changer):
    one = make_subscriber("ines@example.org")
    make_subscription(one, Ref("list", str(make_list("First").pk)))
    few = queries(client, f"{SUBSCRIBERS}{one.pk}/")
    for number in range(20):
        make_subscription(one, Ref("list", str(make_list(f"List {number}").pk)))
    assert queries(client, f"{SUBSCRIBERS}{one.pk}/") <= few


def test_staff_stop_one_thing_after_being_asked(client, changer, caplog):
    one = make_subscription("ines@example.org", POSTS)
    other = make_subscription("ines@example.org", EVENTS)
    path = f"{SUBSCRIBERS}{one.subscriber_id}/stop/{one.pk}/"
    assert "no more mail about “All posts of the blog”" in words(client.get(path))
    assert Subscription.objects.active().count() == 2
    with caplog.at_level("INFO"):
        response = client.post(path, follow=True)
    assert "is stopped" in said(response)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.ended_by, other.is_active) == (EndedBy.STAFF, True)
    assert f"User {changer.pk}: {path}" in caplog.text
    assert "ines@" not in caplog.text
    assert "It was stopped before." in said(client.post(path, follow=True))
    elsewhere = make_subscription("other@example.org", POSTS)
    wrong = f"{SUBSCRIBERS}{one.subscriber_id}/stop/{elsewhere.pk}/"
    assert client.post(wrong).status_code == 404


def test_staff_stop_all_the_unconfirmed_too(client, changer):
    one = make_subscription("ines@example.org", POSTS)
    make_subscription("ines@example.org", EVENTS, confirmed_at=None)
    path = f"{SUBSCRIBERS}{one.subscriber_id}/stop/"
    assert client.get(path).status_code == 200
    assert "All is stopped." in said(client.post(path, follow=True))
    assert set(Subscription.objects.values_list("ended_by", flat=True)) == {EndedBy.STAFF}
    assert "All was stopped before." in said(client.post(path, follow=True))


def test_staff_send_somebody_their_link_and_never_see_it(client, changer):
    one = make_subscription("ines@example.org", POSTS).subscriber
    path = f"{SUBSCRIBERS}{one.pk}/link/"
    assert not Request.objects.exists() and client.get(path).status_code == 200
    response = client.post(path, follow=True)
    assert "on its way" in said(response) and "/updates/mine/" not in response.content.decode()
    subscriptions.take_in_requests()
    assert Mail.objects.get().kind == "updates_links"
    addresses.stop(address_of(one.email), StopReason.STAFF)
    assert "is stopped" in said(client.post(path, follow=True))
    subscriptions.stop(one.subscriptions.all(), EndedBy.STAFF)
    assert "They follow nothing now" in said(client.post(path, follow=True))
    assert not Request.objects.exists()


def add(client, **fields):
    data = {"email": "new@example.org", "what": ["posts:"], "pace": "daily"}
    return client.post(f"{SUBSCRIBERS}add/", {**data, "time_zone": "America/New_York", **fields})


def test_an_address_that_staff_add_must_confirm_like_any_other(client, changer, caplog):
    form = page_of(client.get(f"{SUBSCRIBERS}add/"))
    offered = {box.get("value") for box in form.cssselect("input[name=what]")}
    assert {"posts:", "events:", "recordings:"} <= offered
    with caplog.at_level("INFO"):
        assert add(client, what=["posts:", "events:"], email=" New@example.org ").status_code == 302
    assert "new@" not in caplog.text.lower()
    assert not Subscriber.objects.exists()
    subscriptions.take_in_requests()
    assert Mail.objects.get().kind == "updates_confirm"
    assert not Subscription.objects.active().exists()
    made = Subscription.objects.get(kind="posts")
    assert (made.pace, made.subscriber.time_zone) == ("daily", "America/New_York")


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nobody"},
        {"email": ""},
        {"what": []},
        {"what": ["posts-tag:1"]},
        {"pace": "hourly"},
        {"time_zone": "Mars/Base"},
        {"email": "stopped@example.org"},
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_said_and_asks_nobody(client, changer, wrong):
    addresses.stop(address_of("stopped@example.org"), StopReason.BOUNCED)
    response = add(client, **wrong)
    assert response.status_code == 422
    assert html.fromstring(response.content).cssselect(".help-critical")
    assert not Request.objects.exists()


def table(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_table_has_what_is_followed_and_no_formulas(client, changer, caplog):
    make_all()
    make_subscription("=cmd@example.org", POSTS, title="=1+1")
    with caplog.at_level("INFO"):
        response = client.get(f"{SUBSCRIBERS}csv/")
    assert "attachment" in response["Content-Disposition"]
    head, *listed = table(response)
    assert head[0] == "Address"
    assert [row[0] for row in listed] == [
        "'=cmd@example.org",
        *["active@example.org"] * 2,
        "bounced@example.org",
    ]
    assert listed[0][1] == "'=1+1"
    assert listed[-1][-1] == "bounced"
    assert f"User {changer.pk} took the list" in caplog.text


def test_the_table_asks_no_more_for_more(client, changer):
    make_all()
    few = queries(client, f"{SUBSCRIBERS}csv/")
    for number in range(20):
        make_subscription(f"r{number}@example.org", POSTS)
    assert queries(client, f"{SUBSCRIBERS}csv/") <= few


def test_who_may_only_look_is_offered_nothing_and_can_do_nothing(client, sign_in):
    sign_in("view_subscriber")
    one = make_subscription("ines@example.org", POSTS)
    page = client.get(SUBSCRIBERS).content.decode()
    assert f"{SUBSCRIBERS}csv/" not in page and f"{SUBSCRIBERS}add/" not in page
    shown = client.get(f"{SUBSCRIBERS}{one.subscriber_id}/").content.decode()
    assert "/stop/" not in shown and "/link/" not in shown and "/admin/mail/" not in shown
    for name in ("csv", "add"):
        assert client.get(f"{SUBSCRIBERS}{name}/").status_code == 302
    assert add(client).status_code == 302
    for name in ("stop", f"stop/{one.pk}", "link"):
        client.post(f"{SUBSCRIBERS}{one.subscriber_id}/{name}/")
    assert Subscription.objects.active().exists() and not Request.objects.exists()


def test_others_see_nothing_of_it(client, sign_in):
    one = make_subscription("ines@example.org", POSTS)
    paths = ["", "results/", "csv/", "add/", f"{one.subscriber_id}/", f"{one.subscriber_id}/stop/"]
    for path in paths:
        assert client.get(SUBSCRIBERS + path).status_code == 302
    sign_in("view_announcement", "change_announcement", "view_mail", "view_address")
    for path in paths:
        response = client.get(SUBSCRIBERS + path)
        assert response.status_code == 302 and "ines@" not in response.content.decode()
    assert SUBSCRIBERS not in client.get("/admin/").content.decode()


def test_the_menu_leads_there(client, changer):
    assert SUBSCRIBERS in client.get("/admin/").content.decode()
