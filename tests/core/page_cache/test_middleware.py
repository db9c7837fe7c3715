"""Who is answered from the store, what is kept in it, and that nothing of a reader is."""

import gzip

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.page_cache import same_for_all
from core.page_cache.middleware import PageCacheMiddleware
from core.page_cache.parts import kept
from core.security import let_forms_leave, plain_headers
from home.models import StandardPage
from tests.factories.blog import make_post

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def page(home) -> StandardPage:
    page = StandardPage(title="Couriers", slug="couriers")
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


@pytest.fixture
def asked(client, store, committing, page):
    """A function that says whether an address is rendered, not answered from the store."""

    def ask(address="/couriers/", by: Client = client, **options) -> bool:
        with CaptureQueriesContext(connection) as queries:
            response = by.get(address, **options)
        assert response.status_code == 200
        return len(queries) > 0

    ask()
    return ask


class TestAnswered:
    def test_the_second_reader_without_any_query(self, asked):
        assert not asked()
        assert not asked(by=Client())

    def test_as_it_was_rendered(self, asked, client, page):
        page.save()
        rendered, stored = client.get("/couriers/"), client.get("/couriers/")
        assert stored.content == rendered.content
        assert stored.headers == rendered.headers
        assert stored["Content-Security-Policy"]
        assert stored["Cache-Control"] == "no-cache"

    def test_a_publish_is_seen_at_once(self, asked, client, page):
        page.title = "Vans"
        page.save_revision().publish()
        assert "Vans" in client.get("/couriers/").content.decode()
        page.unpublish()
        assert client.get("/couriers/").status_code == 404

    def test_compressed_to_whoever_takes_that(self, asked, client):
        plain = client.get("/couriers/")
        zipped = client.get("/couriers/", headers={"accept-encoding": "br, gzip"})
        assert zipped["Content-Encoding"] == "gzip"
        assert zipped["Vary"] == plain["Vary"] == "Accept-Encoding"
        assert gzip.decompress(zipped.content) == plain.content
        assert int(zipped["Content-Length"]) == len(zipped.content) < len(plain.content)

    def test_with_304_to_whoever_has_it(self, asked, client, page):
        etag = client.get("/couriers/")["ETag"]
        assert client.get("/couriers/", headers={"if-none-match": etag}).status_code == 304
        assert client.get("/couriers/", headers={"if-none-match": '"x"'}).status_code == 200
        page.save()
        # Rendered anew to the same text: still what the reader has.
        response = client.get("/couriers/", headers={"if-none-match": etag})
        assert response.status_code == 304
        assert not response.content
        page.title = "Vans"
        page.save()
        assert client.get("/couriers/", headers={"if-none-match": etag}).status_code == 200

    def test_head_without_filling_it(self, asked, client, page):
        page.save()
        assert client.head("/couriers/").status_code == 200
        assert asked()
        assert client.head("/couriers/")["ETag"] == client.get("/couriers/")["ETag"]

    def test_a_list_with_a_query_is_told_apart_and_rendered(self, asked, client):
        assert asked("/couriers/?page=2")
        assert asked("/couriers/?page=2")
        assert client.get("/couriers/?page=2")["ETag"]

    @pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "author"])
    def test_nobody_with_a_cookie_of_ours(self, asked, name):
        somebody = Client()
        somebody.cookies[name] = "anything"
        assert asked(by=somebody)
        assert asked(by=somebody)

    def test_readers_with_cookies_of_others(self, asked):
        somebody = Client()
        somebody.cookies["_ga"] = "GA1.2"
        assert not asked(by=somebody)

    def test_on_another_host_what_was_rendered_there(self, asked, client, settings):
        settings.ALLOWED_HOSTS = ["testserver", "other.example.org"]
        assert asked(headers={"host": "other.example.org"})
        assert not asked(headers={"host": "other.example.org"})
        assert client.get("/couriers/", headers={"host": "evil.example"}).status_code == 400

    def test_nothing_while_this_transaction_waits(self, store, client, page):
        page.title = "Vans"
        page.save()
        client.get("/couriers/")
        page.title = "Lorries"
        page.save()
        assert "Lorries" in client.get("/couriers/").content.decode()

    def test_what_began_before_a_publish_is_not_kept(self, asked, store, client, page, monkeypatch):
        """A reader's page is rendered of the old text while an editor publishes the new one."""
        page.save()
        context = StandardPage.get_context
        begun = []

        def slow(self, *args, **kwargs):
            found = context(self, *args, **kwargs)
            if not begun:
                begun.append(self)
                page.title = "As it is"
                page.save()
            return found

        monkeypatch.setattr(StandardPage, "get_context", slow)
        assert "<h1>Couriers</h1>" in client.get("/couriers/").content.decode()
        assert "<h1>As it is</h1>" in client.get("/couriers/").content.decode()


class TestNotKept:
    """Answers that a view said are the same for all, and are not."""

    @pytest.fixture
    def given(self, store, committing):
        """A function that returns how often a view was asked for two requests."""

        def ask(change, method="GET") -> int:
            calls = []

            def view(request):
                calls.append(request)
                response = HttpResponse("words")
                change(request, response)
                return response

            view = same_for_all(view)
            middleware = PageCacheMiddleware(view)

            def answer(request):
                middleware.process_view(request, view, [], {})
                return view(request)

            middleware.get_response = answer
            for _ in range(2):
                request = RequestFactory().generic(method, "/anything/")
                middleware(request)
            return len(calls)

        return ask

    def test_but_what_is(self, given):
        assert given(lambda request, response: None) == 1

    @pytest.mark.parametrize(
        "change",
        [
            lambda request, response: response.set_cookie("a", "b"),
            lambda request, response: response.headers.__setitem__("Vary", "Cookie"),
            lambda request, response: response.headers.__setitem__("Vary", "Accept, Cookie"),
            lambda request, response: response.headers.__setitem__("Vary", "Accept-Language"),
            lambda request, response: response.headers.__setitem__("Vary", "*"),
            lambda request, response: response.headers.__setitem__("Cache-Control", "private"),
            lambda request, response: response.headers.__setitem__("Cache-Control", "no-store"),
            lambda request, response: response.headers.__setitem__(
                "Cache-Control", "max-age=0, private"
            ),
            lambda request, response: setattr(response, "status_code", 404),
            lambda request, response: setattr(response, "status_code", 302),
            lambda request, response: setattr(request, "is_same_for_all", False),
        ],
    )
    def test_what_is_a_readers_own(self, given, change):
        assert given(change) == 2

    @pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "PUT"])
    def test_what_is_not_a_get(self, given, method):
        assert given(lambda request, response: None, method) == 2

    def test_a_view_that_did_not_say_so(self, client, asked):
        assert asked("/comments/rules/")
        assert asked("/comments/rules/")

    def test_a_page_for_some_only(self, client, asked, page):
        page.view_restrictions.create(restriction_type="password", password="courier")
        assert b"Couriers" not in client.get("/couriers/", follow=True).content
        response = client.post(
            f"/_util/authenticate_with_password/{page.view_restrictions.get().pk}/{page.pk}/",
            {"password": "courier", "return_url": "/couriers/"},
        )
        assert response.status_code == 302
        assert b"Couriers" in client.get("/couriers/").content
        assert b"Couriers" not in Client().get("/couriers/", follow=True).content


class TestPlain:
    def test_a_page_with_headers_of_its_own_is_left_to_us(self, store, committing, settings):
        def view(request):
            if request.path == "/leaving/":
                let_forms_leave(request)
            return HttpResponse("words", headers=plain_headers())

        middleware = PageCacheMiddleware(view)

        def answer(request):
            request.is_same_for_all = True
            return view(request)

        middleware.get_response = answer
        for path in ("/leaving/", "/staying/"):
            middleware(RequestFactory().get(path))
        current = settings.PAGES_FOLDER / "current" / "testserver"
        assert not (current / "leaving" / "@page.gz").exists()
        assert (current / "staying" / "@page.gz").exists()


class TestParts:
    def test_made_once_a_version_but_not_where_drafts_are_shown(self, store, committing, page):
        made, previewing = [], []

        def make():
            made.append(1)
            return "part"

        def view(request):
            # As Wagtail says it: once the middleware is passed.
            request.is_preview = bool(previewing)
            assert kept(request, "a", make) == "part"
            return HttpResponse()

        middleware = PageCacheMiddleware(view)
        for _ in range(2):
            middleware(RequestFactory().get("/"))
        assert len(made) == 1
        middleware(RequestFactory().get("/", headers={"cookie": "sessionid=a"}))
        assert len(made) == 1
        middleware(RequestFactory().post("/"))
        assert len(made) == 2
        previewing.append(True)
        middleware(RequestFactory().get("/"))
        assert len(made) == 3
        previewing.clear()
        page.save()
        middleware(RequestFactory().get("/", headers={"cookie": "sessionid=a"}))
        assert len(made) == 4

    def test_an_empty_part_is_kept_too(self, store):
        made = []
        request = RequestFactory().get("/")
        request.content_version = "v"
        for _ in range(2):
            assert kept(request, "nothing", lambda: made.append(1)) is None
        assert len(made) == 1


class TestTwoReaders:
    """What one reader does on a page shows nothing of them to the next."""

    def test_a_comment_in_two_steps(self, store, committing, client, asked):
        post = make_post()
        address = post.get_url()
        first, second = Client(), Client()
        stamp = first.get(f"/comments/on/{post.pk}/stamp/").json()
        assert "csrftoken" in first.cookies
        before = first.get(address).content.decode()
        said = {"name": "Ottilie Brandt", "email": "ottilie@example.org", "text": "Well said."}
        preview = first.post(f"/comments/on/{post.pk}/", said).content.decode()
        assert "Ottilie" in preview
        seen = second.get(address).content.decode()
        for secret in ("Ottilie", "ottilie@", stamp["stamp"], stamp["token"]):
            assert secret not in seen
        assert seen == before

    def test_staff_in_between(self, store, committing, client, asked):
        user = get_user_model().objects.create_superuser("desk@example.org", "a pass word")
        user.first_name, user.last_login = "Desdemona", timezone.now()
        user.save()
        staff = Client()
        staff.force_login(user)
        assert staff.get("/couriers/").status_code == 200
        assert "Desdemona" not in Client().get("/couriers/").content.decode()
        assert asked(by=staff)
