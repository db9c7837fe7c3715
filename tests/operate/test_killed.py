"""Killed at any moment, web process, worker and database: what was acknowledged is there."""

import logging
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from ipaddress import ip_address
from itertools import chain, cycle
from json import JSONDecodeError
from pathlib import Path
from typing import Protocol

import environ
import pytest
from django.db import connection
from django.urls import reverse

from comments.models import Comment
from events import mails
from events.models import Registration, Seats
from operate.benchmarks.visiting import Visitor
from outbox.models import Mail, MailState
from tests.factories.blog import make_post
from tests.factories.events import make_event
from tests.operate.hosts import PATIENCE, Host, await_that, database_url, make_host
from tests.operate.own_postgres import find_programs, own_postgres, release_of
from tests.outbox.smtp_server import Behaviour, serving
from tests.soak import SOAK

logger = logging.getLogger(__name__)

SENDINGS = 1000 if SOAK else 60
READERS = 4
BETWEEN = (4, 12) if SOAK else (12, 18)
"""How many are acknowledged from one kill to the next."""
FIRST_CLIENT = ip_address("10.0.0.0")


class Killable(Protocol):
    def kill(self) -> None: ...

    def start_again(self) -> None: ...


@dataclass(frozen=True)
class Form:
    """What one reader sends, as from a computer of their own."""

    address: str
    fields: dict[str, str]
    client: str

    @property
    def email(self) -> str:
        return self.fields["email"]


@dataclass
class Sweep:
    """What was sent in, and how often something was killed meanwhile."""

    comments: list[Form]
    registrations: list[Form]
    seats: int
    acknowledged: list[Form] = field(default_factory=list)
    kills: Counter = field(default_factory=Counter)

    @property
    def forms(self) -> list[Form]:
        """In turn, one of either kind."""
        return list(chain.from_iterable(zip(self.comments, self.registrations, strict=True)))


def plant() -> Sweep:
    """Give the site something to speak of and something to come to, with seats for half."""
    count = SENDINGS // 2
    post, event = make_post(), make_event(seats=count // 2)
    written = reverse("comments:write", args=[post.pk])
    registered = reverse("registrations:register", args=[event.pk])
    return Sweep(
        comments=[
            form_of(number, written, text=f"We had number {number} twice.")
            for number in range(count)
        ],
        registrations=[form_of(number, registered) for number in range(count, 2 * count)],
        seats=count // 2,
    )


def form_of(number: int, address: str, **fields: str) -> Form:
    who = {"name": f"Reader {number}", "email": f"reader.{number}@example.org"}
    return Form(address, {**who, **fields}, str(FIRST_CLIENT + number))


def send_surely(host: Host, form: Form, until: float) -> None:
    """Send a form until the answer is where it has led to, as a reader does who means it."""
    while not sends(host, form):
        assert time.monotonic() < until, f"Never acknowledged: {form}"
        time.sleep(0.05)


def sends(host: Host, form: Form) -> bool:
    """Say whether a form was acknowledged; False where nobody answers, or in distress."""
    with suppress(OSError, HTTPException, JSONDecodeError), Visitor(host.port) as reader:
        stamp = reader.fetch_stamp(form.address)
        answer = reader.send(form.address, form.fields | stamp, form.client)
        assert answer.status == 303 or answer.status >= 500, answer
        return answer.status == 303
    return False


def send_and_kill(host: Host, sweep: Sweep, killable: dict[str, Killable]) -> None:
    """Let readers send everything, and kill one thing after the other while they do."""
    chance = random.Random(20261130)
    victims = cycle(chance.sample(sorted(killable), len(killable)))
    until = time.monotonic() + 2 * PATIENCE + SENDINGS

    def send(form: Form) -> None:
        send_surely(host, form, until)
        sweep.acknowledged.append(form)

    with ThreadPoolExecutor(READERS) as readers:
        sending = [readers.submit(send, form) for form in sweep.forms]
        while more_come(sweep, sending, chance.randint(*BETWEEN)):
            time.sleep(chance.uniform(0, 0.05))
            name = next(victims)
            killable[name].kill()
            killable[name].start_again()
            sweep.kills[name] += 1
    for one in sending:
        one.result()


def more_come(sweep: Sweep, sending: list[Future], count: int) -> bool:
    """Wait until so many more were acknowledged; False once all were."""
    enough = len(sweep.acknowledged) + count
    while len(sweep.acknowledged) < enough:
        if all(one.done() for one in sending):
            return False
        time.sleep(0.005)
    return True


def begin_again(killable: dict[str, Killable]) -> None:
    """Kill everything at the moment of the last answer, and start it."""
    for name in ("web", "worker", "database"):
        if name in killable:
            killable[name].kill()
    connection.close()
    if "database" in killable:
        killable["database"].start_again()
    # What the dead were about to send is not left alone for minutes, as it would be.
    Mail.objects.waiting().update(lease="", leased_until=None)
    for name in ("web", "worker"):
        killable[name].start_again()


def assert_nothing_is_missing(sweep: Sweep) -> None:
    said = Counter(Comment.objects.values_list("email", "text"))
    assert said == {(form.email, form.fields["text"]): 1 for form in sweep.comments}
    registered = Counter(Registration.objects.live().values_list("email", flat=True))
    assert registered == {form.email: 1 for form in sweep.registrations}
    told = Mail.objects.filter(kind__in=[mails.REGISTERED.name, mails.WAITING.name])
    assert Counter(told.values_list("address__email", flat=True)) == registered
    assert Registration.objects.confirmed().count() == sweep.seats
    seats = Seats.objects.get()
    assert (seats.taken, seats.waiting) == (sweep.seats, len(sweep.registrations) - sweep.seats)
    assert Registration.objects.count() == len(sweep.registrations)


def assert_mailed(sweep: Sweep, mail_server: Behaviour) -> None:
    await_that(lambda: not Mail.objects.waiting().exists(), "no mail waits")
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.SENT}
    received = Counter(mail.message_id for mail in mail_server.received)
    assert set(received) == set(Mail.objects.values_list("message_id", flat=True))
    # Each kill, the last one too, may have met one mail that was taken and not yet marked.
    ends = sweep.kills["worker"] + sweep.kills["database"] + 1
    assert received.total() - len(received) <= ends


@contextmanager
def connected_to(url: str) -> Iterator[None]:
    """Let the test look into another database."""
    ours = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(environ.Env.db_url_config(url))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(ours)


def assert_endures(folder: Path, **others: Killable) -> None:
    mail_server = Behaviour()
    sweep = plant()
    with ExitStack() as stack:
        port = stack.enter_context(serving(mail_server))
        url, mail_url = database_url(), f"smtp://127.0.0.1:{port}"
        host = make_host(folder / "host", DATABASE_URL=url, EMAIL_URL=mail_url)
        host.manage("collectstatic", "--no-input")
        web, worker = (stack.enter_context(run()) for run in (host.web, host.worker))
        host.await_answer()
        killable = {"web": web, "worker": worker, **others}
        send_and_kill(host, sweep, killable)
        begin_again(killable)
        host.await_answer()
        logger.info("%d acknowledged, killed: %s", len(sweep.acknowledged), dict(sweep.kills))
        assert set(sweep.kills) == set(killable)
        assert_nothing_is_missing(sweep)
        assert_mailed(sweep, mail_server)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's file")
def test_sqlite_keeps_what_was_acknowledged(transactional_db, tmp_path):
    assert_endures(tmp_path)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="begins with a copy of PostgreSQL's")
def test_postgresql_keeps_what_was_acknowledged(transactional_db, tmp_path):
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL's programs are not here: initdb is not found")
    if release_of(programs) < connection.pg_version // 10_000:
        pytest.skip(f"{programs} cannot copy from PostgreSQL {connection.pg_version // 10_000}")
    with own_postgres(programs) as server:
        server.fill(database_url())
        with connected_to(server.url):
            assert_endures(tmp_path, database=server)
