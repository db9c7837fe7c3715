"""The report of links that lead nowhere: who sees what of it, and what a press of a button does."""

import csv

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from lxml import html
from wagtail.models import GroupPagePermission

from accounts.models import User
from core.today import needs
from guides.models import GuideIndexPage, SharedText
from operate.links import reports, rounds
from operate.links.needs import needs_of_links
from operate.models import PageLink
from tests.factories.chats import make_chat
from tests.factories.guides import as_stored, make_guide
from tests.operate.links_server import elsewhere as servers
from tests.operate.links_server import page

pytestmark = pytest.mark.any_database

REPORT = "/admin/reports/links/"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2026-03-10 12:00 -0400", tick=False):
        yield


@pytest.fixture
def elsewhere(monkeypatch, home):
    with servers(monkeypatch) as server:
        server.pages["good.test/gone"] = page(404)
        yield server


@pytest.fixture
def sign_in(client, home):
    def sign_in(role: str = "Editors") -> User:
        user = User.objects.create_user(f"{role.replace(' ', '')}@ill.example.org")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def found(elsewhere):
    """A guide and a chat with a link each, followed."""
    guide = make_guide(
        sections=[("Ask", [{"type": "text", "id": "b", "value": '<a href="/x/">form</a>'}], "a")]
    )
    make_chat("2026-01-05", summary='<a href="http://good.test/gone">list</a>')
    while rounds.look_after_links():
        pass
    return guide


def rows(response) -> list[str]:
    table = html.fromstring(response.content).cssselect("table.listing tbody tr")
    return [" ".join(row.text_content().split()) for row in table]


def link(address: str) -> PageLink:
    return PageLink.objects.get(address=address)


def press(client, name: str, address: str, narrowed: str = ""):
    href = reverse(f"links_{name}", args=[link(address).pk])
    return client.post(href, {"narrowed": narrowed}, follow=True)


def said(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_each_with_page_words_address_and_what_is_wrong(client, sign_in, found):
    sign_in()
    response = client.get(REPORT)
    told = [row for row in rows(response) if "form" in row]
    assert len(rows(response)) == 2
    assert "Renew a loan Guide · Ask “form” /x/ Nothing is at this address since" in told[0]
    assert "March 10, 2026" in told[0]
    page = html.fromstring(response.content)
    hrefs = [a.get("href") for a in page.cssselect("td.title a")]
    assert f"/admin/pages/{found.pk}/edit/#:w:contentpath=body.a.body.b" in hrefs
    assert page.cssselect("td a[href='http://good.test/gone'][rel='noreferrer noopener']")


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"side": "inside"}, ["form"]),
        ({"side": "outside"}, ["list"]),
        ({"fault": "not found"}, ["list", "form"]),
        ({"fault": "odd"}, []),
        ({"fault": "x", "side": "y"}, ["list", "form"]),
        ({"state": "settled"}, []),
    ],
)
def test_it_is_narrowed(client, sign_in, found, chosen, words):
    sign_in()
    for address in (REPORT, f"{REPORT}results/"):
        told = rows(client.get(address, chosen))
        assert len(told) == len(words)
        assert all(any(word in row for row in told) for word in words)


def test_by_kind_of_page(client, sign_in, found):
    sign_in()
    told = rows(client.get(REPORT, {"page_type": found.content_type_id}))
    assert len(told) == 1
    assert "form" in told[0]


def test_a_page_or_file_is_told_by_its_title(client, sign_in, elsewhere):
    target = make_guide(title="Where it leads")
    text = f'<a linktype="page" id="{target.pk}">a</a> <a linktype="page" id="999">b</a>'
    text += ' <a linktype="document" id="77">c</a> <a href="javascript:alert(1)">d</a>'
    make_guide(sections=[("One", [("text", text)])])
    target.unpublish()
    while rounds.look_after_links():
        pass
    sign_in()
    response = client.get(REPORT)
    told = " | ".join(rows(response))
    for part in (
        "“a” Where it leads The page is not published",
        "“b” a deleted page The page was deleted",
        "“c” a deleted file The file is gone",
        "“d” javascript:alert(1) No browser can follow this address",
    ):
        assert part in told
    assert not html.fromstring(response.content).cssselect("a[href^=javascript]")


def test_a_shared_text_is_edited_there(client, sign_in, elsewhere):
    shared = SharedText.objects.create(name="Van", body=[("text", '<a href="/x/">van</a>')])
    guide = make_guide(sections=[("One", [("shared", shared.pk)])])
    while rounds.look_after_links():
        pass
    sign_in()
    response = client.get(REPORT)
    assert "In the shared text “Van”" in rows(response)[0]
    [edit] = html.fromstring(response.content).cssselect("td.title a")
    assert edit.get("href").startswith(f"/admin/snippets/guides/sharedtext/edit/{shared.pk}/#:w:")
    editors = Group.objects.get(name="Editors")
    editors.permissions.remove(*editors.permissions.filter(codename="change_sharedtext"))
    [edit] = html.fromstring(client.get(REPORT).content).cssselect("td.title a")
    assert edit.get("href") == f"/admin/pages/{guide.pk}/edit/"


def test_a_table_to_take_away_has_what_the_page_has(client, sign_in, found):
    sign_in()
    response = client.get(REPORT, {"export": "csv", "side": "inside"})
    heading, *lines = csv.reader(b"".join(response.streaming_content).decode().splitlines())
    assert heading[:2] == ["Page", "Address of the page"]
    [line] = lines
    assert line[0] == "Renew a loan"
    assert line[2:] == ["Ask", "form", "/x/", "Nothing is at this address", "2026-03-10"]
    assert client.get(REPORT, {"export": "xlsx"}).status_code == 200


def test_all_right(client, sign_in, found):
    user = sign_in()
    response = press(client, "say_right", "/x/", "side=inside")
    assert response.redirect_chain[-1][0] == f"{REPORT}?side=inside"
    assert rows(response) == []
    settled = rows(client.get(REPORT, {"state": "settled"}))
    assert f"All right, said {user} on March 10, 2026" in settled[0]
    assert link("/x/").ignored_by == user
    press(client, "take_up", "/x/")
    assert len(rows(client.get(REPORT))) == 2


def test_all_right_holds_for_the_same_address_elsewhere(client, sign_in, found):
    other = make_guide(title="Other", sections=[("One", [("text", '<a href="/x/">y</a>')])])
    rounds._read(type(other), [other.pk])
    sign_in()
    href = reverse("links_say_right", args=[PageLink.objects.get(page=found).pk])
    response = client.post(href, follow=True)
    assert "stands on 2 pages" in said(response)
    assert PageLink.objects.ignored().count() == 2


def test_check_now(client, sign_in, found, elsewhere):
    sign_in()
    assert "Still: Nothing is at this address" in said(press(client, "check_now", "/x/"))
    elsewhere.seen.clear()
    assert "Still" in said(press(client, "check_now", "http://good.test/gone"))
    elsewhere.pages["good.test/gone"] = page(200)
    response = press(client, "check_now", "http://good.test/gone")
    assert "leads somewhere" in said(response)
    assert len(rows(response)) == 1


def test_check_now_reads_the_page_anew(client, sign_in, found):
    sign_in()
    found.body = as_stored([("Ask", [("text", '<a href="/guides/">form</a>')])])
    found.save()
    assert "not stand on the page any more" in said(press(client, "check_now", "/x/"))
    assert not PageLink.objects.filter(address="/x/").exists()


def test_one_server_elsewhere_at_a_time(client, sign_in, found, elsewhere):
    sign_in()
    elsewhere.seen.clear()
    cache.add(reports.ASKING, True, 15)
    assert "Try again" in said(press(client, "check_now", "http://good.test/gone"))
    assert not elsewhere.seen
    assert "Still" in said(press(client, "check_now", "/x/"))
    cache.delete(reports.ASKING)
    assert "Still" in said(press(client, "check_now", "http://good.test/gone"))
    assert cache.get(reports.ASKING) is None


def test_back_only_to_the_list(client, sign_in, found):
    sign_in()
    response = press(client, "check_now", "/x/", "//evil.example/")
    assert response.redirect_chain[-1][0].startswith(REPORT)


def test_a_link_is_not_enough(client, sign_in, found):
    sign_in()
    for name in ("say_right", "take_up", "check_now"):
        href = reverse(f"links_{name}", args=[link("/x/").pk])
        assert client.get(href).status_code == 405


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("Administrators", True),
        ("Editors", True),
        ("Guest hosts", False),
    ],
)
def test_who_may(client, sign_in, found, role, may):
    sign_in(role)
    assert ("form" in str(rows(client.get(REPORT)))) == may


def test_who_edits_no_page_sees_no_report(client, sign_in, found):
    user = sign_in("Editors")
    user.groups.clear()
    user.groups.add(Group.objects.create(name="Readers of mail"))
    user.groups.get().permissions.add(
        Group.objects.get(name="Editors").permissions.get(codename="access_admin")
    )
    assert client.get(REPORT).status_code == 302
    assert REPORT not in client.get("/admin/").content.decode()
    assert press(client, "say_right", "/x/").status_code in (200, 403)
    assert link("/x/").ignored_at is None


def test_pages_one_may_not_edit_are_left_out(client, sign_in, found):
    user = sign_in("Editors")
    user.groups.clear()
    group = Group.objects.create(name="Guides alone")
    editors = Group.objects.get(name="Editors")
    group.permissions.add(editors.permissions.get(codename="access_admin"))
    change = GroupPagePermission.objects.filter(permission__codename="change_page").first()
    GroupPagePermission.objects.create(
        group=group, page=GuideIndexPage.objects.get(), permission=change.permission
    )
    user.groups.add(group)
    assert len(rows(client.get(REPORT))) == 1
    other = reverse("links_say_right", args=[link("http://good.test/gone").pk])
    assert client.post(other).status_code == 404
    assert [need.said for need in needs_of_links(user)] == ["1 link leads nowhere."]


def test_what_needs_a_hand(client, sign_in, found):
    user = sign_in()
    assert needs_of_links in needs
    [need] = needs_of_links(user)
    assert need.said == "2 links lead nowhere."
    assert need.href == REPORT
    assert need.due_on == timezone.localdate()
    assert "2 links lead nowhere." in client.get("/admin/").content.decode()
    PageLink.objects.update(fault="")
    assert list(needs_of_links(user)) == []


def test_nothing_broken_says_so(client, sign_in):
    sign_in()
    assert "leads somewhere" in client.get(REPORT).content.decode()
    response = client.get(REPORT, {"side": "inside"})
    assert "Take out a filter" in response.content.decode()


def test_pages_of_fifty_in_a_fixed_number_of_queries(
    client, sign_in, found, django_assert_max_num_queries
):
    now = timezone.now()
    PageLink.objects.bulk_create(
        PageLink(
            page=found,
            key=f"{n}",
            kind="inside",
            address=f"/n/{n:03}/",
            words="w",
            fault="not found",
            failing_since=now,
        )
        for n in range(120)
    )
    sign_in()
    client.get(REPORT)
    with django_assert_max_num_queries(25):
        assert len(rows(client.get(REPORT, {"p": "2"}))) == 50
    lines = client.get(REPORT, {"export": "csv"}).streaming_content
    assert len(b"".join(lines).splitlines()) == 123
