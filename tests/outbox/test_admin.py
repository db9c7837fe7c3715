"""Mail in the admin: what staff see of it, what they may do, and what nobody is shown."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html

from accounts.models import User
from outbox import addresses, outlet, resending
from outbox.addresses import address_of
from outbox.messages import post
from outbox.models import Address, Batch, Mail, MailState, Outlet, StopReason
from outbox.sending import _claim
from outbox.trouble import TROUBLE

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

MAILS, ADDRESSES, MESSAGES = "/admin/mail/", "/admin/mail/addresses/", "/admin/mail/messages/"


@pytest.fixture
def sign_in(client) -> Callable[..., User]:
    """A function that signs somebody in: with a role, or with the admin and single rights."""

    def sign_in_one(*rights: str, role: str = "") -> User:
        user = User.objects.create_user("ines@ill.example.org")
        if role:
            user.groups.add(Group.objects.get(name=role))
        codenames = ["access_admin", *rights]
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return user

    return sign_in_one


def make_mail(to: str = "reader@example.org", **fields) -> Mail:
    problem = "454 Try again later"
    mail = post(TROUBLE, to, {"problem": problem, "mail_url": "http://localhost:8000/admin/mail/"})
    Mail.objects.filter(pk=mail.pk).update(**fields)
    mail.refresh_from_db()
    return mail


def ended(state: str, **fields) -> dict:
    now = timezone.now()
    reason = "" if state == MailState.SENT else "550 No such user here"
    return {"state": state, "ended_at": now, "attempts": 3, "reason": reason, **fields}


def page_of(response) -> html.HtmlElement:
    assert response.status_code == 200
    return html.fromstring(response.content)


def rows(response) -> list[list[str]]:
    return [
        [" ".join(cell.text_content().split()) for cell in row.cssselect("td")]
        for row in page_of(response).cssselect("table.listing tbody tr")
    ]


def words(response) -> str:
    return " ".join(page_of(response).cssselect("main")[0].text_content().split())


def told(response) -> str:
    messages = html.fromstring(response.content).cssselect(".messages")
    return " ".join(messages[0].text_content().split())


def every_view(mail: Mail) -> dict[str, tuple[str, str]]:
    """Every address of mail in the admin, with the right to see it and that to do it."""
    Batch.objects.create(name="chats/7", paused_at=timezone.now())
    names = {
        "view_mail change_mail": [
            ("index", []),
            ("results", []),
            ("mail", [mail.pk]),
            ("mail_html", [mail.pk]),
            ("kinds", []),
            ("kind", ["mail_trouble"]),
            ("kind_html", ["mail_trouble"]),
        ],
        "view_address change_address": [("addresses", []), ("addresses_results", [])],
        "change_mail": [
            ("failed_again", []),
            ("again", [mail.pk]),
            ("do_not_send", [mail.pk]),
            ("release", []),
            ("give_up", []),
            ("try_now", []),
            ("go_on", ["chats/7"]),
        ],
        "change_address": [("reopen", [mail.address_id]), ("stop", [mail.address_id])],
    }
    return {
        reverse(f"outbox:{name}", args=args): rights
        for rights, views in names.items()
        for name, args in views
    }


def test_every_view_is_among_those_tried():
    from outbox.admin.urls import urlpatterns

    assert len(every_view(make_mail())) == len(urlpatterns)


@pytest.mark.parametrize(
    "rights",
    [
        None,
        "",
        "view_mail",
        "change_mail",
        "view_address",
        "change_address",
        "view_mail change_mail view_address change_address",
    ],
)
def test_who_may(client, sign_in, rights):
    mail = make_mail()
    if rights is not None:
        sign_in(*rights.split())
    held = set((rights or "").split())
    for address, needed in every_view(mail).items():
        may = bool(held & set(needed.split()))
        before = list(Mail.objects.values()), list(Address.objects.values())
        shown, done = client.get(address), client.post(address)
        if may:
            assert shown.status_code == 200, address
            assert done.status_code in {302, 405}, address
            continue
        where = "/admin/login/" if rights is None else "/admin/"
        assert (shown.status_code, shown.url.partition("?")[0]) == (302, where), address
        # 405: of a view that only shows.
        assert done.status_code in {302, 405}, address
        assert before == (list(Mail.objects.values()), list(Address.objects.values()))


@pytest.mark.parametrize(
    ("role", "may"),
    [("Administrators", True), ("Editors", False), ("Moderators", False), ("Guest hosts", False)],
)
def test_roles(client, sign_in, role, may):
    mail = make_mail()
    sign_in(role=role)
    for address in every_view(mail):
        assert client.get(address).status_code == (200 if may else 302)
    menu = client.get("/admin/").content.decode()
    assert (MAILS in menu, ADDRESSES in menu, MESSAGES in menu) == (may, may, may)
    letterhead = client.get("/admin/settings/outbox/letterhead/", follow=True)
    assert ("postal address" in letterhead.content.decode().lower()) == may


def test_rights_can_be_given_to_other_roles(client):
    client.force_login(User.objects.create_superuser("root@ill.example.org"))
    group = Group.objects.get(name="Organisers")
    page = page_of(client.get(f"/admin/groups/edit/{group.pk}/"))
    for codename in ("view_mail", "change_mail", "view_address", "change_address"):
        right = Permission.objects.get(content_type__app_label="outbox", codename=codename)
        assert page.cssselect(f"input[name=permissions][value='{right.pk}']")


def test_each_mail_in_a_row_the_newest_first(client, sign_in):
    sign_in("view_mail")
    make_mail("first@example.org", **ended(MailState.FAILED))
    make_mail("second@example.org", kind="", subject="Reset your password")
    found = rows(client.get(MAILS))
    assert [row[:4] for row in found] == [
        ["Reset your password", "second@example.org", "other", "waiting"],
        [
            "Desk to Desk: mail does not go as it should",
            "first@example.org",
            "Mail does not go as it should",
            "failed 550 No such user here",
        ],
    ]
    assert [row[6] for row in found] == ["0", "3"]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"state": "failed"}, ["c", "b"]),
        ({"state": "sent"}, ["a"]),
        ({"kind": "mail_trouble"}, ["d", "c", "a"]),
        ({"kind": "other"}, ["b"]),
        ({"batch": "chats/7"}, ["c"]),
        ({"priority": "3"}, ["d"]),
        ({"q": "C@EXAMPLE"}, ["c"]),
        ({"q": "password"}, ["b"]),
        ({"q": "password", "state": "sent"}, []),
        ({"state": "nothing"}, ["d", "c", "b", "a"]),
    ],
)
def test_the_list_is_narrowed(client, sign_in, chosen, found):
    sign_in("view_mail")
    make_mail("a@example.org", **ended(MailState.SENT))
    make_mail("b@example.org", **ended(MailState.FAILED, kind="", subject="Your password"))
    make_mail("c@example.org", **ended(MailState.FAILED, batch="chats/7"))
    make_mail("d@example.org", priority=3)
    for address in (MAILS, f"{MAILS}results/"):
        assert [row[1][0] for row in rows(client.get(address, chosen))] == found


def test_pages_of_fifty_in_a_fixed_number_of_queries(client, sign_in):
    sign_in("change_mail", "change_address")
    for n in range(3):
        make_mail(f"reader{n}@example.org")

    def count(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert not [query for query in queries.captured_queries if '"packed"' in query["sql"]]
        return len(queries)

    few = {address: count(address) for address in (MAILS, ADDRESSES)}
    assert max(few.values()) <= 18
    for n in range(3, 60):
        make_mail(f"reader{n}@example.org")
    assert {address: count(address) for address in few} == few
    assert len(rows(client.get(MAILS))) == 50
    assert len(rows(client.get(MAILS, {"p": "2"}))) == 10


def test_a_mail_with_all_that_is_known_of_it(client, sign_in):
    sign_in("view_mail")
    mail = make_mail(**ended(MailState.FAILED, batch="chats/7"))
    response = client.get(f"{MAILS}{mail.pk}/")
    shown = words(response)
    for part in (mail.subject, "reader@example.org", "550 No such user here", "chats/7"):
        assert part in shown
    assert mail.message_id in shown
    assert "454 Try again later" in shown
    assert "MIME-Version: 1.0" in shown
    page = page_of(response)
    assert not page.cssselect("main form")
    [frame] = page.cssselect("main iframe")
    assert frame.get("sandbox") == ""
    part = client.get(frame.get("src"))
    assert "454 Try again later" in part.getvalue().decode()
    policy = part["Content-Security-Policy"]
    for rule in ("default-src 'none'", "frame-ancestors 'self'", "sandbox"):
        assert rule in policy.split("; ")
    assert "script-src" not in policy
    assert "no-store" in part["Cache-Control"]


@pytest.mark.parametrize("state", MailState.values)
def test_a_secret_is_shown_to_nobody(client, sign_in, state):
    sign_in("view_mail", "change_mail")
    mail = make_mail(is_secret=True, state=state)
    response = client.get(f"{MAILS}{mail.pk}/")
    assert "shown to nobody but its reader" in words(response)
    assert b"454 Try again later" not in response.content
    assert b"MIME-Version" not in response.content
    assert not page_of(response).cssselect("main iframe, main pre")
    assert client.get(f"{MAILS}{mail.pk}/html/").status_code == 404


def test_what_is_not_kept_is_said(client, sign_in):
    sign_in("change_mail")
    mail = make_mail(**ended(MailState.SENT, packed=b""))
    shown = words(client.get(f"{MAILS}{mail.pk}/"))
    assert "What it said is not kept any more." in shown
    assert "It cannot be sent again." in shown
    assert client.get(f"{MAILS}{mail.pk}/html/").status_code == 404


@pytest.mark.parametrize("state", [MailState.FAILED, MailState.DROPPED])
def test_what_did_not_go_is_sent_again(client, sign_in, state):
    sign_in("change_mail")
    mail = make_mail(**ended(state, due_at=timezone.now() + timedelta(days=1), lease="gone"))
    [form] = page_of(client.get(f"{MAILS}{mail.pk}/")).cssselect("main form")
    response = client.post(form.get("action"), follow=True)
    assert "It waits to be sent" in told(response)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.reason, mail.lease) == (MailState.WAITING, 0, "", "")
    assert (mail.ended_at, mail.leased_until) == (None, None)
    assert [due.pk for due in _claim()] == [mail.pk]


def test_what_was_sent_goes_once_more_as_a_copy(client, sign_in):
    sign_in("change_mail")
    mail = make_mail(**ended(MailState.SENT, once="a", about="b", batch="c"))
    [link] = page_of(client.get(f"{MAILS}{mail.pk}/")).cssselect("main a.button")
    assert "has been sent this" in words(client.get(link.get("href")))
    response = client.post(link.get("href"), follow=True)
    copy = Mail.objects.exclude(pk=mail.pk).get()
    assert response.redirect_chain[-1][0] == f"{MAILS}{copy.pk}/"
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
    assert (copy.state, copy.attempts, copy.once) == (MailState.WAITING, 0, "")
    for name in ("content", "message_id", "address", "kind", "about", "batch", "subject"):
        assert getattr(copy, name) == getattr(mail, name)

    response = client.post(link.get("href"), follow=True)
    assert "A copy of it is waiting" in told(response)
    assert Mail.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"packed": b""}, "is not kept"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "Its time has passed"),
        ({"state": MailState.WAITING}, "waiting to be sent"),
    ],
)
@pytest.mark.parametrize("state", [MailState.FAILED, MailState.SENT])
def test_what_cannot_go_again_is_refused(client, sign_in, state, fields, why):
    sign_in("change_mail")
    mail = make_mail(**(ended(state) | fields))
    before = Mail.objects.values().get()
    response = client.post(f"{MAILS}{mail.pk}/again/", follow=True)
    assert why in told(response)
    assert Mail.objects.values().get() == before


def test_nothing_goes_to_a_stopped_address(client, sign_in):
    sign_in("change_mail")
    mail = make_mail(**ended(MailState.FAILED))
    addresses.stop(mail.address, StopReason.REFUSED, "550 No such user here")
    assert "Its address is stopped." in words(client.get(f"{MAILS}{mail.pk}/"))
    response = client.post(f"{MAILS}{mail.pk}/again/", follow=True)
    assert "Its address is stopped." in told(response)
    mail.refresh_from_db()
    assert mail.state == MailState.FAILED


def test_what_waits_is_given_up(client, sign_in):
    sign_in("change_mail")
    mail = make_mail()
    [form] = page_of(client.get(f"{MAILS}{mail.pk}/")).cssselect("main form")
    assert "It will not be sent." in told(client.post(form.get("action"), follow=True))
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (MailState.DROPPED, "Staff decided so.")
    assert not _claim()


def test_a_mail_in_a_workers_hands_is_left_to_it(client, sign_in):
    sign_in("change_mail")
    mail = make_mail()
    [claimed] = _claim()
    assert "Too late" in told(client.post(f"{MAILS}{mail.pk}/do-not-send/", follow=True))
    assert not resending.do_not_send(claimed)
    mail.refresh_from_db()
    assert (mail.state, mail.lease) == (MailState.WAITING, claimed.lease)


def test_a_mail_whose_worker_died_can_be_given_up():
    mail = make_mail(lease="gone", leased_until=timezone.now() - timedelta(seconds=1))
    assert resending.do_not_send(mail)


def test_a_mail_that_has_gone_is_not_given_up():
    mail = make_mail()
    Mail.objects.update(**ended(MailState.SENT))
    assert not resending.do_not_send(mail)


def test_a_state_seen_long_ago_does_not_count():
    mail = make_mail(**ended(MailState.FAILED))
    seen = Mail.objects.get(pk=mail.pk)
    resending.send_again(mail)
    [claimed] = _claim()
    with pytest.raises(resending.NotSentAgain):
        resending.send_again(seen)
    mail.refresh_from_db()
    assert mail.lease == claimed.lease


def test_all_that_failed_of_those_shown_are_sent_again(client, sign_in):
    sign_in("change_mail")
    again = [make_mail(f"a{n}@example.org", **ended(MailState.FAILED, batch="b")) for n in range(3)]
    past = timezone.now() - timedelta(seconds=1)
    gone = make_mail("gone@example.org", **ended(MailState.FAILED, batch="b", packed=b""))
    late = make_mail("late@example.org", **ended(MailState.FAILED, batch="b", expires_at=past))
    stopped = make_mail("stopped@example.org", **ended(MailState.FAILED, batch="b"))
    addresses.stop(stopped.address, StopReason.STAFF)
    other = make_mail("other@example.org", **ended(MailState.FAILED))
    sent = make_mail("sent@example.org", **ended(MailState.SENT, batch="b"))

    assert not page_of(client.get(MAILS)).cssselect(f"a[href^='{MAILS}failed-again/']")
    shown = page_of(client.get(MAILS, {"state": "failed", "batch": "b"}))
    [link] = shown.cssselect(f"a[href^='{MAILS}failed-again/']")
    assert link.text_content() == "Send all 6 failed again"
    assert "6 mails that failed are tried again" in words(client.get(link.get("href")))
    response = client.post(link.get("href"), follow=True)
    assert "3 mails wait anew. 3 cannot go again" in told(response)
    waiting = Mail.objects.waiting().values_list("pk", flat=True)
    assert set(waiting) == {mail.pk for mail in again}
    for mail in (gone, late, stopped, other):
        mail.refresh_from_db()
        assert mail.state == MailState.FAILED
    sent.refresh_from_db()
    assert sent.state == MailState.SENT


def test_all_failed_is_no_way_to_send_what_waits_or_went():
    make_mail("a@example.org", **ended(MailState.SENT))
    make_mail("b@example.org", **ended(MailState.DROPPED))
    make_mail("c@example.org")
    before = list(Mail.objects.values())
    assert resending.send_failed_again(Mail.objects.all()) == 0
    assert list(Mail.objects.values()) == before


def test_who_may_not_is_offered_nothing_to_do(client, sign_in):
    sign_in("view_mail", "view_address")
    outlet.hold("It was restored.")
    Batch.objects.create(name="chats/7", paused_at=timezone.now(), reason="5 of 5 failed")
    mail = make_mail(**ended(MailState.FAILED))
    for address in (f"{MAILS}?state=failed", f"{MAILS}{mail.pk}/", ADDRESSES):
        page = page_of(client.get(address))
        assert not page.cssselect("main form[method=post], .mail-trouble button, main a.button")
        assert not page.cssselect("main a[href$='/stop/']")


def test_held_mail_is_released(client, sign_in):
    sign_in("change_mail")
    outlet.hold("It was restored.")
    make_mail("a@example.org")
    make_mail("b@example.org")
    response = client.get(MAILS)
    assert "It was restored. 2 mails wait." in words(response)
    form, send, _give_up = page_of(response).cssselect(".mail-trouble form, .mail-trouble button")
    assert send.text_content() == "Release and send 2 waiting"
    assert "2 mails wait and go first" in words(client.get(form.get("action")))
    response = client.post(form.get("action"), follow=True)
    assert "2 mails leave now" in told(response)
    assert "held" not in words(response)
    assert Outlet.objects.get().held_at is None
    assert Mail.objects.waiting().count() == 2


def test_held_mail_is_given_up(client, sign_in):
    sign_in("change_mail")
    outlet.hold("It was restored.")
    make_mail()
    _send, give_up = page_of(client.get(MAILS)).cssselect(".mail-trouble button")
    assert give_up.text_content() == "Give up the 1 waiting, then release"
    assert "1 mail waits and will not be sent" in words(client.get(give_up.get("formaction")))
    assert "is given up" in told(client.post(give_up.get("formaction"), follow=True))
    assert Outlet.objects.get().held_at is None
    assert Mail.objects.get().state == MailState.DROPPED


def test_a_pause_is_ended(client, sign_in):
    sign_in("change_mail")
    outlet.note_away("454 Try again later")
    response = client.get(MAILS)
    assert "It said: “454 Try again later”" in words(response)
    [form] = page_of(response).cssselect(".mail-trouble form")
    response = client.post(form.get("action"), follow=True)
    assert Outlet.objects.get().paused_until is None
    assert "does not take" not in words(response)


def test_a_batch_goes_on(client, sign_in):
    sign_in("change_mail")
    Batch.objects.create(name="chats/7?", paused_at=timezone.now(), reason="5 of 5 failed")
    response = client.get(MAILS)
    assert "The batch “chats/7?” is paused. 5 of 5 failed" in words(response)
    [form] = page_of(response).cssselect(".mail-trouble form")
    assert "leaves now" in told(client.post(form.get("action"), follow=True))
    assert not Batch.objects.paused()


def test_nothing_wrong_is_one_quiet_line(client, sign_in):
    sign_in("change_mail")
    response = client.get(MAILS)
    assert not page_of(response).cssselect("main .help-block, .mail-trouble")
    assert "mail is kept in a folder of this machine" in words(response)
    assert "No mail yet." in words(response)
    assert not Outlet.objects.exists()


@pytest.mark.parametrize("right", ["view_mail", "change_mail", "view_address"])
def test_trouble_stands_on_the_first_page_for_those_who_may_see_it(client, sign_in, right):
    sign_in(right)
    may = right.endswith("_mail")
    assert "held" not in words(client.get("/admin/"))
    outlet.hold("It was restored.")
    Batch.objects.create(name="chats/7", paused_at=timezone.now(), reason="5 of 5 failed")
    shown = words(client.get("/admin/"))
    assert ("All mail is held. It was restored." in shown) == may
    assert ("The batch “chats/7” is paused. 5 of 5 failed" in shown) == may


def test_addresses_are_listed_stopped_and_opened(client, sign_in):
    sign_in("change_address")
    addresses.prove("proven@example.org")
    addresses.note_bounce(address_of("gone@example.org"), "550 5.1.1 Unknown", permanent=True)
    response = client.get(ADDRESSES)
    gone, proven = rows(response)
    assert gone[0] == "gone@example.org"
    assert gone[1:3] == ["", "1"]
    assert gone[3].startswith("came back")
    assert gone[4:] == ["550 5.1.1 Unknown", "Send there again: gone@example.org"]
    assert proven[1] != ""
    assert proven[2:] == ["0", "", "", "Stop: proven@example.org"]

    again, stop = page_of(response).cssselect("td a[href$='/reopen/'], td a[href$='/stop/']")
    for link in (again, stop):
        assert page_of(client.get(link.get("href"))).cssselect("main form button")
        client.post(link.get("href"))
    assert addresses.is_open("gone@example.org")
    stopped = Address.objects.stopped().get()
    assert (stopped.email, stopped.stop_reason) == ("proven@example.org", StopReason.STAFF)


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"stopped": "bounced"}, ["gone"]),
        ({"stopped": "staff"}, []),
        ({"stopped": "no"}, ["new", "proven"]),
        ({"proven": "yes"}, ["proven"]),
        ({"proven": "no"}, ["gone", "new"]),
        ({"q": "NEW@"}, ["new"]),
        ({}, ["gone", "new", "proven"]),
    ],
)
def test_addresses_are_narrowed(client, sign_in, chosen, found):
    sign_in("view_address")
    address_of("new@example.org")
    addresses.prove("proven@example.org")
    addresses.note_bounce(address_of("gone@example.org"), "550", permanent=True)
    for address in (ADDRESSES, f"{ADDRESSES}results/"):
        shown = [row[0].partition("@")[0] for row in rows(client.get(address, chosen))]
        assert shown == found


def test_an_address_leads_to_its_mails_for_those_who_may_see_them(client, sign_in):
    user = sign_in("view_address")
    make_mail("a+b@example.org")
    assert not page_of(client.get(ADDRESSES)).cssselect("td.title a")
    user.user_permissions.add(Permission.objects.get(codename="view_mail"))
    [link] = page_of(client.get(ADDRESSES)).cssselect("td.title a")
    assert [row[1] for row in rows(client.get(link.get("href")))] == ["a+b@example.org"]


def test_each_message_is_shown_with_its_example(client, sign_in):
    sign_in("view_mail")
    links = page_of(client.get(MESSAGES)).cssselect("main td a")
    assert "Mail does not go as it should" in [link.text_content() for link in links]
    for link in links:
        response = client.get(link.get("href"))
        wide, narrow = page_of(response).cssselect("main iframe")
        assert (wide.get("width"), narrow.get("width")) == ("600", "360")
        assert (wide.get("sandbox"), narrow.get("sandbox")) == ("", "")
        assert page_of(response).cssselect("main pre")[0].text_content().strip()
        part = client.get(wide.get("src"))
        assert part.status_code == 200
        assert "default-src 'none'" in part["Content-Security-Policy"]
    assert client.get(f"{MESSAGES}nothing/").status_code == 404


@pytest.mark.parametrize(
    ("scheme", "rule", "meta"),
    [("light", "not all", "light"), ("dark", "all", "dark"), ("x", "not all", "light")],
)
def test_a_message_is_shown_in_the_scheme_that_is_chosen(client, sign_in, scheme, rule, meta):
    sign_in("view_mail")
    shown = client.get(f"{MESSAGES}mail_trouble/html/", {"scheme": scheme}).getvalue().decode()
    assert f"@media {rule} {{" in shown
    assert f'<meta name="color-scheme" content="{meta}">' in shown


def test_there_is_no_way_to_write_or_delete(client, sign_in):
    sign_in(role="Administrators")
    mail = make_mail()
    for part in ("add/", "new/", f"edit/{mail.pk}/", f"{mail.pk}/delete/", f"delete/{mail.pk}/"):
        assert client.get(f"{MAILS}{part}").status_code == 404
