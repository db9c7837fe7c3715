"""One loop over all that is due. State decides that, so a lost wake-up loses nothing."""

import logging
import os
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from django.db import Error as DatabaseFault
from django.db import (
    OperationalError,
    close_old_connections,
    connection,
    connections,
    reset_queries,
    transaction,
)
from django.utils import timezone

from core.apart import apart
from core.due import DueWork, due_work
from core.logs import mask
from operate.leases import Lease, claim
from operate.models import Heartbeat

logger = logging.getLogger(__name__)

# Seconds.
BEAT_EVERY = 15
DOZE = 0.5
DATABASE_PAUSE = 2
LONGEST_BACK_OFF = 60
LONGEST_PAUSE = 10 * 60
LOOK_AT_LEASE_EVERY = 60

A_NIGHT = timedelta(days=1)
LONG_GONE = timedelta(hours=1)
PROBLEM_LENGTH = 500


class Worker:
    """Does what is due, each piece in its turn, and one after the other."""

    def __init__(
        self, offered: Iterable[DueWork] = due_work, *, nights_apart: bool = False
    ) -> None:
        """With `nights_apart`, what is done once a night is done in a process of its own."""
        self._turns = [
            _SharedTurn(work, is_apart=nights_apart and work.every >= A_NIGHT)
            if work.once_for_all
            else _Turn(work)
            for work in offered
        ]
        self._leaving = False
        self._heartbeat = Heartbeat(
            host=socket.gethostname(), pid=os.getpid(), started_at=timezone.now()
        )
        self._beat_at = time.monotonic()

    def run(self) -> None:
        """Do what is due, over and over, until told to leave. Outlasts a database that is away."""
        away = False
        while not self._leaving:
            try:
                self._beat()
                self._round([turn for turn in self._turns if turn.is_due])
            except DatabaseFault as error:
                if not away:
                    logger.error("The database does not answer, waiting for it: %s", error)
                away = True
                self._rest_until(time.monotonic() + DATABASE_PAUSE)
            else:
                if away:
                    logger.warning("The database answers again")
                away = False
                self._rest_until(min([self._beat_at, *(turn.next_at for turn in self._turns)]))
        with suppress(DatabaseFault):
            self._give_back()

    def run_once(self) -> list[str]:
        """Do all that is due now, and return the names of what failed."""
        for turn in self._turns:
            # Called again and again by a clock, it would do at each call what is for a start.
            turn.starting = False
        left = self._turns
        while left and not self._leaving:
            left = self._round(left)
        self._give_back()
        self._beat_at = time.monotonic()
        self._beat()
        return [turn.work.name for turn in self._turns if turn.problem]

    def leave(self) -> None:
        """End `run` after the piece at hand. Safe in a signal handler."""
        self._leaving = True

    def _round(self, turns: "list[_Turn]") -> "list[_Turn]":
        """Give each one call, so that none waits for another's end; return who has more to do."""
        unfinished = []
        for turn in turns:
            if self._leaving:
                break
            self._beat()
            if turn.take():
                unfinished.append(turn)
        return unfinished

    def _beat(self) -> None:
        if time.monotonic() < self._beat_at:
            return
        self._heartbeat.seen_at = timezone.now()
        self._heartbeat.failing = [turn.work.name for turn in self._turns if turn.fails_here]
        with transaction.atomic():
            self._heartbeat.save()
            Heartbeat.objects.filter(seen_at__lt=self._heartbeat.seen_at - LONG_GONE).delete()
        self._beat_at = time.monotonic() + BEAT_EVERY

    def _rest_until(self, moment: float) -> None:
        close_old_connections()
        reset_queries()
        while not self._leaving and (left := moment - time.monotonic()) > 0:
            time.sleep(min(left, DOZE))

    def _give_back(self) -> None:
        for turn in self._turns:
            turn.give_back()


class _Turn:
    """A piece of work as this worker sees it: when it is next looked at, and how it went."""

    def __init__(self, work: DueWork) -> None:
        self.work = work
        self.starting = work.at_start
        self.next_at = time.monotonic() + (0 if work.at_start else work.every.total_seconds())
        self.problem = ""
        self._failures = 0

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self.next_at

    @property
    def fails_here(self) -> bool:
        return bool(self.problem)

    def take(self) -> bool:
        """Do a part of the work; return whether there is more.

        Raises OperationalError where the work failed and the database does not answer.
        """
        if not self._begin():
            return False
        try:
            more = bool(self._act())
        except Exception as error:
            self._fail(error)
            if not _database_answers():
                raise OperationalError(str(error)) from error
            return False
        self.problem, self._failures, self.starting = "", 0, False
        self.next_at = time.monotonic() + (0 if more else self.work.every.total_seconds())
        self._end(more)
        return more

    def give_back(self) -> None:
        """Let go of what was claimed and is not finished."""

    def _act(self) -> bool | None:
        return self.work.act()

    def _begin(self) -> bool:
        return True

    def _end(self, more: bool) -> None:
        pass

    def _fail(self, error: Exception) -> None:
        self._failures += 1
        problem = mask(f"{type(error).__name__}: {error}")[:PROBLEM_LENGTH]
        # The same again is told in a line, or it would fill the log.
        is_new, self.problem = problem != self.problem, problem
        logger.error(
            "%s failed, %d times running, again in %d s: %s",
            self.work.name,
            self._failures,
            self._pause,
            problem,
            exc_info=error if is_new else None,
        )
        self.next_at = time.monotonic() + self._pause

    @property
    def _pause(self) -> float:
        """Seconds until failed work is tried again."""
        back_off = min(2 ** min(self._failures, 10), LONGEST_BACK_OFF)
        return max(back_off, min(self.work.every.total_seconds(), LONGEST_PAUSE))


class _SharedTurn(_Turn):
    """Work that one worker does for all: claimed before, marked as done after."""

    def __init__(self, work: DueWork, *, is_apart: bool = False) -> None:
        super().__init__(work)
        self.next_at = time.monotonic()
        self._lease: Lease | None = None
        self._is_apart = is_apart

    @property
    def fails_here(self) -> bool:
        # Its problem stands beside its lease, for the next to do it may be another worker.
        return False

    def give_back(self) -> None:
        if self._lease:
            self._lease.end_undone()

    def _act(self) -> bool | None:
        if not self._is_apart:
            return super()._act()
        connections.close_all()
        return apart(self.work.act)

    def _begin(self) -> bool:
        if self._lease is None or not self._lease.renew():
            self._lease = claim(self.work, done_or_not=self.starting)
        # Who waits for another's end looks more often than it is done, or would come a period late.
        self._look_in(self.work.every.total_seconds() / 4)
        return self._lease is not None

    def _end(self, more: bool) -> None:
        if not more:
            lease, self._lease = self._lease, None
            lease.end_done()
            self._look_in(self.work.every.total_seconds())

    def _fail(self, error: Exception) -> None:
        super()._fail(error)
        lease, self._lease = self._lease, None
        lease.end_failed(self.problem, timedelta(seconds=self._pause))

    def _look_in(self, seconds: float) -> None:
        self.next_at = time.monotonic() + min(seconds, LOOK_AT_LEASE_EVERY)


def _database_answers() -> bool:
    try:
        connection.ensure_connection()
        return connection.is_usable()
    except DatabaseFault:
        return False
