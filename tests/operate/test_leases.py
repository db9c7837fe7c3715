"""When work for all is due, by the site's clock, and who may do it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core.due import DueWork
from operate.leases import LEASE, claim
from operate.models import SharedWork

pytestmark = pytest.mark.django_db


def piece(**every: float) -> DueWork:
    return DueWork("a piece", lambda: None, every=timedelta(**every), once_for_all=True)


def do_at(moment: str, work: DueWork) -> bool:
    """Say whether it was due then; if so it is done."""
    with time_machine.travel(moment, tick=False):
        if lease := claim(work):
            lease.end_done()
        return lease is not None


@pytest.mark.parametrize(
    ("done", "looked", "due"),
    [
        ("2026-03-10 03:01 -0400", "2026-03-11 02:59 -0400", False),
        ("2026-03-10 03:01 -0400", "2026-03-11 03:00 -0400", True),
        # The server was off at three.
        ("2026-03-10 03:01 -0400", "2026-03-11 10:00 -0400", True),
        ("2026-03-10 10:00 -0400", "2026-03-10 23:00 -0400", False),
        ("2026-03-10 10:00 -0400", "2026-03-11 03:00 -0400", True),
        # Two days by the calendar, one night.
        ("2026-03-10 23:59 -0400", "2026-03-11 00:01 -0400", False),
        # Clocks go forward at two, and back.
        ("2026-03-07 03:00:01 -0500", "2026-03-08 02:59 -0400", False),
        ("2026-03-07 03:00:01 -0500", "2026-03-08 03:00 -0400", True),
        ("2026-10-31 03:00:01 -0400", "2026-11-01 02:59 -0500", False),
        ("2026-10-31 03:00:01 -0400", "2026-11-01 03:00 -0500", True),
    ],
)
def test_daily_work_is_for_the_night(done, looked, due):
    assert do_at(done, piece(days=1))
    assert do_at(looked, piece(days=1)) is due


def test_the_hour_of_the_night_may_be_missing_or_double(settings):
    """In Helsinki clocks go from 3:00 to 4:00, and in autumn from 4:00 back to 3:00."""
    settings.TIME_ZONE = "Europe/Helsinki"
    assert do_at("2026-03-28 12:00 +0200", piece(days=1))
    assert not do_at("2026-03-29 02:59 +0200", piece(days=1))
    assert do_at("2026-03-29 04:00:01 +0300", piece(days=1))
    assert not do_at("2026-03-29 04:30 +0300", piece(days=1))
    assert not do_at("2026-03-30 02:59 +0300", piece(days=1))
    assert do_at("2026-10-25 03:00:01 +0300", piece(days=1))
    assert not do_at("2026-10-25 03:30 +0200", piece(days=1))


def test_weekly_work_is_for_the_seventh_night():
    assert do_at("2026-03-10 10:00 -0400", piece(days=7))
    assert not do_at("2026-03-17 02:59 -0400", piece(days=7))
    assert do_at("2026-03-17 03:00 -0400", piece(days=7))


def test_work_of_less_than_a_day_waits_that_long():
    assert do_at("2026-03-10 10:00 -0400", piece(hours=6))
    assert not do_at("2026-03-10 15:59:59 -0400", piece(hours=6))
    assert do_at("2026-03-10 16:00 -0400", piece(hours=6))


@time_machine.travel("2026-03-10 10:00 -0400", tick=False)
def test_what_is_not_due_is_looked_at_without_writing(django_assert_num_queries):
    claim(piece(days=1)).end_done()
    with django_assert_num_queries(2) as captured:
        assert claim(piece(days=1)) is None
    assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)


class TestLease:
    @pytest.fixture(autouse=True)
    def _clock(self):
        with time_machine.travel("2026-03-10 10:00 -0400", tick=False) as self.clock:
            yield

    def test_one_alone_has_it_until_it_ends(self):
        assert claim(piece(days=1))
        assert claim(piece(days=1)) is None
        assert claim(piece(days=1), done_or_not=True) is None
        self.clock.shift(LEASE)
        assert claim(piece(days=1))

    def test_renewed_it_holds_on(self):
        lease = claim(piece(days=1))
        self.clock.shift(LEASE - timedelta(seconds=1))
        assert lease.renew()
        self.clock.shift(LEASE - timedelta(seconds=1))
        assert claim(piece(days=1)) is None
        lease.end_done()
        assert SharedWork.objects.get().done_at == timezone.now()

    def test_ended_and_taken_it_counts_for_nothing(self):
        late = claim(piece(days=1))
        self.clock.shift(LEASE)
        assert claim(piece(days=1))
        for end in (late.end_done, late.end_undone, lambda: late.end_failed("no", LEASE)):
            end()
            row = SharedWork.objects.get()
            assert (row.done_at, row.problem) == (None, "")
            assert row.leased_until == timezone.now() + LEASE
        assert not late.renew()

    def test_given_back_it_is_anybodys(self):
        claim(piece(days=1)).end_undone()
        assert claim(piece(days=1))

    def test_after_a_failure_all_wait_for_a_while(self):
        claim(piece(days=1)).end_failed("ValueError: no", timedelta(minutes=10))
        self.clock.shift(timedelta(minutes=9))
        assert claim(piece(days=1)) is None
        self.clock.shift(timedelta(minutes=1))
        claim(piece(days=1)).end_done()
        assert SharedWork.objects.get().problem == ""
