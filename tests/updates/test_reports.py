"""What became of what was told: counted while mails are there, and kept when they are gone."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from accounts.models import User
from outbox import purging, sending
from outbox.addresses import address_of, stop
from outbox.models import Batch, Mail, MailState, StopReason
from tests.factories.blog import make_post
from tests.factories.updates import make_announcement, make_list, make_subscription, tell_all
from updates import announcements, news, reports, subscriptions
from updates.announcements import ref_of
from updates.following import Ref
from updates.models import Announcement, AnnouncementList, EndedBy, Notice, Pace, Subscription
from updates.reports import Report

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 3, 4, 15, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
DELIVERED = "/admin/updates/delivered/"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def north() -> AnnouncementList:
    return make_list("Northern libraries")


def sign_in(client, *rights: str, role: str = "") -> None:
    user = User.objects.create_user("ed@ill.example.org")
    if role:
        user.groups.add(Group.objects.get(name=role))
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *rights]))
    client.force_login(user)


def words_of(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def main_of(client, address: str) -> html.HtmlElement:
    answer = client.get(address)
    assert answer.status_code == 200
    return html.fromstring(answer.content).cssselect("main")[0]


def desk(one: Announcement) -> str:
    return f"/admin/updates/announcements/{one.pk}/"


def facts_of(main: html.HtmlElement) -> dict[str, str]:
    return {words_of(it): words_of(it.getnext()) for it in main.cssselect(".mail-facts > dt")}


def report_of(one: Announcement) -> Report:
    return reports.report_of(Announcement.objects.get(pk=one.pk))


def end(who: str, by: EndedBy) -> None:
    subscriptions.stop(Subscription.objects.filter(subscriber__email=who), by)


def send_to_all_kinds(north: AnnouncementList, mail_server) -> Announcement:
    """Send to somebody of each fate; mails have left, and the first digests."""
    for name in ("ok", "also-ok", "gone.refused", "unsubscribed", "stopped", "staff-ended"):
        make_subscription(f"{name}@example.org", ref_of(north))
    make_subscription("daily@example.org", ref_of(north), Pace.DAILY)
    make_subscription("weekly@example.org", ref_of(north), Pace.WEEKLY)
    make_subscription("ended@example.org", ref_of(north), Pace.WEEKLY)
    one = make_announcement([north])
    announcements.send(one, None)
    tell_all()
    end("unsubscribed@example.org", EndedBy.ONE_CLICK)
    end("ended@example.org", EndedBy.THEMSELVES)
    stop(address_of("stopped@example.org"), StopReason.BOUNCED)
    return one


def test_each_fate_is_counted(client, clock, north, mail_server):
    one = send_to_all_kinds(north, mail_server)
    assert report_of(one) == Report(
        is_spread=True,
        written=6,
        waiting=6,
        digest_waiting=2,
        ended=1,
        ended_in_mail=1,
    )
    sending.send_due()
    clock.shift(DAY)
    tell_all()
    sending.send_due()
    end("also-ok@example.org", EndedBy.THEMSELVES)
    end("staff-ended@example.org", EndedBy.STAFF)
    counted = Report(
        is_spread=True,
        written=6,
        sent=3,
        failed=1,
        unsubscribed=1,
        stopped=1,
        digest_waiting=1,
        digest_told=1,
        ended=2,
        ended_in_mail=1,
    )
    assert report_of(one) == counted
    assert counted.written == counted.sent + counted.failed + counted.dropped
    sign_in(client, role="Editors")
    main = main_of(client, desk(one))
    assert facts_of(main) == {
        "Lists": "Northern libraries",
        "Mails at once": "6",
        "Sent": "3",
        "Failed": "1",
        "Not sent": "1 had unsubscribed meanwhile 1 whose address takes no mail any more",
        "Told in a digest": "1",
        "Wait for their digest": "1",
        "Ended a list of it": "2 within a week, 1 of them by the link in a mail",
    }
    assert "gone.refused@example.org" not in words_of(main)


def test_what_servers_said_is_for_who_may_see_mail(client, clock, north, mail_server):
    one = send_to_all_kinds(north, mail_server)
    sending.send_due()
    sign_in(client, "view_announcement", "view_mail")
    main = main_of(client, desk(one))
    reason = Mail.objects.get(state=MailState.FAILED).reason
    assert [words_of(it) for it in main.cssselect(".update-said q")] == [" ".join(reason.split())]
    (failed,) = [it.get("href") for it in main.cssselect("dd a") if words_of(it) == "which"]
    page = html.fromstring(client.get(failed).content)
    rows = page.cssselect("main tbody tr")
    assert len(rows) == 1
    assert "gone.refused@example.org" in words_of(rows[0])


def test_a_report_outlives_its_mails(client, clock, north, mail_server):
    one = send_to_all_kinds(north, mail_server)
    sending.send_due()
    for _day in range(27):
        clock.shift(DAY)
        tell_all()
        sending.send_due()
        reports.keep()
    kept = report_of(one)
    assert (kept.written, kept.sent, kept.digest_told, kept.ended) == (6, 3, 2, 1)
    for _day in range(130):
        clock.shift(DAY)
        purging.purge()
        subscriptions.clean()
        reports.keep()
    assert not Mail.objects.exists()
    later = report_of(one)
    assert later.counted_at
    counts = (later.written, later.sent, later.failed, later.digest_told, later.ended)
    assert counts == (6, 3, 1, 2, 1)
    sign_in(client, role="Editors")
    main = main_of(client, desk(one))
    assert "As it was four weeks after" in words_of(main)
    assert facts_of(main)["Sent"] == "3"
    assert "example.org" not in str(Announcement.objects.get().report)


def test_a_paused_batch_is_said_and_let_go_where_one_may(client, clock, north):
    make_subscription("a@example.org", ref_of(north))
    one = make_announcement([north])
    announcements.send(one, None)
    tell_all()
    batch = reports.notice_of(one).batch
    Batch.objects.create(name=batch, paused_at=timezone.now(), reason="5 of 5 mails failed.")
    sign_in(client, "view_announcement")
    main = main_of(client, desk(one))
    assert "Its mails are paused. 5 of 5 mails failed." in words_of(main)
    assert "/admin/mail/go-on/" not in html.tostring(main, encoding="unicode")
    User.objects.get(email="ed@ill.example.org").user_permissions.add(
        *Permission.objects.filter(codename="change_mail")
    )
    (link,) = [
        it.get("href")
        for it in main_of(client, desk(one)).cssselect("a.button")
        if words_of(it) == "Let the rest go"
    ]
    assert client.post(link).status_code == 302
    assert not Batch.objects.paused().exists()
    assert "Its mails are paused" not in words_of(main_of(client, desk(one)))


def test_what_was_never_told_has_an_empty_report(clock, north):
    assert report_of(make_announcement([north], sent_at=NOW)) == Report()
    reports.keep()


def test_what_ended_later_or_was_never_told_does_not_count(clock, north):
    make_subscription("a@example.org", ref_of(north))
    make_subscription("late@example.org", ref_of(north))
    make_subscription("before@example.org", ref_of(north))
    end("before@example.org", EndedBy.ONE_CLICK)
    one = make_announcement([north])
    announcements.send(one, None)
    tell_all()
    clock.shift(8 * DAY)
    end("late@example.org", EndedBy.ONE_CLICK)
    assert report_of(one).ended == 0


def test_what_went_out_is_listed(client, home, clock, north):
    make_subscription("a@example.org", Ref("posts"))
    make_subscription("b@example.org", Ref("posts"), Pace.DAILY)
    make_subscription("a@example.org", ref_of(north))
    sign_in(client, "view_announcement", "view_mail")
    assert "Nothing was told in the last 30 days." in words_of(main_of(client, DELIVERED))
    post = make_post("<b>New</b> labels", date="2026-03-04")
    gone = make_post("Old labels", date="2026-03-04")
    clock.shift(news.SETTLES_IN)
    tell_all()
    gone.delete()
    clock.shift(60)
    announcements.send(make_announcement([north]), None)
    tell_all()
    make_announcement([north], "A draft")
    rows = [words_of(row) for row in main_of(client, DELIVERED).cssselect("tbody tr")]
    assert rows == [
        "Closed on Monday Announcements March 4, 2026, 10:06 a.m. 1 mail at once: 1 waiting "
        "0 in digests, 0 wait",
        "deleted since From the blog March 4, 2026, 10:05 a.m. 1 mail at once: 1 waiting "
        "0 in digests, 1 wait",
        "<b>New</b> labels From the blog March 4, 2026, 10:05 a.m. 1 mail at once: 1 waiting "
        "0 in digests, 1 wait",
    ]
    links = [it.get("href") for it in main_of(client, DELIVERED).cssselect("tbody a")]
    assert f"/admin/pages/{post.pk}/edit/" in links
    assert client.get(next(it for it in links if "/admin/mail/" in it)).status_code == 200
    clock.shift(DAY)
    tell_all()
    rows = [words_of(row) for row in main_of(client, DELIVERED).cssselect("tbody tr")]
    assert rows[2].endswith("1 mail at once: 1 waiting 1 in digests, 0 wait")
    clock.shift(31 * DAY)
    assert not reports.told_lately().exists()


def test_the_list_asks_no_more_for_more(client, clock, north):
    sign_in(client, "view_announcement", "view_mail")

    def send_some(number: int) -> None:
        for n in range(number):
            announcements.send(make_announcement([north], f"Number {n}"), None)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            main_of(client, DELIVERED)
        return len(asked)

    send_some(2)
    tell_all()
    main_of(client, DELIVERED)
    few = queries()
    send_some(20)
    tell_all()
    assert queries() == few
    assert Notice.objects.count() == 22
