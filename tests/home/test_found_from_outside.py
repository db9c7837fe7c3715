"""What search engines and browsers are told of the site."""

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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


def test_the_map_of_a_large_site_comes_in_parts(client, home, monkeypatch):
    whole = sitemap(client)
    monkeypatch.setattr("home.sitemaps.MOST_IN_A_PART", len(whole) - 1)
    index = etree.fromstring(client.get("/sitemap.xml").content)
    assert etree.QName(index).localname == "sitemapindex"
    addresses = [place.text for place in index.iter("{*}loc")]
    assert addresses[:2] == [
        "http://testserver/sitemap-pages-1.xml",
        "http://testserver/sitemap-pages-2.xml",
    ]
    parts = [etree.fromstring(client.get(urlsplit(one).path).content) for one in addresses]
    named = [urlsplit(place.text).path for part in parts for place in part.iter("{*}loc")]
    assert named == whole


@pytest.mark.parametrize("part", ["pages-2", "pages-0", "nothing-1", "persons-2"])
def test_a_part_that_is_none_is_not_found(client, home, part):
    assert client.get(f"/sitemap-{part}.xml").status_code == 404


def test_the_map_asks_no_more_for_more_pages(client, home, django_assert_num_queries):
    client.get("/sitemap.xml")
    with CaptureQueriesContext(connection) as few:
        client.get("/sitemap.xml")
    for n in range(5):
        make_guide(f"Guide {n}")
    with django_assert_num_queries(len(few)):
        client.get("/sitemap.xml")


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
