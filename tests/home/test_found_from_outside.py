"""What search engines and browsers are told of the site."""

from urllib.parse import urlsplit

import pytest
from lxml import etree, html
from wagtail.models import Page, Site

from home.models import StandardPage
from tests.factories.guides import make_guide

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def sitemap(client) -> list[str]:
    tree = etree.fromstring(client.get("/sitemap.xml").content)
    return [urlsplit(place.text).path for place in tree.iter("{*}loc")]


def test_every_page_is_in_the_sitemap(client, home):
    guide = make_guide("Renew a loan")
    named = sitemap(client)
    of_the_frame = ["/", "/guides/", "/people/", "/committee/", "/contact/"]
    for address in [*of_the_frame, "/about/", "/privacy/", "/accessibility/", guide.url]:
        assert address in named


def test_what_readers_may_not_see_is_not(client, home):
    home.add_child(instance=StandardPage(title="Draft", live=False))
    assert "/draft/" not in sitemap(client)


def test_nothing_in_the_sitemap_asks_to_be_left_out(client, home):
    make_guide("Renew a loan")
    for address in sitemap(client):
        page = html.fromstring(client.get(address).content)
        assert not page.cssselect('meta[name="robots"]'), address


def test_robots_are_told_where_to_look_and_where_not(client):
    response = client.get("/robots.txt")
    lines = response.content.decode().splitlines()
    assert response.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /admin/" in lines
    assert lines[-1].startswith("Sitemap: http://")
    assert lines[-1].endswith("/sitemap.xml")


def described(client):
    response = client.get("/opensearch.xml")
    assert response.headers["Content-Type"].startswith("application/opensearchdescription+xml")
    return etree.fromstring(response.content)


def test_a_browser_can_search_from_its_address_bar(client, home, settings):
    page = html.fromstring(client.get("/about/").content)
    (link,) = page.cssselect("link[rel=search]")
    assert (link.get("href"), link.get("title")) == ("/opensearch.xml", "Desk to Desk")
    tree = described(client)
    assert tree.findtext(f"{OPENSEARCH}ShortName") == "Desk to Desk"
    template = tree.find(f"{OPENSEARCH}Url").get("template")
    assert template == f"{settings.SITE_URL}/search/?q={{searchTerms}}"
    address = template.removeprefix(settings.SITE_URL).replace("{searchTerms}", "renew")
    assert client.get(address).status_code == 200


def test_a_long_name_is_cut_to_what_browsers_take(client, home):
    Site.objects.update(site_name="Loans & more of the Tamarack Library Network")
    name = described(client).findtext(f"{OPENSEARCH}ShortName")
    assert name.startswith("Loans & more")
    assert len(name) <= 16


def test_the_description_needs_no_site(client, home):
    Site.objects.all().delete()
    assert described(client) is not None
    assert Page.objects.exists()
