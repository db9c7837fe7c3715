"""Following one address: what the site says of itself, and what servers elsewhere say."""

import ssl
import time
from pathlib import Path

import httpx
import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from core import http
from guides.models import GuideIndexPage, GuidePage
from operate.links import following
from operate.links.following import (
    Pace,
    fault_inside,
    fault_of,
    fault_of_file,
    fault_of_page,
    fault_outside,
)
from operate.models import Fault, LinkKind, PageLink
from tests.factories.guides import make_guide
from tests.operate.links_server import elsewhere as servers
from tests.operate.links_server import hang_up, page


@pytest.fixture
def elsewhere(monkeypatch):
    with servers(monkeypatch) as server:
        yield server


def ask(address: str) -> Fault | None:
    with http.guarded_client() as client:
        return fault_outside(address, client)


@pytest.mark.django_db
class TestPagesAndFiles:
    def test_a_page(self):
        guide = make_guide()
        assert fault_of_page(guide.pk) is None
        GuidePage.objects.filter(pk=guide.pk).update(expire_at=timezone.now())
        assert fault_of_page(guide.pk) == Fault.NOT_PUBLISHED
        GuidePage.objects.filter(pk=guide.pk).update(expire_at=None, live=False)
        assert fault_of_page(guide.pk) == Fault.NOT_PUBLISHED
        guide.delete()
        assert fault_of_page(guide.pk) == Fault.NO_PAGE

    def test_a_page_in_a_private_part(self):
        guide = make_guide()
        PageViewRestriction.objects.create(
            page=GuideIndexPage.objects.get(), restriction_type=PageViewRestriction.LOGIN
        )
        assert fault_of_page(guide.pk) == Fault.PRIVATE

    def test_a_file(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        document = get_document_model()(title="Slip")
        document.file.save("slip.pdf", ContentFile(b"%PDF"))
        document.save()
        assert fault_of_file(document.pk) is None
        Path(document.file.path).unlink()
        assert fault_of_file(document.pk) == Fault.NO_FILE
        assert fault_of_file(999) == Fault.NO_FILE

    def test_a_file_of_a_private_collection(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        private = Collection.get_first_root_node().add_child(name="Private")
        CollectionViewRestriction.objects.create(
            collection=private, restriction_type=CollectionViewRestriction.LOGIN
        )
        document = get_document_model()(title="Slip", collection=private)
        document.file.save("slip.pdf", ContentFile(b"%PDF"))
        document.save()
        assert fault_of_file(document.pk) == Fault.PRIVATE


@pytest.mark.django_db
class TestInside:
    @pytest.mark.parametrize(
        ("address", "fault"),
        [
            ("/", None),
            ("/chats/", None),
            ("/chats", None),
            ("/chats/?q=renew", None),
            ("/guides/renew-a-loan/", None),
            ("/guides/renew-a-loan/print/", None),
            ("/healthz", None),
            ("/nothing/", Fault.NOT_FOUND),
            ("/guides/Renew-a-loan-2/", Fault.NOT_FOUND),
            ("//nothing.example/x", Fault.NOT_FOUND),
            ("/%00", Fault.NOT_FOUND),
            ("/%ff/ü?ä", Fault.NOT_FOUND),
            ("/admin/", Fault.PRIVATE),
            ("/media/none.png", Fault.NOT_FOUND),
        ],
    )
    def test_what_the_site_says(self, archive, address, fault):
        make_guide()
        assert fault_inside(address) == fault

    def test_a_place_on_a_page(self):
        guide = make_guide(sections=[("One", [("text", "<p>x</p>")], "1a2b3c4d-0000")])
        assert fault_inside(f"{guide.url}#section-1a2b3c4d") is None
        assert fault_inside(f"{guide.url}#section-99999999") == Fault.NO_PLACE
        for believed in ("top", "", "t=90", ":~:text=x", "!/x"):
            assert fault_inside(f"{guide.url}#{believed}") is None

    def test_what_has_moved(self):
        guide = make_guide()
        Redirect.objects.create(old_path="/old", redirect_page=guide)
        Redirect.objects.create(old_path="/away", redirect_link="https://example.org/x")
        Redirect.objects.create(old_path="/lost", redirect_link="/nothing/")
        Redirect.objects.create(old_path="/round", redirect_link="/round/")
        assert fault_inside("/old/") is None
        assert fault_inside("/away/") is None
        assert fault_inside("/lost/") == Fault.NOT_FOUND
        assert fault_inside("/round/") == Fault.LOOP

    def test_a_draft_is_not_there(self):
        assert fault_inside(make_guide(live=False).get_url() or "/guides/renew-a-loan/")

    @pytest.mark.parametrize("kind", ["password", "login"])
    def test_a_private_page(self, kind):
        guide = make_guide()
        PageViewRestriction.objects.create(page=guide, restriction_type=kind, password="x")
        assert fault_inside(guide.url) == Fault.PRIVATE

    def test_a_page_that_fails(self, monkeypatch):
        guide = make_guide()

        def fail(*_):
            raise ValueError("broken")

        monkeypatch.setattr(GuidePage, "get_context", fail)
        assert fault_inside(guide.url) == Fault.ERROR

    def test_nothing_is_written(self, archive, monkeypatch):
        from search import asked

        noted = []
        monkeypatch.setattr(asked, "note", lambda *said, **more: noted.append(said))
        guide = make_guide()

        def write(self, request, *args, **kwargs):
            GuidePage.objects.filter(pk=self.pk).update(summary="written")
            return {}

        monkeypatch.setattr(GuidePage, "get_context", write)
        fault_inside(guide.url)
        assert GuidePage.objects.get(pk=guide.pk).summary != "written"
        assert fault_inside("/chats/?q=renew") is None
        assert not noted

    def test_no_other_server_is_asked(self, monkeypatch):
        monkeypatch.setattr(http, "resolve", lambda *_: pytest.fail("asked the network"))
        assert fault_inside("/") is None

    def test_as_the_site_is_reached(self, settings):
        settings.SITE_URL = "https://ill.example.org"
        settings.ALLOWED_HOSTS = ["ill.example.org"]
        settings.SECURE_SSL_REDIRECT = True
        following._handler.cache_clear()
        assert fault_inside("/") is None
        following._handler.cache_clear()


@pytest.mark.any_database
class TestOutside:
    @pytest.mark.parametrize(
        ("status", "fault"),
        [
            (200, None),
            (204, None),
            (304, None),
            (400, None),
            (401, None),
            (403, None),
            (404, Fault.NOT_FOUND),
            (410, Fault.NOT_FOUND),
            (418, None),
            (429, None),
            (451, None),
            (500, Fault.ERROR),
            (503, Fault.ERROR),
        ],
    )
    def test_what_a_status_means(self, elsewhere, status, fault):
        elsewhere.pages["good.test/x"] = page(status)
        assert ask("http://good.test/x") == fault

    @pytest.mark.parametrize("head", [403, 404, 405, 500, 501])
    def test_a_head_that_is_refused_is_no_answer(self, elsewhere, head):
        elsewhere.pages["good.test/x"] = page(200, head=head)
        assert ask("http://good.test/x") is None
        assert [method for method, _ in elsewhere.seen] == ["HEAD", "GET"]

    @pytest.mark.parametrize("status", [200, 401, 429, 451])
    def test_a_head_that_is_answered_is_enough(self, elsewhere, status):
        elsewhere.pages["good.test/x"] = page(status)
        ask("http://good.test/x")
        assert [method for method, _ in elsewhere.seen] == ["HEAD"]

    def test_a_server_that_hangs_up_on_a_head(self, elsewhere):
        def answer(handler):
            (hang_up if handler.command == "HEAD" else page(200))(handler)

        elsewhere.pages["good.test/x"] = answer
        assert ask("http://good.test/x") is None
        elsewhere.pages["good.test/x"] = hang_up
        assert ask("http://good.test/x") == Fault.SILENT

    def test_redirects(self, elsewhere):
        elsewhere.pages |= {
            "good.test/a": page(301, Location="http://other.test/b"),
            "other.test/b": page(200),
            "good.test/lost": page(302, Location="/gone"),
            "good.test/round": page(302, Location="/round"),
            "good.test/inner": page(302, Location="http://127.0.0.1/"),
            "good.test/odd": page(302, Location="http://[::1/"),
            "good.test/mail": page(302, Location="mailto:x@example.org"),
        }
        assert ask("http://good.test/a") is None
        assert ask("http://good.test/lost") == Fault.NOT_FOUND
        assert ask("http://good.test/round") == Fault.LOOP
        assert ask("http://good.test/inner") is None
        assert ask("http://good.test/odd") in (Fault.SILENT, None)
        assert ask("http://good.test/mail") is None
        assert all(not place.startswith("127") for _, place in elsewhere.seen)

    def test_slow(self, elsewhere, monkeypatch):
        monkeypatch.setattr(http, "SECONDS", 0.3)
        elsewhere.pages["good.test/x"] = lambda _: time.sleep(0.6)
        began = time.monotonic()
        assert ask("http://good.test/x") == Fault.SILENT
        assert time.monotonic() - began < 0.6

    def test_no_such_name(self, elsewhere):
        assert ask("http://nosuch.test/") == Fault.NO_HOST

    def test_a_name_server_that_does_not_answer(self, monkeypatch):
        import socket

        def away(*_):
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        monkeypatch.setattr(http, "resolve", away)
        assert ask("http://good.test/") == Fault.SILENT

    def test_nobody_listens(self, monkeypatch):
        def refuse(*_, **__):
            raise ConnectionRefusedError

        monkeypatch.setattr(http, "resolve", lambda *_: ["93.184.216.34"])
        monkeypatch.setattr("socket.create_connection", refuse)
        assert ask("http://good.test/") == Fault.SILENT

    def test_a_certificate_of_somebody_else(self):
        class Client:
            def head(self, _address):
                said = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: expired"
                raise httpx.ConnectError(said) from ssl.SSLError(said)

        assert fault_outside("https://good.test/", Client()) == Fault.INSECURE

    @pytest.mark.parametrize(
        "address",
        [
            "http://127.0.0.1/",
            "http://10.0.0.7/x",
            "http://[::1]/",
            "http://good.test:22/",
            "http://user:password@good.test/",
        ],
    )
    def test_what_is_not_asked_is_not_judged(self, elsewhere, monkeypatch, address):
        elsewhere.pages["good.test/"] = page(404)
        monkeypatch.setattr(http, "resolve", lambda host, port: [host])
        assert ask(address) is None
        assert not elsewhere.seen

    @pytest.mark.parametrize(
        ("address", "fault"),
        [
            ("http://xn--/", Fault.ODD),
            (f"http://{'a' * 64}.test/", Fault.NO_HOST),
            ("http://a..test/", Fault.NO_HOST),
            ("http://bücher.test/ü ö", None),
            ("http://good.test/" + "a" * 3900, None),
            ("http://good.test/\ufffd", None),
        ],
    )
    def test_odd_hosts_and_paths(self, elsewhere, address, fault):
        elsewhere.pages |= {
            "xn--bcher-kva.test/%C3%BC%20%C3%B6": page(200),
            "good.test/" + "a" * 3900: page(200),
            "good.test/%EF%BF%BD": page(200),
        }
        assert ask(address) == fault

    def test_a_second_between_two_to_the_same_host(self, monkeypatch):
        slept = []
        monkeypatch.setattr(following.time, "monotonic", lambda: 100.0 + sum(slept))
        monkeypatch.setattr(following.time, "sleep", slept.append)
        pace = Pace()
        for host in ("a.test", "b.test", "a.test", "a.test"):
            pace.keep(host)
        assert slept == [1.0, 1.0]


@pytest.mark.django_db(transaction=True)
def test_not_inside_a_transaction(elsewhere):
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        ask("http://good.test/")


def test_what_cannot_be_followed():
    link = PageLink(kind=LinkKind.ODD, address="javascript:alert(1)")
    assert fault_of(link, None) == Fault.ODD
