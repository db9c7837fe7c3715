"""Announcements in the admin: written, tested, scheduled and sent by who may, once."""

import datetime
import email
import json
from collections.abc import Callable
from email import policy

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from accounts.models import User
from outbox.addresses import address_of, stop
from outbox.models import Letterhead, Mail, StopReason
from tests.factories.updates import (
    make_announcement,
    make_list,
    make_subscription,
    tell_all,
)
from updates import announcements
from updates.announcements import ref_of
from updates.models import Announcement, AnnouncementList, Notice, Pace

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ADDRESS = "/admin/updates/announcements/"
NOW = datetime.datetime(2026, 3, 4, 15, tzinfo=datetime.UTC)
"""A Wednesday, 10 in the morning where the site is; clocks go forward on the Sunday after."""
HOSTILE = "<script>alert(1)</script> & “you”"


@pytest.fixture
def sign_in(client) -> Callable[..., User]:
    """A function that signs somebody in: with a role, or with the admin and single rights."""

    def sign_in_one(*rights: str, role: str = "", email: str = "ed@ill.example.org") -> User:
        user = User.objects.create_user(email)
        if role:
            user.groups.add(Group.objects.get(name=role))
        codenames = ["access_admin", *rights]
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return user

    return sign_in_one


@pytest.fixture
def north() -> AnnouncementList:
    return make_list("Northern libraries")


def page_of(response) -> html.HtmlElement:
    assert response.status_code == 200
    return html.fromstring(response.content)


def words_of(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def main_of(response) -> str:
    (main,) = page_of(response).cssselect("main")
    return words_of(main)


def buttons_of(response) -> set[str]:
    return {words_of(it) for it in page_of(response).cssselect(".desk-screens a")}


def draftail(words: str) -> str:
    block = {"key": "a", "text": words, "type": "unstyled", "depth": 0}
    return json.dumps(
        {"blocks": [{**block, "inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}
    )


def said(*lists: AnnouncementList, **fields) -> dict:
    return {
        "subject": "Closed on Monday",
        "lists": [one.pk for one in lists],
        "body": draftail("Requests wait."),
        **fields,
    }


def desk(one: Announcement, rest: str = "") -> str:
    return f"{ADDRESS}{one.pk}/{rest}"


def test_an_editor_writes_a_draft_and_changes_it(client, sign_in, north):
    user, other = sign_in(role="Editors"), make_list("For all")
    make_subscription("a@example.org", ref_of(north))
    form = page_of(client.get(f"{ADDRESS}new/"))
    choices = [words_of(it) for it in form.cssselect("#id_lists label, [name=lists] ~ *, label")]
    assert "Northern libraries (1 follows it)" in choices
    assert "For all (0 follow it)" in choices
    answer = client.post(f"{ADDRESS}new/", said(north, other))
    one = Announcement.objects.get()
    assert answer.url == desk(one)
    assert (one.subject, one.text, one.written_by) == ("Closed on Monday", "Requests wait.", user)
    assert set(one.lists.all()) == {north, other}
    shown = main_of(client.get(desk(one)))
    assert "Draft" in shown
    assert not Notice.objects.exists()
    answer = client.post(f"{ADDRESS}edit/{one.pk}/", said(north, subject="Open\non Monday"))
    assert answer.url == desk(one)
    one.refresh_from_db()
    assert (one.subject, list(one.lists.all())) == ("Open on Monday", [north])
    logged = ModelLogEntry.objects.filter(object_id=one.pk).values_list("action", flat=True)
    assert set(logged) == {"wagtail.create", "wagtail.edit"}


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("subject", " \u200e ", "Write what it is about."),
        ("lists", [], "Choose a list at least."),
        ("body", draftail(" "), "Write what is to be announced."),
        ("body", draftail("long " * 12_001), "This is too long for a mail."),
    ],
)
def test_what_lacks_something_is_not_kept(client, sign_in, north, field, value, complaint):
    sign_in(role="Editors")
    answer = client.post(f"{ADDRESS}new/", said(north, **{field: value}))
    assert complaint in main_of(answer)
    assert not Announcement.objects.exists()


def test_without_a_list_the_form_says_where_to_make_one(client, sign_in):
    sign_in(role="Editors")
    page = page_of(client.get(f"{ADDRESS}new/"))
    (link,) = page.cssselect(".help-warning a")
    assert client.get(link.get("href")).status_code == 200


def test_the_listing_tells_states_searches_and_narrows(client, sign_in, north):
    sign_in(role="Editors")
    assert "No announcement yet." in main_of(client.get(ADDRESS))
    with time_machine.travel(NOW, tick=False):
        other = make_list("For all")
        make_announcement([north, other], "A draft")
        make_announcement([north], "To come", send_at=NOW + datetime.timedelta(days=30))
        make_announcement([other], HOSTILE, sent_at=NOW - datetime.timedelta(days=1))
        page = page_of(client.get(ADDRESS))
        rows = [words_of(row) for row in page.cssselect("main tbody tr")]
        assert [row.split(" ", 2)[0] for row in rows] == ["To", "A", "<script>alert(1)</script>"]
        assert "Scheduled for April 3, 2026, 11 a.m." in rows[0]
        assert "Draft" in rows[1]
        assert "Sent on March 3, 2026, 10 a.m." in rows[2]
        for query, found in [
            ("state=draft", ["A draft"]),
            ("state=scheduled", ["To come"]),
            ("state=sent", [HOSTILE]),
            (f"lists={other.pk}", ["A draft", HOSTILE]),
            (f"lists={other.pk}&lists={north.pk}", ["To come", "A draft", HOSTILE]),
            ("q=come", ["To come"]),
        ]:
            page = page_of(client.get(f"{ADDRESS}?{query}"))
            assert [words_of(it) for it in page.cssselect("main tbody .title")] == found, query
        assert "No announcement is like this." in main_of(client.get(f"{ADDRESS}?q=zebra"))


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_listing_asks_no_more_for_more(client, sign_in, north):
    sign_in(role="Editors")
    other = make_list("For all")
    make_announcement([north])
    client.get(ADDRESS)
    few = queries_of(client, ADDRESS)
    for n in range(30):
        make_announcement([north, other], f"Number {n}")
    assert queries_of(client, ADDRESS) == few


def followed_by_all_paces(*lists: AnnouncementList) -> None:
    """Let five follow: two at once, one daily, one weekly, one at an address that is stopped."""
    north, other = lists
    make_subscription("a@example.org", ref_of(north))
    make_subscription("b@example.org", ref_of(north), Pace.WEEKLY)
    make_subscription("b@example.org", ref_of(other))
    make_subscription("c@example.org", ref_of(north), Pace.WEEKLY)
    make_subscription("c@example.org", ref_of(other), Pace.DAILY)
    make_subscription("d@example.org", ref_of(other), Pace.WEEKLY)
    make_subscription("gone@example.org", ref_of(north))
    stop(address_of("gone@example.org"), StopReason.BOUNCED)
    make_subscription("new@example.org", ref_of(north), confirmed_at=None)
    make_subscription("ended@example.org", ref_of(north), ended_at=timezone.now())


def facts_of(response) -> dict[str, str]:
    facts = page_of(response).cssselect(".mail-facts > dt")
    return {words_of(it): words_of(it.getnext()) for it in facts}


def test_the_desk_tells_who_will_get_it_each_once(client, sign_in, north):
    sign_in(role="Editors")
    other = make_list("For all")
    followed_by_all_paces(north, other)
    one = make_announcement([north, other])
    answer = client.get(desk(one))
    assert "4 people" in main_of(answer)
    assert facts_of(answer) == {
        "By list": "For all: 3, Northern libraries: 3",
        "At once": "2",
        "With their daily mail": "1",
        "With their weekly mail": "1",
        "Left out": "1 whose address takes no mail any more",
    }
    assert "their addresses" not in main_of(answer)
    assert client.get(desk(one, "people/")).status_code == 302


def test_the_desk_says_that_mail_has_no_postal_address(client, sign_in, north):
    sign_in(role="Editors")
    one = make_announcement([north])
    assert "no postal address" in main_of(client.get(f"{ADDRESS}{one.pk}/"))
    letterhead = Letterhead.load()
    letterhead.postal_address = "12 Mill Lane, Owlfield"
    letterhead.save()
    assert "no postal address" not in main_of(client.get(f"{ADDRESS}{one.pk}/"))


def test_addresses_are_shown_to_who_may_see_subscribers(client, sign_in, north):
    sign_in("view_announcement", "view_subscriber")
    other = make_list("For all")
    followed_by_all_paces(north, other)
    one = make_announcement([north, other])
    (link,) = page_of(client.get(desk(one))).cssselect(".desk-seats a")
    page = page_of(client.get(link.get("href")))
    assert [words_of(row) for row in page.cssselect("main tbody tr")] == [
        "a@example.org At once Northern libraries",
        "b@example.org At once For all, Northern libraries",
        "c@example.org Once a day For all, Northern libraries",
        "d@example.org Once a week For all",
    ]
    found = page_of(client.get(f"{link.get('href')}?q=C@EX")).cssselect("main tbody tr")
    assert len(found) == 1
    few = queries_of(client, link.get("href"))
    for n in range(20):
        make_subscription(f"{n}@example.org", ref_of(north))
    assert queries_of(client, link.get("href")) == few
    assert "No address is like this" in main_of(client.get(f"{link.get('href')}?q=zebra"))
    announcements.send(one, None)
    assert client.get(desk(one, "people/")).status_code == 404


def test_the_mail_is_shown_as_it_will_look(client, sign_in, north):
    sign_in(role="Editors")
    body = f"<p>See <a href='/chats/'>here</a>.</p><p>{HOSTILE.replace('<', '&lt;')}</p>"
    one = make_announcement([north], HOSTILE, body=body)
    page = page_of(client.get(desk(one)))
    frames = page.cssselect("iframe[sandbox]")
    assert {frame.get("width") for frame in frames} == {"600", "360"}
    (text,) = page.cssselect("details pre")
    assert "here (http" in text.text_content()
    assert not page.xpath("//main//script[contains(., 'alert(1)')]")
    answer = client.get(frames[0].get("src"))
    shown = html.fromstring(b"".join(answer.streaming_content))
    assert not shown.cssselect("script")
    assert HOSTILE in words_of(shown)
    assert "Northern libraries" in words_of(shown)
    assert client.get(f"{desk(one)}?scheme=dark").status_code == 200


def test_a_test_goes_to_typed_addresses_and_changes_nothing(client, sign_in, north):
    user = sign_in(role="Editors")
    make_subscription("reader@example.org", ref_of(north))
    one = make_announcement([north])
    form = page_of(client.get(desk(one, "test/")))
    assert form.cssselect("[name=to]")[0].get("value") == user.email
    answer = client.post(desk(one, "test/"), {"to": "x@example.org, Y@example.org y@example.org"})
    assert answer.url == desk(one)
    mails = Mail.objects.order_by("pk")
    assert [mail.address.email for mail in mails] == ["x@example.org", "y@example.org"]
    for mail in mails:
        assert (mail.subject, mail.kind) == ("[Test] Closed on Monday", "updates_test")
        parsed = email.message_from_bytes(mail.content, policy=policy.default)
        assert not [name for name in parsed if name.startswith("List-")]
        html_part = html.fromstring(parsed.get_body(["html"]).get_content())
        assert "Tuesday" in words_of(html_part)
        assert "Tuesday" in parsed.get_body(["plain"]).get_content()
        links = {link.get("href") for link in html_part.cssselect("a")}
        assert not [link for link in links if "/mine/" in link or "/stop" in link]
    one.refresh_from_db()
    assert not one.is_sent
    assert not Notice.objects.exists()
    assert ModelLogEntry.objects.get().action == "updates.announcements.test"


@pytest.mark.parametrize(
    ("to", "complaint"),
    [
        ("", "This field is required."),
        (" , ", "Write at least one address."),
        ("x@example.org, nobody", "“nobody” is no email address."),
        (", ".join(f"{n}@example.org" for n in range(6)), "more than 5 addresses"),
        ("x@example.org\r\nBcc: all@example.org", "“Bcc:” is no email address."),
    ],
)
def test_a_test_to_no_address_goes_nowhere(client, sign_in, north, to, complaint):
    sign_in(role="Editors")
    answer = client.post(desk(make_announcement([north]), "test/"), {"to": to})
    assert answer.status_code == 422
    assert complaint in " ".join(html.fromstring(answer.content).text_content().split())
    assert not Mail.objects.exists()


def test_tests_are_limited(client, sign_in, north):
    sign_in(role="Editors")
    one = make_announcement([north])
    codes = [
        client.post(desk(one, "test/"), {"to": "x@example.org"}).status_code for _ in range(21)
    ]
    assert codes == [302] * 20 + [422]


def test_sending_asks_first_and_is_done_once(client, sign_in, north):
    sign_in(role="Editors")
    other = make_list("For all")
    followed_by_all_paces(north, other)
    one = make_announcement([north, other])
    asked = main_of(client.get(desk(one, "send/")))
    assert "It goes to 4 people" in asked
    assert "2 of them at once, 2 with their next daily or weekly mail" in asked
    assert not Announcement.objects.sent()
    first = client.post(desk(one, "send/"), follow=True)
    assert "It is sent. It goes to 4 people" in words_of(html.fromstring(first.content))
    second = client.post(desk(one, "send/"), follow=True)
    assert "It has been sent already." in words_of(html.fromstring(second.content))
    assert "It has been sent already." in main_of(client.get(desk(one, "send/")))
    tell_all()
    mails = Mail.objects.filter(kind="updates_announcement", address__stopped_at=None)
    assert mails.count() == 2
    logged = ModelLogEntry.objects.filter(action="updates.announcements.send")
    assert logged.count() == 1
    assert "example.org" not in str(list(logged.values_list("data", flat=True)))


def test_to_nobody_it_goes_into_the_archive_alone(client, sign_in, north):
    sign_in(role="Editors")
    one = make_announcement([north])
    assert "Nobody gets it by mail" in main_of(client.get(desk(one, "send/")))
    client.post(desk(one, "send/"))
    assert client.get(one.get_absolute_url()).status_code == 200


@time_machine.travel(NOW, tick=False)
def test_it_is_scheduled_by_the_sites_clock_and_taken_back(client, sign_in, north):
    sign_in(role="Editors")
    one = make_announcement([north])
    form = page_of(client.get(desk(one, "schedule/")))
    assert "By the clock of America/New York." in words_of(form)
    answer = client.post(desk(one, "schedule/"), {"date": "2026-03-09", "time": "09:30"})
    assert answer.url == desk(one)
    one.refresh_from_db()
    assert one.send_at == datetime.datetime(2026, 3, 9, 13, 30, tzinfo=datetime.UTC)
    shown = client.get(desk(one))
    assert "Scheduled for March 9, 2026, 9:30 a.m. (America/New York)" in main_of(shown)
    assert "Take the schedule back" in buttons_of(shown)
    form = page_of(client.get(desk(one, "schedule/")))
    assert form.cssselect("[name=time]")[0].get("value") == "09:30"
    assert "It will be a draft again" in main_of(client.get(desk(one, "unschedule/")))
    one.refresh_from_db()
    assert one.is_scheduled
    client.post(desk(one, "unschedule/"))
    one.refresh_from_db()
    assert not one.is_scheduled
    again = client.post(desk(one, "unschedule/"), follow=True)
    assert "Nothing was changed" in words_of(html.fromstring(again.content))


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("date", "time", "complaint"),
    [
        ("2026-03-04", "09:59", "This time has passed."),
        ("2026-03-08", "02:30", "there is no 2:30 a.m."),
        ("2026-11-01", "01:30", "comes twice"),
        ("0001-01-01", "00:00", "This time has passed."),
        ("9999-12-31", "23:59", "too far away"),
        ("tomorrow", "9", "Enter a valid date."),
    ],
)
def test_a_time_that_is_none_or_past_is_not_taken(client, sign_in, north, date, time, complaint):
    sign_in(role="Editors")
    one = make_announcement([north])
    answer = client.post(desk(one, "schedule/"), {"date": date, "time": time})
    assert answer.status_code == 422
    assert complaint in html.fromstring(answer.content).text_content().replace("\xa0", " ")
    one.refresh_from_db()
    assert not one.is_scheduled


def test_times_are_the_sites_wherever_an_editor_is(client, sign_in, north):
    user = sign_in(role="Editors")
    profile = UserProfile.get_for_user(user)
    profile.current_time_zone = "Asia/Tokyo"
    profile.save()
    one = make_announcement([north], sent_at=NOW)
    assert "Sent on March 4, 2026, 10 a.m. (America/New York)" in main_of(client.get(desk(one)))


def test_what_was_sent_changes_in_the_archive_alone(client, sign_in, north):
    sign_in(role="Editors")
    other = make_list("For all")
    one = make_announcement([north])
    announcements.send(one, None)
    assert buttons_of(client.get(desk(one))) == {"Change in the archive"}
    form = page_of(client.get(f"{ADDRESS}edit/{one.pk}/"))
    assert "mails that have left stay as they were" in words_of(form)
    assert not form.cssselect("[name=lists]")
    client.post(f"{ADDRESS}edit/{one.pk}/", said(other, subject="Closed on Tuesday"))
    one.refresh_from_db()
    assert (one.subject, list(one.lists.all())) == ("Closed on Tuesday", [north])
    assert one.is_sent
    for rest in ("schedule/", "test/"):
        answer = client.post(desk(one, rest), {"to": "x@example.org"}, follow=True)
        assert "It has been sent already." in words_of(html.fromstring(answer.content))
    assert not Mail.objects.exists()


def test_an_edit_that_is_late_neither_unsends_it_nor_changes_its_lists(north, rf):
    one = make_announcement([north])
    written = Announcement.objects.get(pk=one.pk)
    written.subject = "Written meanwhile"
    announcements.send(one, None)
    announcements.write(written, [make_list("For all")], None)
    one.refresh_from_db()
    assert one.is_sent
    assert (one.subject, list(one.lists.all())) == ("Written meanwhile", [north])


def test_a_draft_is_deleted_and_what_was_sent_is_not(client, sign_in, north):
    sign_in(role="Editors")
    draft, sent = make_announcement([north]), make_announcement([north], "Sent")
    announcements.send(sent, None)
    assert "Shall this draft be deleted?" in main_of(client.get(f"{ADDRESS}delete/{draft.pk}/"))
    assert client.post(f"{ADDRESS}delete/{draft.pk}/").url == ADDRESS
    assert client.get(f"{ADDRESS}delete/{sent.pk}/").url == desk(sent)
    assert client.post(f"{ADDRESS}delete/{sent.pk}/").url == desk(sent)
    assert not announcements.delete(sent)
    assert list(Announcement.objects.all()) == [sent]


WRITE = ("add_announcement", "change_announcement")


@pytest.mark.parametrize(
    ("rights", "expected"),
    [
        (("view_announcement",), set()),
        (WRITE, {"Edit", "Send a test"}),
        (("send_announcement", "view_announcement"), {"Send now", "Schedule"}),
        (("delete_announcement",), {"Delete"}),
    ],
)
def test_the_desk_offers_what_somebody_may_do(client, sign_in, north, rights, expected):
    sign_in(*rights)
    one = make_announcement([north])
    assert buttons_of(client.get(desk(one))) == expected
    for rest, right in [
        ("send/", "send_announcement"),
        ("schedule/", "send_announcement"),
        ("unschedule/", "send_announcement"),
        ("test/", "change_announcement"),
    ]:
        answer = client.get(desk(one, rest))
        assert answer.status_code == (200 if right in rights else 302), rest
        if right not in rights:
            assert client.post(desk(one, rest), {"to": "x@example.org"}).url == "/admin/"
    one.refresh_from_db()
    assert not one.is_sent
    assert not Mail.objects.exists()


@pytest.mark.parametrize("role", ["Moderators", "Organisers", "Guest hosts"])
def test_others_see_nothing_of_it(client, sign_in, north, role):
    sign_in(role=role)
    one = make_announcement([north])
    for address in (
        ADDRESS,
        f"{ADDRESS}new/",
        f"{ADDRESS}edit/{one.pk}/",
        f"{ADDRESS}delete/{one.pk}/",
        desk(one),
        desk(one, "html/"),
        desk(one, "people/"),
        desk(one, "send/"),
        "/admin/updates/delivered/",
        "/admin/updates/lists/",
    ):
        assert client.get(address).url == "/admin/", address
    assert "/admin/updates/" not in client.get("/admin/").content.decode()


def test_the_menu_leads_to_each_part(client, sign_in):
    sign_in(role="Administrators")
    home = client.get("/admin/").content.decode()
    for address in (ADDRESS, "/admin/updates/lists/", "/admin/updates/delivered/"):
        assert address in home
        assert client.get(address).status_code == 200


def test_a_list_tells_who_follows_it_and_what_it_got(client, sign_in, north):
    sign_in(role="Editors")
    make_list("For all")
    followed_by_all_paces(north, make_list("The south"))
    make_announcement([north])
    make_announcement([north], sent_at=NOW)
    page = page_of(client.get("/admin/updates/lists/"))
    rows = {
        words_of(it.cssselect(".title")[0]): words_of(it) for it in page.cssselect("main tbody tr")
    }
    (row,) = [words for title, words in rows.items() if "Northern" in title]
    assert " 3 1 " in f"{row} "
    few = queries_of(client, "/admin/updates/lists/")
    for n in range(15):
        make_list(f"List {n}")
    assert queries_of(client, "/admin/updates/lists/") == few


def test_a_list_that_is_used_is_not_deleted(client, sign_in, north):
    sign_in(role="Editors")
    followed, unused = make_list("Followed"), make_list("Unused")
    make_subscription("a@example.org", ref_of(followed))
    make_announcement([north])
    for one in (north, followed):
        answer = client.post(f"/admin/updates/lists/delete/{one.pk}/", follow=True)
        assert f"“{one.name}” stays" in words_of(html.fromstring(answer.content))
    bulk = "/admin/bulk/updates/announcementlist/delete/"
    asked = f"{bulk}?id={north.pk}&id={unused.pk}"
    answer = client.post(asked, follow=True)
    assert "“Northern libraries” stays" in words_of(html.fromstring(answer.content))
    assert AnnouncementList.objects.count() == 3
    client.post(f"/admin/updates/lists/delete/{unused.pk}/")
    assert AnnouncementList.objects.count() == 2
