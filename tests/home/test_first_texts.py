"""What a new site says of itself, and that it is true."""

import datetime
import html as entities
import importlib
import re

import pytest
from django.apps import apps
from django.conf import settings
from lxml import html
from wagtail.models import Page

from blog.models import State
from blog.submissions import keeping as submissions
from comments import cleaning as comments
from comments import proving
from comments.models import CommentSettings
from events.models import EventSettings
from home.first_texts import INTRODUCTIONS, PRIVACY, STANDARD_PAGES
from home.models import StandardPage
from outbox import purging
from search import models as searches
from updates import subscriptions
from updates.models.subscribers import EXPIRES_AFTER

DAY = datetime.timedelta(days=1)

fill = importlib.import_module("home.migrations.0007_first_texts").fill


def said(heading: str) -> str:
    """Return what Privacy says under a heading, without markup."""
    kinds = [kind for kind, _words in PRIVACY.body]
    at = PRIVACY.body.index(("heading", heading))
    end = kinds.index("heading", at + 1) if "heading" in kinds[at + 1 :] else len(kinds)
    text = " ".join(words for _kind, words in PRIVACY.body[at + 1 : end])
    return entities.unescape(re.sub(r"<[^>]+>", " ", text))


def setting(model, name):
    """Return a setting as it comes."""
    return model._meta.get_field(name).default


def test_privacy_says_how_long_searches_are_kept():
    text = said("When you search")
    assert f"fewer than {searches.TOLD_FROM} times" in text
    assert f"forgotten {searches.RARE_KEPT_FOR // DAY} days after the last time" in text
    assert f"kept for {searches.MONTHS_KEPT} months" in text


def test_privacy_says_how_long_comments_are_kept():
    text = said("When you comment")
    days = setting(CommentSettings, "forget_after")
    assert f"the page you came from, for {days} days" in text
    assert f"marked as spam is erased after {comments.SPAM_FOR // DAY} days" in text
    assert f"what was deleted after {comments.DELETED_FOR // DAY} days" in text


def test_privacy_says_how_long_registrations_are_kept():
    text = said("When you come to an event")
    days, years = (setting(EventSettings, name) for name in ("private_days", "years_kept"))
    assert f"marked as private are erased {days} days after the event" in text
    assert f"are erased {years} years after it" in text


def test_privacy_says_how_long_mail_and_what_is_followed_is_kept():
    text = said("When you get mail from us")
    assert f"not confirmed is forgotten after {EXPIRES_AFTER // DAY} days" in text
    assert subscriptions.ENDED_KEPT_FOR == subscriptions.TOLD_KEPT_FOR
    days = subscriptions.ENDED_KEPT_FOR // DAY
    assert f"told you of what, is forgotten after {days} days" in text
    assert f"each mail that we send is kept for {purging.SENT_KEPT_FOR // DAY} days" in text
    assert f"could not be delivered for {purging.FAILED_KEPT_FOR // DAY} days" in text


def test_privacy_says_how_long_what_is_sent_in_is_kept():
    text = said("When you write to us or send something in")
    kept = {state: kept_for // DAY for state, kept_for in submissions.KEPT_FOR.items()}
    assert f"the rest is erased {kept[State.DONE]} days after it was dealt with" in text
    assert f"what was deleted after {kept[State.DELETED]} days" in text
    assert f"spam after {kept[State.SPAM]} days" in text
    assert set(kept) == {State.DONE, State.DELETED, State.SPAM}


def test_privacy_says_how_long_cookies_last():
    text = said("Cookies, and what your browser keeps")
    assert f"tells us for {proving.AUTHOR_FOR // DAY} days" in text
    assert f"edit the comment for {setting(CommentSettings, 'edit_minutes')} minutes" in text
    assert f"a cookie that lasts {settings.SESSION_COOKIE_AGE // 86400} days" in text
    assert 360 <= settings.CSRF_COOKIE_AGE // 86400 <= 366
    assert "lasts a year" in text


def test_reading_sets_no_cookie_and_asks_no_other_site(client, home):
    for address in ("/", "/about/", "/privacy/", "/contact/", "/guides/"):
        response = client.get(address)
        assert not response.cookies
        page = html.fromstring(response.content)
        sources = page.xpath("//@src | //link[@rel='stylesheet' or @rel='preload']/@href")
        assert all(source.startswith("/") for source in sources)


@pytest.mark.parametrize("slug", STANDARD_PAGES)
def test_a_new_site_has_its_standard_pages_written(client, home, slug):
    page = html.fromstring(client.get(f"/{slug}/").content)
    assert page.cssselect("main .lead")[0].text == STANDARD_PAGES[slug].summary
    assert len(page.cssselect(".prose p")) > 2
    assert "{" not in page.cssselect("main")[0].text_content()


@pytest.mark.parametrize("slug", INTRODUCTIONS)
def test_a_new_site_introduces_its_sections(home, slug):
    assert Page.objects.get(slug=slug).specific.intro == INTRODUCTIONS[slug]


def test_privacy_leads_to_the_contact_page(client, home):
    page = html.fromstring(client.get("/privacy/").content)
    assert [link.text for link in page.cssselect('main .prose a[href="/contact/"]')] == [
        "write to us",
        "write to us",
    ]
    for link in page.cssselect("main .prose a"):
        assert client.get(link.get("href")).status_code == 200


class TestFilling:
    def blank(self, **fields) -> StandardPage:
        about = StandardPage.objects.get(slug="about")
        StandardPage.objects.filter(pk=about.pk).update(summary="", body="[]", **fields)
        return about

    def text(self) -> str:
        return StandardPage.objects.get(slug="about").body.render_as_block()

    def test_what_is_blank_is_filled(self, home):
        self.blank()
        fill(apps, None)
        assert "pack the boxes" in self.text()

    def test_what_an_editor_wrote_stays(self, home):
        about = StandardPage.objects.get(slug="about")
        about.body = [("text", "<p>Ours.</p>")]
        about.save()
        fill(apps, None)
        assert "Ours." in self.text()
        assert "pack the boxes" not in self.text()

    def test_a_page_with_a_draft_is_left_alone(self, home):
        about = self.blank()
        about.body = [("text", "<p>Not ready.</p>")]
        about.save_revision()
        fill(apps, None)
        assert not self.text()

    def test_pages_that_were_removed_stay_away(self, home):
        home.get_children().delete()
        fill(apps, None)
        assert not StandardPage.objects.exists()

    def test_a_site_with_another_first_page_is_left_alone(self, home):
        self.blank()
        Page.objects.filter(pk=home.pk).update(url_path="/elsewhere/")
        fill(apps, None)
        assert not self.text()
