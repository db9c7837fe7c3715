import pytest
from django.test import Client

from tests.factories.guides import make_guide

PUBLIC = ["/", "/chats/", "/tags/", "/robots.txt", "/sitemap.xml", "/healthz", "/nothing/here/"]

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def policy(response) -> dict[str, str]:
    directives = response["Content-Security-Policy"].split(";")
    return {name: value for name, _, value in (part.strip().partition(" ") for part in directives)}


@pytest.mark.parametrize("address", PUBLIC)
def test_readers_pages_run_nothing_written_into_them(client, address):
    directives = policy(client.get(address))
    assert "unsafe" not in str(directives)
    assert "nonce" not in str(directives)
    assert directives["default-src"] == "'self'"
    assert directives["object-src"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert directives["form-action"] == "'self'"
    assert directives["frame-ancestors"] == "'self'"


def test_forms_leave_the_site_from_a_page_with_a_catalogue_alone(client):
    catalogue = {"label": "There", "url": "https://example.org/find", "field": "q", "fixed": []}
    with_one = make_guide("One", [("Look", [("catalogue", catalogue)])])
    directives = policy(client.get(with_one.url))
    assert directives["form-action"] == "'self' https: http:"
    assert directives["default-src"] == "'self'"
    assert policy(client.get(make_guide("None").url))["form-action"] == "'self'"


@pytest.mark.parametrize("address", [*PUBLIC, "/admin/login/"])
def test_every_answer_has_its_headers(client, address):
    response = client.get(address)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    for feature in ("camera", "geolocation", "microphone"):
        assert f"{feature}=()" in response["Permissions-Policy"]


def test_a_missing_page_answers_so(client):
    assert client.get("/nothing/here/").status_code == 404


@pytest.mark.parametrize("address", ["/admin/login/", "/admin/", "/admin/nothing/"])
def test_the_editors_screens_have_a_policy_they_work_under(admin_client, address):
    directives = policy(admin_client.get(address))
    assert directives["script-src"] == "'self' 'unsafe-inline'"
    assert directives["default-src"] == "'self'"
    assert "http" not in str(directives)


def test_an_address_that_only_looks_like_the_admins_is_a_readers(client):
    for address in ("/administration/", "/chats/admin/"):
        assert "unsafe" not in client.get(address)["Content-Security-Policy"]


@pytest.mark.parametrize("address", PUBLIC)
def test_readers_get_no_cookie_and_no_page_of_their_own(client, address):
    response = client.get(address)
    assert not response.cookies
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",")}
    assert varies.isdisjoint({"cookie", "accept-language"})


def test_a_failure_has_the_headers_and_tells_nothing(settings, monkeypatch):
    def fail(request):
        raise RuntimeError("nobody's business")

    monkeypatch.setattr("home.models.HomePage.serve", fail)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert "unsafe" not in response["Content-Security-Policy"]
    assert b"nobody" not in response.content
