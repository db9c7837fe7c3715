"""The nightly round: what is read, followed, noted and forgotten, and when."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from accounts.models import User
from core import http
from core.due import due_work
from guides.models import GuideIndexPage, GuidePage
from operate.links import following, rounds
from operate.links.settling import check_now, say_right, take_up_again
from operate.models import Fault, LinkKind, PageLink, PageReading
from operate.worker import Worker
from tests.factories.guides import as_stored, make_guide
from tests.operate.links_server import elsewhere as servers
from tests.operate.links_server import hang_up, page

NOON = "2026-03-10 12:00 -0400"


@pytest.fixture
def clock(monkeypatch):
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def elsewhere(monkeypatch, home):
    with servers(monkeypatch) as server:
        yield server


@pytest.fixture
def root(home):
    return User.objects.create_superuser("root@ill.example.org")


def guide_with(*hrefs: str, title: str = "Renew a loan", **fields) -> GuidePage:
    html = " ".join(f'<a href="{href}">{href}</a>' for href in hrefs)
    return make_guide(title=title, sections=[("One", [("text", html)])], **fields)


def rewrite(guide: GuidePage, *hrefs: str) -> None:
    html = " ".join(f'<a href="{href}">{href}</a>' for href in hrefs)
    guide.body = as_stored([("One", [("text", html)])])
    guide.save()


def whole_round() -> None:
    while rounds.look_after_links():
        pass


def a_day_later(clock) -> None:
    clock.shift(timedelta(days=1))


def broken() -> set[str]:
    return set(PageLink.objects.broken().values_list("address", flat=True))


def link(address: str) -> PageLink:
    return PageLink.objects.get(address=address)


def test_links_of_public_pages_alone(clock, elsewhere):
    guide_with("/nothing/", title="Public")
    guide_with("/draft/", title="Draft", live=False)
    private = guide_with("/private/", title="Private")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    expired = guide_with("/expired/", title="Expired")
    GuidePage.objects.filter(pk=expired.pk).update(expire_at=timezone.now())
    whole_round()
    assert broken() == {"/nothing/"}
    assert PageLink.objects.filter(address__in=["/draft/", "/private/", "/expired/"]).count() == 0


def test_each_kind_of_fault_at_once_or_in_time(clock, elsewhere):
    elsewhere.pages |= {
        "good.test/": page(200),
        "good.test/gone": page(410),
        "good.test/fails": page(503),
        "good.test/closed": page(403),
        "good.test/hangs": hang_up,
    }
    target = guide_with(title="Target")
    guide_with(
        "/nothing/",
        target.url,
        "http://good.test/",
        "http://good.test/gone",
        "http://good.test/fails",
        "http://good.test/closed",
        "http://good.test/hangs",
        "http://nosuch.test/",
        "javascript:alert(1)",
    )
    at_once = {"/nothing/", "http://good.test/gone", "http://nosuch.test/", "javascript:alert(1)"}
    whole_round()
    assert broken() == at_once
    a_day_later(clock)
    whole_round()
    assert broken() == at_once
    a_day_later(clock)
    whole_round()
    assert broken() == at_once | {"http://good.test/fails", "http://good.test/hangs"}
    failing = link("http://good.test/fails")
    assert failing.failing_since == timezone.now() - timedelta(days=2)
    elsewhere.pages["good.test/fails"] = page(200)
    a_day_later(clock)
    whole_round()
    assert "http://good.test/fails" not in broken()
    assert (link("http://good.test/fails").failures, link("http://good.test/fails").fault) == (
        0,
        "",
    )


def test_three_times_a_day_are_one_day(clock, elsewhere):
    elsewhere.pages["good.test/x"] = page(503)
    guide_with("http://good.test/x")
    whole_round()
    for _time in range(3):
        check_now(link("http://good.test/x"))
    assert link("http://good.test/x").failures == 1
    assert not broken()


def test_fine_ones_are_asked_once_a_week_failing_ones_daily(clock, elsewhere):
    elsewhere.pages |= {"good.test/fine": page(200), "good.test/gone": page(404)}
    guide_with("http://good.test/fine", "http://good.test/gone")
    asked = []
    for _day in range(8):
        whole_round()
        whole_round()
        asked.append([place for method, place in elsewhere.seen if method == "HEAD"])
        elsewhere.seen.clear()
        a_day_later(clock)
    assert [len(day) for day in asked] == [2, 1, 1, 1, 1, 1, 1, 2]


def test_the_same_address_on_many_pages_is_asked_once(clock, elsewhere):
    elsewhere.pages["good.test/x"] = page(200)
    for n in range(4):
        guide_with("http://good.test/x", title=f"Guide {n}")
    whole_round()
    guide_with("http://good.test/x", title="Another")
    a_day_later(clock)
    whole_round()
    assert len(elsewhere.seen) == 1
    assert PageLink.objects.filter(checked_at=None).count() == 0


def test_no_more_than_so_many_a_night(clock, elsewhere, monkeypatch):
    monkeypatch.setattr(rounds, "MOST_OUTSIDE", 5)
    elsewhere.pages |= {f"good.test/{n}": page(200) for n in range(12)}
    guide_with(*(f"http://good.test/{n}" for n in range(12)))
    counts = []
    for _night in range(3):
        whole_round()
        counts.append(len(elsewhere.seen))
        a_day_later(clock)
    assert counts == [5, 10, 12]


def test_what_is_no_more_is_taken_out(clock, elsewhere):
    guide = guide_with("/nothing/", "/nowhere/")
    whole_round()
    rewrite(guide, "/nowhere/")
    a_day_later(clock)
    whole_round()
    assert broken() == {"/nowhere/"}
    guide.unpublish()
    a_day_later(clock)
    whole_round()
    assert not PageLink.objects.filter(page=guide).exists()
    assert not PageReading.objects.filter(page=guide).exists()


def test_words_and_place_follow_the_page(clock, elsewhere):
    guide = make_guide(sections=[("One", [("text", '<a href="/nothing/">old words</a>')])])
    whole_round()
    first = link("/nothing/").pk
    guide.body = as_stored([("Two", [("text", '<a href="/nothing/">new words</a>')])])
    guide.save()
    a_day_later(clock)
    whole_round()
    again = link("/nothing/")
    assert (again.pk, again.words, again.place) == (first, "new words", "Two")


def test_all_right_holds_until_the_address_changes(clock, elsewhere, root):
    guide = guide_with("/nothing/")
    whole_round()
    say_right(link("/nothing/"), root)
    assert not broken()
    a_day_later(clock)
    whole_round()
    assert not broken()
    # Also while the page is down for a while.
    guide.unpublish()
    a_day_later(clock)
    whole_round()
    guide.save_revision().publish()
    guide = GuidePage.objects.get(pk=guide.pk)
    a_day_later(clock)
    whole_round()
    assert not broken()
    assert link("/nothing/").ignored_by == root
    rewrite(guide, "/nothing/else/")
    a_day_later(clock)
    whole_round()
    assert broken() == {"/nothing/else/"}
    assert PageLink.objects.filter(page=guide).count() == 1


def test_taken_up_again(clock, elsewhere, root):
    guide_with("/nothing/")
    whole_round()
    say_right(link("/nothing/"), root)
    assert take_up_again(link("/nothing/"), root) == 1
    assert broken() == {"/nothing/"}


def test_where_no_server_has_a_name_our_own_way_out_may_be_closed(clock, elsewhere):
    elsewhere.pages["good.test/x"] = page(200)
    elsewhere.away = True
    guide_with("http://good.test/x", "http://nosuch.test/")
    whole_round()
    assert not broken()
    assert link("http://nosuch.test/").fault == Fault.SILENT
    elsewhere.away = False
    a_day_later(clock)
    whole_round()
    assert link("http://good.test/x").fault == ""


def test_killed_and_begun_again(clock, elsewhere, monkeypatch):
    elsewhere.pages |= {f"good.test/{n}": page(404) for n in range(6)}
    guide_with(*(f"http://good.test/{n}" for n in range(6)))
    follow, followed = rounds.follow, []

    def killed(each, client):
        if len(followed) == 3:
            raise KeyboardInterrupt
        followed.append(each.address)
        return follow(each, client)

    monkeypatch.setattr(rounds, "follow", killed)
    with pytest.raises(KeyboardInterrupt):
        whole_round()
    monkeypatch.setattr(rounds, "follow", follow)
    whole_round()
    assert len(broken()) == 6
    asked = [place for method, place in elsewhere.seen if method == "HEAD"]
    assert len(asked) == len(set(asked)) == 6


def test_killed_while_reading(clock, elsewhere, monkeypatch):
    monkeypatch.setattr(rounds, "PAGES_AT_ONCE", 1)
    for n in range(3):
        guide_with("/nothing/", title=f"Guide {n}")
    mark, marked = rounds._mark_read, []

    def killed(pks):
        if len(marked) == 4:
            raise KeyboardInterrupt
        marked.append(pks)
        mark(pks)

    monkeypatch.setattr(rounds, "_mark_read", killed)
    with pytest.raises(KeyboardInterrupt):
        whole_round()
    monkeypatch.setattr(rounds, "_mark_read", mark)
    whole_round()
    assert PageLink.objects.filter(address="/nothing/").count() == 3


def test_a_page_that_cannot_be_read_keeps_no_other(clock, elsewhere, monkeypatch, caplog):
    odd = guide_with("/nothing/", title="Odd")
    guide_with("/nowhere/", title="Even")
    url = GuidePage.url.fget
    monkeypatch.setattr(
        GuidePage, "url", property(lambda self: 1 / 0 if self.pk == odd.pk else url(self))
    )
    PageLink.objects.create(page=odd, key="k", kind=LinkKind.ODD, address="kept")
    whole_round()
    assert "/nowhere/" in broken()
    assert PageLink.objects.filter(address="kept").exists()
    assert f"Links of page {odd.pk} are not read" in caplog.text


def test_in_parts(clock, elsewhere, monkeypatch):
    monkeypatch.setattr(rounds, "PART", 0.0)
    guide_with("/nothing/", "/nowhere/")
    parts = 1
    while rounds.look_after_links():
        parts += 1
    assert parts >= 3
    assert len(broken()) == 2


def test_a_worker_that_is_told_to_leave_ends_after_the_part(clock, elsewhere, monkeypatch):
    monkeypatch.setattr(rounds, "PART", 0.0)
    monkeypatch.setattr("operate.worker.close_old_connections", lambda: None)
    elsewhere.pages |= {f"good.test/{n}": page(200) for n in range(5)}
    guide_with(*(f"http://good.test/{n}" for n in range(5)))
    [work] = [work for work in due_work if work.name == "links"]
    worker = Worker([work])
    follow, seen = rounds.follow, []

    def leaving(each, client):
        seen.append(each.address)
        if each.kind == LinkKind.OUTSIDE:
            worker.leave()
        return follow(each, client)

    monkeypatch.setattr(rounds, "follow", leaving)
    assert worker.run_once() == []
    assert len([address for address in seen if address.startswith("http")]) == 1
    assert Worker([work]).run_once() == []
    assert PageLink.objects.filter(checked_at=None).count() == 0


def test_another_worker_at_the_same_time(clock, elsewhere, monkeypatch):
    guide = guide_with("/nothing/")

    def meanwhile(new):
        monkeypatch.undo()
        rounds._read(GuidePage, [guide.pk])

    monkeypatch.setattr(rounds, "_give_findings", meanwhile)
    rounds._read(GuidePage, [guide.pk])
    assert PageLink.objects.filter(page=guide).count() == 1


def test_a_page_deleted_while_it_is_read(clock, elsewhere):
    guide = guide_with("/nothing/")
    Page.objects.get(pk=guide.pk).delete()
    rounds._mark_read([guide.pk])
    assert not PageReading.objects.filter(pk=guide.pk).exists()


def test_reading_costs_as_many_queries_for_many_links(
    clock, elsewhere, django_assert_max_num_queries
):
    few = [guide_with(*(f"/a/{n}/" for n in range(3)), title=f"Few {n}").pk for n in range(2)]
    many = [guide_with(*(f"/b/{n}/" for n in range(90)), title=f"Many {n}").pk for n in range(8)]
    rounds._read(GuidePage, few)
    with django_assert_max_num_queries(24):
        rounds._read(GuidePage, many)
    with django_assert_max_num_queries(9):
        rounds._read(GuidePage, many)
    assert PageLink.objects.count() == 6 + 720


def test_ten_thousand_links(clock, elsewhere):
    index = GuideIndexPage.objects.get()
    for n in range(25):
        text = " ".join(f'<a href="/x/{n}/{m}/">w</a>' for m in range(400))
        body = as_stored([("One", [("text", text)])])
        index.add_child(instance=GuidePage(title=f"Guide {n}", summary="s", body=body))
    began = time.perf_counter()
    rounds.read_pages(rounds.tonight())
    assert PageLink.objects.filter(address__startswith="/x/").count() == 10_000
    assert time.perf_counter() - began < 60


class TestCommand:
    def test_nothing_broken(self, clock, elsewhere, capsys):
        call_command("check_links")
        assert "Every link leads somewhere." in capsys.readouterr().out

    def test_a_table_and_a_failure(self, clock, elsewhere, capsys):
        elsewhere.pages["good.test/gone"] = page(404)
        guide_with("/nothing/", "http://good.test/gone")
        with pytest.raises(CommandError, match="Links that lead nowhere: 2") as failure:
            call_command("check_links")
        assert failure.value.returncode == 1
        heading, *lines = capsys.readouterr().out.splitlines()
        assert heading.split() == ["Page", "Words", "Leads", "to", "What", "is", "wrong"]
        assert len(lines) == 2
        assert lines[0].startswith("/guides/renew-a-loan/")
        assert "Nothing is at this address, since 2026-03-10" in lines[0]

    def test_inside_only(self, clock, elsewhere, capsys):
        elsewhere.pages["good.test/gone"] = page(404)
        guide_with("http://good.test/gone")
        call_command("check_links", "--inside-only")
        assert not elsewhere.seen
        guide_with("/nothing/", title="Other")
        with pytest.raises(CommandError, match=": 1"):
            call_command("check_links", "--inside-only")
        assert not elsewhere.seen

    def test_what_was_set_right_is_right_at_once(self, clock, elsewhere):
        guide = guide_with("/nothing/")
        with pytest.raises(CommandError):
            call_command("check_links")
        rewrite(guide, "/guides/")
        clock.shift(timedelta(minutes=1))
        call_command("check_links")

    def test_says_what_waits(self, clock, elsewhere, monkeypatch, capsys):
        monkeypatch.setattr(rounds, "MOST_OUTSIDE", 1)
        elsewhere.pages |= {"good.test/1": page(200), "good.test/2": page(200)}
        guide_with("http://good.test/1", "http://good.test/2")
        call_command("check_links")
        assert "wait for the coming nights: 1." in capsys.readouterr().out

    def test_no_control_reaches_the_terminal(self, clock, elsewhere, capsys):
        html = '<a href="/\u202e/">\x1b[31mred\u202e</a>'
        make_guide(sections=[("One", [("text", html)])])
        with pytest.raises(CommandError):
            call_command("check_links")
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_the_way_out_is_the_guarded_one():
    assert following.open_client is http.guarded_client
