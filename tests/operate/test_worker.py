"""`manage.py worker` does what is due, goes on after whatever fails, and leaves when told."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.due import DueWork, due_work
from operate import leases
from operate import worker as worker_module
from operate.health import worker as worker_health
from operate.models import Heartbeat, SharedWork, SharedWorkQuerySet
from operate.worker import Worker

NOON = "2026-03-10 12:00 -0400"


class Clock:
    """Stands in for `time`: sleeping takes no time, and moves the date along."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self.passed = 0.0
        self._traveller = traveller
        self._alarms: list[tuple[float, Callable]] = []

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self._traveller.shift(seconds)
        for alarm in [alarm for alarm in self._alarms if alarm[0] <= self.passed]:
            self._alarms.remove(alarm)
            alarm[1]()

    def after(self, seconds: float, act: Callable) -> None:
        self._alarms.append((self.passed + seconds, act))

    def run(self, worker: Worker, seconds: float) -> None:
        self.after(seconds, worker.leave)
        worker.run()


@pytest.fixture
def clock(monkeypatch) -> Iterator[Clock]:
    # Between rounds a worker would close the connection that the test rolls back.
    for name in ("close_old_connections", "reset_queries"):
        monkeypatch.setattr(worker_module, name, lambda: None)
    with time_machine.travel(NOON, tick=False) as traveller:
        clock = Clock(traveller)
        monkeypatch.setattr(worker_module, "time", clock)
        yield clock


class Piece:
    """Notes when it was called; gives or raises one outcome a call, the last again and again."""

    def __init__(self, clock: Clock, *outcomes: bool | Exception) -> None:
        self.calls: list[float] = []
        self._clock = clock
        self._outcomes = list(outcomes) or [False]

    def __call__(self) -> bool:
        self.calls.append(self._clock.passed)
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def work(act: Callable, seconds: float = 1, name: str = "a piece", **options) -> DueWork:
    return DueWork(name, act, every=timedelta(seconds=seconds), **options)


def nightly(act: Callable, name: str = "a nightly piece", **options) -> DueWork:
    return DueWork(name, act, every=timedelta(days=1), once_for_all=True, **options)


def test_all_that_is_offered_has_a_name_of_its_own():
    names = [work.name for work in due_work]
    assert {"scheduled pages", "old sessions", "old revisions"} <= set(names)
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= SharedWork._meta.get_field("name").max_length


@pytest.mark.django_db
class TestLoop:
    def test_each_is_looked_at_in_its_own_time(self, clock):
        second, minute, at_start = Piece(clock), Piece(clock), Piece(clock)
        offered = [work(second), work(minute, 60), work(at_start, 60, at_start=True)]
        clock.run(Worker(offered), 130)
        assert second.calls == list(range(1, 130))
        assert minute.calls == [60, 120]
        assert at_start.calls == [0, 60, 120]

    def test_more_is_done_at_once(self, clock):
        piece = Piece(clock, True, True, False)
        clock.run(Worker([work(piece, 60)]), 100)
        assert piece.calls == [60, 60, 60]

    def test_one_without_an_end_lets_the_others_have_their_turn(self, clock):
        endless, other = Piece(clock, *[True] * 1000, False), Piece(clock)

        def leave_in_the_end() -> None:
            if len(endless.calls) == 100:
                worker.leave()

        worker = Worker([work(act, 0, at_start=True) for act in (endless, other, leave_in_the_end)])
        worker.run()
        assert len(other.calls) == 100

    def test_told_to_leave_it_ends_after_the_piece_at_hand(self, clock):
        ended, other = [], Piece(clock)

        def leave() -> None:
            worker.leave()
            ended.append(True)

        worker = Worker([work(leave, at_start=True), work(other, at_start=True)])
        worker.run()
        assert ended
        assert not other.calls

    def test_frequent_work_costs_the_database_no_writing(self, clock):
        piece = Piece(clock)
        with CaptureQueriesContext(connection) as captured:
            clock.run(Worker([work(piece)]), 14)
        assert len(piece.calls) == 13
        queries = [query["sql"] for query in captured.captured_queries]
        writing = [sql for sql in queries if re.match("INSERT|UPDATE|DELETE", sql)]
        assert 1 <= len(writing) <= 2
        assert all("operate_heartbeat" in sql for sql in writing)


@pytest.mark.django_db
class TestFailing:
    def test_others_go_on_and_it_is_tried_again_ever_later(self, clock):
        failing, other = Piece(clock, ValueError("no")), Piece(clock)
        clock.run(Worker([work(failing), work(other)]), 260)
        pauses = [after - before for before, after in pairwise(failing.calls)]
        assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]
        assert len(other.calls) == 259

    def test_hourly_work_need_not_wait_an_hour(self, clock):
        failing = Piece(clock, ValueError("no"))
        clock.run(Worker([work(failing, 3600)]), 5000)
        assert failing.calls == [3600, 4200, 4800]

    def test_it_is_logged_whole_once_and_then_in_a_line(self, clock, caplog):
        failing = Piece(clock, ValueError("no"), ValueError("no"), KeyError("other"))
        clock.run(Worker([work(failing, name="search sweep")]), 8)
        assert [bool(record.exc_info) for record in caplog.records] == [True, False, True]
        assert caplog.records[1].getMessage() == (
            "search sweep failed, 2 times running, again in 4 s: ValueError: no"
        )

    def test_health_names_it_until_it_works_again(self, clock):
        failing = Piece(clock, *[ValueError("no")] * 5, False)
        states = []
        for moment in (20, 100):
            clock.after(moment, lambda: states.append(worker_health().state))
        clock.run(Worker([work(failing, name="search sweep"), work(Piece(clock))]), 110)
        assert states == ["failing: search sweep", "up"]

    def test_what_is_for_all_is_tried_again_by_any_worker(self, clock, monkeypatch):
        piece = Piece(clock, ValueError("no mail to ines@ill.example.org"), False)
        offered = [nightly(piece, name="digests")]
        monkeypatch.setattr("operate.health.due_work", offered)
        clock.run(Worker(offered), 1)
        assert SharedWork.objects.get().problem == "ValueError: no mail to [email]"
        assert worker_health().state == "failing: digests"
        clock.run(Worker(offered), 500)
        assert len(piece.calls) == 1
        clock.run(Worker(offered), 200)
        assert len(piece.calls) == 2
        assert SharedWork.objects.get().problem == ""
        assert worker_health().state == "up"


@pytest.mark.django_db
class TestForAll:
    def test_it_is_done_once_in_its_time_restarts_included(self, clock):
        piece = Piece(clock)
        offered = [work(piece, 60, once_for_all=True)]
        for _restart in range(2):
            clock.run(Worker(offered), 20)
        clock.run(Worker(offered), 160)
        assert piece.calls == [0, 70, 130, 190]

    def test_at_a_start_it_is_done_although_it_was(self, clock):
        piece = Piece(clock)
        offered = [nightly(piece, at_start=True)]
        for _restart in range(2):
            clock.run(Worker(offered), 100)
        assert len(piece.calls) == 2

    def test_while_there_is_more_it_stays_with_one_worker(self, clock):
        """Each part outlasts a good part of the lease, which must be renewed."""
        piece = Piece(clock, True, True, True, False)
        other = Piece(clock)
        part = leases.LEASE.total_seconds() * 0.9

        def take_long() -> bool:
            more = piece()
            clock.sleep(part)
            Worker([nightly(other)]).run_once()
            return more

        clock.run(Worker([nightly(take_long)]), 10 * part)
        assert len(piece.calls) == 4
        assert not other.calls

    def test_who_took_too_long_leaves_it_to_the_other(self, clock):
        other = Piece(clock, True)

        def take_too_long() -> None:
            clock.sleep(leases.LEASE.total_seconds() + 1)
            assert leases.claim(nightly(other))

        Worker([nightly(take_too_long)]).run_once()
        row = SharedWork.objects.get()
        assert row.done_at is None
        assert row.leased_until == timezone.now() + leases.LEASE

    def test_a_worker_that_leaves_lets_go_of_it(self, clock):
        def leave() -> bool:
            worker.leave()
            return True

        worker = Worker([nightly(leave)])
        worker.run()
        row = SharedWork.objects.get()
        assert (row.leased_until, row.done_at) == (None, None)


@pytest.mark.django_db
class TestHeartbeat:
    @pytest.mark.parametrize("seconds", [1, 3600])
    def test_it_is_written_every_15_seconds(self, clock, monkeypatch, seconds):
        beats = []
        save = Heartbeat.save

        def note(self) -> None:
            beats.append(clock.passed)
            save(self)

        monkeypatch.setattr(Heartbeat, "save", note)
        clock.run(Worker([work(Piece(clock), seconds)]), 50)
        assert beats == [0, 15, 30, 45]
        row = Heartbeat.objects.get()
        assert row.pid == os.getpid()
        assert row.seen_at - row.started_at == timedelta(seconds=45)

    def test_rows_of_those_long_gone_are_removed(self, clock):
        for minutes in (59, 61):
            seen_at = timezone.now() - timedelta(minutes=minutes)
            Heartbeat.objects.create(host="x", pid=minutes, started_at=seen_at, seen_at=seen_at)
        clock.run(Worker([]), 1)
        assert set(Heartbeat.objects.values_list("pid", flat=True)) == {59, os.getpid()}

    def test_a_row_that_was_removed_comes_back(self, clock):
        clock.after(2, lambda: Heartbeat.objects.all().delete())
        clock.run(Worker([]), 20)
        assert Heartbeat.objects.exists()


class TestDatabaseAway:
    @pytest.mark.django_db
    def test_it_waits_and_goes_on(self, clock, monkeypatch, caplog):
        save = Heartbeat.save

        def away_for_a_while(self) -> None:
            if 15 <= clock.passed < 40:
                raise OperationalError("server closed the connection")
            save(self)

        monkeypatch.setattr(Heartbeat, "save", away_for_a_while)
        piece = Piece(clock)
        clock.run(Worker([work(piece)]), 60)
        assert not [moment for moment in piece.calls if 15 <= moment < 40]
        assert max(piece.calls) > 55
        assert [record.getMessage() for record in caplog.records] == [
            "The database does not answer, waiting for it: server closed the connection",
            "The database answers again",
        ]

    @pytest.mark.django_db
    def test_the_others_wait_too(self, clock, monkeypatch):
        monkeypatch.setattr(worker_module, "_database_answers", lambda: False)
        first, other = Piece(clock, OperationalError("gone"), False), Piece(clock)
        clock.run(Worker([work(first, at_start=True), work(other, at_start=True)]), 5)
        assert other.calls[0] == worker_module.DATABASE_PAUSE
        assert len(first.calls) > 1

    @pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="no server")
    def test_a_connection_that_the_server_ended_is_made_anew(self, transactional_db, monkeypatch):
        monkeypatch.setattr(worker_module, "DATABASE_PAUSE", 0)
        ended = []

        def end_connection() -> None:
            ended.append(True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

        def leave() -> None:
            Heartbeat.objects.get()
            worker.leave()

        worker = Worker([work(end_connection, at_start=True), work(leave, at_start=True)])
        worker.run()
        assert ended


@pytest.mark.django_db
class TestOnce:
    @pytest.fixture
    def offered(self, monkeypatch) -> Callable[..., None]:
        def offer(*works: DueWork) -> None:
            monkeypatch.setattr("operate.management.commands.worker.due_work", works)

        return offer

    def test_all_that_is_due_is_done_to_its_end(self, clock, offered):
        more, hourly, night = Piece(clock, True, True, False), Piece(clock), Piece(clock)
        offered(work(more), work(hourly, 3600), nightly(night, at_start=True))
        for _call in range(2):
            call_command("worker", once=True)
        assert [len(piece.calls) for piece in (more, hourly, night)] == [4, 2, 1]
        assert worker_health().state == "up"

    def test_it_says_what_failed_after_doing_the_rest(self, clock, offered):
        other = Piece(clock)
        offered(work(Piece(clock, ValueError("no")), name="digests"), work(other))
        with pytest.raises(CommandError, match="Failed: digests"):
            call_command("worker", once=True)
        assert other.calls
        assert worker_health().state == "failing: digests"

    def test_signals_are_as_before(self, offered):
        offered()
        before = signal.getsignal(signal.SIGINT)
        call_command("worker", once=True)
        assert signal.getsignal(signal.SIGINT) is before


OTHER_PROCESS = """
import django, sys, time
django.setup()
from datetime import timedelta
from itertools import pairwise
from django.core.management import call_command
from operate.management.commands import worker
from core.due import DueWork

def act():
    print("begun", flush=True)
    time.sleep(float(sys.argv[1]))
    print("ended", flush=True)

night = timedelta(days=1)
worker.due_work = [
    DueWork("long", act, every=night, once_for_all=True),
    DueWork("next", lambda: print("next", flush=True), every=timedelta(0)),
]
call_command("worker")
print("left", flush=True)
"""


@pytest.fixture
def start_process(transactional_db) -> Iterator[Callable[[float], subprocess.Popen]]:
    """A function that starts a worker in another process; it is in the middle of its work."""
    started = []

    def start(seconds: float) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", OTHER_PROCESS, str(seconds)],
            env={**os.environ, "PYTHONPATH": "site", "TEST_DATABASE_URL": _database_url()},
            cwd=settings.ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "begun\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    login = f"{database['USER']}:{database['PASSWORD']}".rstrip(":")
    return f"postgres://{login}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


class TestProcess:
    def test_work_that_was_killed_is_done_again(self, start_process):
        process = start_process(60)
        process.kill()
        process.wait()
        row = SharedWork.objects.get(name="long")
        assert row.done_at is None
        calls = []
        again = nightly(lambda: calls.append(True), name="long")
        Worker([again]).run_once()
        assert not calls
        with time_machine.travel(row.leased_until + timedelta(seconds=1)):
            Worker([again]).run_once()
            assert calls == [True]
            row.refresh_from_db()
            assert row.done_at
            Worker([again]).run_once()
            assert calls == [True]

    def test_a_signal_lets_it_end_the_piece_at_hand(self, start_process):
        process = start_process(0.5)
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=10)
        assert told == "ended\nleft\n"
        assert process.returncode == 0
        assert SharedWork.objects.get(name="long").done_at

    def test_a_second_signal_ends_it_at_once(self, start_process):
        process = start_process(60)
        process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.3)
        process.terminate()
        assert process.wait(timeout=5) == -signal.SIGTERM


def test_of_workers_at_the_same_time_one_does_it(transactional_db, monkeypatch):
    all_found_it_due = threading.Barrier(3, timeout=10)
    exists = SharedWorkQuerySet.exists
    calls = []

    def find(claimable) -> bool:
        found = exists(claimable)
        all_found_it_due.wait()
        return found

    def run() -> None:
        Worker([nightly(lambda: calls.append(True))]).run_once()
        connection.close()

    monkeypatch.setattr(SharedWorkQuerySet, "exists", find)
    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [True]
