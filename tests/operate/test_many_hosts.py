"""Two hosts, each with a web process and a worker, are one site: on PostgreSQL and Redis."""

import os
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from django.utils.http import urlencode
from wagtail.images.models import Image

from accounts.models import User
from blog.models import PostPage
from comments.models import Comment, CommentSettings
from comments.models import State as CommentState
from comments.submitting import MANY_IN_A_MOMENT, MOMENT
from core.pictures import PLAIN, address_of
from events.models import Registration
from operate.benchmarks.visiting import FORM, Answer
from operate.models import Heartbeat
from outbox.messages import post
from outbox.models import Mail
from outbox.trouble import TROUBLE
from tests.factories.blog import make_post
from tests.factories.events import make_event, seats_of
from tests.factories.pictures import content
from tests.operate.hosts import Host, Process, Reader, await_that, database_url, make_host
from tests.outbox.smtp_server import Behaviour, serving
from tests.search.tables import drop_indexes

CACHE_URL = os.environ.get("TEST_CACHE_URL", "")
SHARED = ("media", "submissions", "uploads", "mail")
"""Of DATA_DIR, as docs/operate.md has it."""
STATIC = "static"
"""The same release collects the same on each host: here once, to take less time."""
EMAIL, PASSWORD = "ines@ill.example.org", "a long word of the tests"
MAILS = 40

pytestmark = pytest.mark.skipif(
    not (CACHE_URL and os.environ.get("TEST_DATABASE_URL")), reason="needs PostgreSQL and Redis"
)


@dataclass(frozen=True)
class Site:
    one: Host
    other: Host
    workers: list[Process]
    mail_server: Behaviour


@pytest.fixture
def site(transactional_db, tmp_path) -> Iterator[Site]:
    CommentSettings(hold_first=False, hold_form=False).save()
    mail_server = Behaviour()
    with ExitStack() as stack:
        port = stack.enter_context(serving(mail_server))
        says = {
            "CACHE_URL": f"{CACHE_URL}?KEY_PREFIX={uuid.uuid4().hex}",
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        }
        shared = make_host(tmp_path / "shared", **says)
        shared.manage("collectstatic", "--no-input")
        hosts = [make_host(tmp_path / name, **says) for name in ("one", "other")]
        for host in hosts:
            share(shared.folder, host)
            stack.enter_context(host.web())
        workers = [stack.enter_context(host.worker()) for host in hosts]
        for host in hosts:
            host.await_answer()
        yield Site(*hosts, workers, mail_server)
    drop_indexes()


def share(folder: Path, host: Host) -> None:
    for name in (*SHARED, STATIC):
        (folder / name).mkdir(exist_ok=True)
        (host.folder / name).symlink_to(folder / name)


def test_two_hosts_are_one_site(site: Site):
    assert_comment_is_seen_at_once(site)
    assert_last_seat_is_taken_once(site)
    assert_limits_count_on_both(site)
    staff = assert_signed_in_on_both(site)
    assert_picture_and_publish_are_seen(site, staff)
    assert_each_mail_goes_once(site)
    assert_one_worker_goes_on(site)


def assert_comment_is_seen_at_once(site: Site) -> None:
    page, said = make_post("Packing maps"), "Ours travel in tubes."
    for _ in range(2):
        assert said not in look(site.other, page.url)
    assert comment(site.one, page, said, "192.0.2.1").status == 303
    assert said in look(site.other, page.url)


def assert_last_seat_is_taken_once(site: Site) -> None:
    event, begins = make_event(seats=1), Barrier(2)
    address = reverse("registrations:register", args=[event.pk])

    def register(host: Host, name: str) -> Answer:
        with Reader(host) as reader:
            stamp = reader.fetch_stamp(address)
            begins.wait()
            who = {"name": name, "email": f"{name.lower()}@example.org"}
            return reader.send(address, who | stamp, "192.0.2.2")

    with ThreadPoolExecutor() as both:
        answers = list(both.map(register, (site.one, site.other), ("Ada", "Bo")))
    assert [answer.status for answer in answers] == [303, 303]
    assert seats_of(event) == (1, 1)
    states = Registration.objects.filter(event=event).values_list("state", flat=True)
    assert sorted(states) == ["confirmed", "waiting"]


def assert_limits_count_on_both(site: Site) -> None:
    page = make_post("Packing films")
    keep_clear_of_a_turn(MOMENT.total_seconds())
    for number in range(MANY_IN_A_MOMENT + 1):
        host = (site.one, site.other)[number % 2]
        assert comment(host, page, f"Reel {number}.", "192.0.2.3", number).status == 303
    came = Comment.objects.on(page).in_order()
    *fine, last = came.values_list("state", flat=True)
    assert set(fine) == {CommentState.PUBLISHED}
    assert last == CommentState.HELD
    assert came.last().rules == ["flood"]


def assert_signed_in_on_both(site: Site) -> dict[str, str]:
    """Sign in on one host and return the cookies, with which the other lets in."""
    hashed = PBKDF2PasswordHasher().encode(PASSWORD, "salt")
    User.objects.create_superuser(EMAIL)
    User.objects.filter(email=EMAIL).update(password=hashed)
    address, admin = reverse("account_login"), reverse("wagtailadmin_home")
    with Reader(site.one) as staff:
        token = staff.fetch_stamp(reverse("comments:write", args=[PostPage.objects.first().pk]))
        typed = {"login": EMAIL, "password": PASSWORD, "next": admin, **token}
        answer = staff.send(address, typed, "192.0.2.4")
        assert (answer.status, answer.headers["Location"]) == (302, admin)
    with Reader(site.other) as stranger, Reader(site.other, **staff.cookies) as known:
        assert stranger.get(admin).status == 302
        assert known.get(admin).status == 200
    return staff.cookies


def assert_picture_and_publish_are_seen(site: Site, staff: dict[str, str]) -> None:
    """Upload and publish on one host; the other finds the page and shows the picture."""
    token = {"csrfmiddlewaretoken": staff["csrftoken"]}
    with Reader(site.one, **staff) as editor:
        file = Upload("tube.png", content())
        form = {"title": "A tube", "collection": "1", "file": file, **token}
        add = reverse("wagtailimages:add")
        assert editor.post(add, encode_multipart(BOUNDARY, form), MULTIPART_CONTENT).status == 302
        image = Image.objects.get(title="A tube")
        page = make_post("Tubes", lead_image=image, live=False)
        action = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        address = f"{action}?{urlencode({'id': page.pk, 'next': '/admin/'})}"
        sent = editor.post(address, urlencode(token), FORM["Content-Type"])
        assert sent.status == 302
    await_found(site.other, "tubes", page)
    await_that(lambda: size_of(image), "a worker makes sizes of the picture")
    assert size_of(image) in look(site.other, page.url)
    with Reader(site.other) as reader:
        assert reader.get(size_of(image)).headers["Content-Type"] == "image/jpeg"


def assert_each_mail_goes_once(site: Site) -> None:
    for number in range(MAILS):
        post(TROUBLE, f"reader.{number}@example.org", TROUBLE.example())
    await_mailed()
    received = Counter(mail.message_id for mail in site.mail_server.received)
    assert len(received) == Mail.objects.count() > MAILS
    assert set(received.values()) == {1}
    assert Heartbeat.objects.count() == 2


def assert_one_worker_goes_on(site: Site) -> None:
    site.workers[0].kill()
    post(TROUBLE, "later@ill.example.org", TROUBLE.example())
    await_found(site.one, "crates", make_post("Crates"))
    await_mailed()
    assert site.mail_server.times_received()["later@ill.example.org"] == 1


@dataclass(frozen=True)
class Upload:
    """A file, as encode_multipart asks for it."""

    name: str
    content: bytes

    def read(self) -> bytes:
        return self.content


def look(host: Host, address: str) -> str:
    """Return a page as a reader sees it who was never there before."""
    with Reader(host) as reader:
        return reader.read(address)


def comment(host: Host, page: PostPage, text: str, client: str, number: int = 0) -> Answer:
    address = reverse("comments:write", args=[page.pk])
    who = {"name": f"Reader {number}", "email": f"reader.{number}@ill.example.org"}
    with Reader(host) as reader:
        return reader.send(address, {**who, "text": text, **reader.fetch_stamp(address)}, client)


def size_of(image: Image) -> str:
    """Return where the size lies that every browser shows; blank while it is not made."""
    return address_of(Image.objects.get(pk=image.pk), PLAIN)


def await_found(host: Host, word: str, page: PostPage) -> None:
    address = f"{reverse('search_json')}?q={word}"
    await_that(lambda: page.url in look(host, address), f"{page} is found")


def await_mailed() -> None:
    await_that(lambda: not Mail.objects.waiting().exists(), "no mail waits")


def keep_clear_of_a_turn(seconds: float) -> None:
    """Wait where a stretch of time is about to end, in which something is counted."""
    left = seconds - time.time() % seconds
    if left < 20:
        time.sleep(left)
