"""A guide as its readers and search engines see it."""

import datetime
import json

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html
from wagtail.models import PageViewRestriction

from guides.models import (
    Audience,
    GuideChange,
    GuideIndexPage,
    GuidePage,
    GuideReview,
    RelatedGuide,
)
from guides.reviews import next_review_on
from people.models import Person
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.guides import make_guide

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TEXT = [("text", "<p>Look at the strap.</p>")]
SECTIONS = [
    ("Before you ask", TEXT, "1a2b3c4d-0000-4000-8000-000000000001"),
    ("Ask the lender", TEXT, "5e6f7a8b-0000-4000-8000-000000000002"),
]
FIRST, SECOND = "section-1a2b3c4d", "section-5e6f7a8b"


def show(client, page, address: str = "") -> html.HtmlElement:
    response = client.get(page.url + address)
    assert response.status_code == 200
    return html.fromstring(response.content.decode())


def text_of(tree: html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


def section_of(tree: html.HtmlElement, anchor: str) -> html.HtmlElement:
    (section,) = tree.cssselect(f'section[aria-labelledby="{anchor}"]')
    return section


def topics_in(section: html.HtmlElement) -> list[str]:
    return [text_of(link) for link in section.cssselect(".lines .stamped")]


def a_chat_naming(guide: GuidePage, *titles: str, section: str = "", date="2024-03-06", **fields):
    topics = [
        make_topic(title, 60 * (place + 1), related_page=guide, related_section=section)
        for place, title in enumerate(titles)
    ]
    return make_chat(date, topics=topics, **fields)


def test_sections_have_lasting_addresses_and_their_text(client):
    tree = show(client, make_guide(sections=SECTIONS))
    for anchor, title in ((FIRST, "Before you ask"), (SECOND, "Ask the lender")):
        section = section_of(tree, anchor)
        assert section.cssselect("h2")[0].get("id") == anchor
        assert text_of(section.cssselect("h2")[0]) == title
        assert section.cssselect(".permalink")[0].get("href") == f"#{anchor}"
        assert "Look at the strap." in text_of(section.cssselect(".prose")[0])


def test_headings_in_a_section_stand_below_its_own(client):
    blocks = [("heading", "In the system"), *TEXT]
    tree = show(client, make_guide(sections=[("Ask", blocks)]))
    assert [h.tag for h in tree.cssselect("article.guide :is(h1, h2, h3)")] == ["h1", "h2", "h3"]


def test_contents_lead_to_the_sections(client):
    tree = show(client, make_guide(sections=SECTIONS))
    (contents,) = tree.cssselect("nav.contents")
    assert text_of(tree.get_element_by_id(contents.get("aria-labelledby"))) == "In this guide"
    links = {link.get("href"): text_of(link) for link in contents.cssselect("a")}
    assert links == {f"#{FIRST}": "Before you ask", f"#{SECOND}": "Ask the lender"}
    assert all(tree.get_element_by_id(href[1:]) is not None for href in links)


def test_one_section_needs_no_contents(client):
    assert not show(client, make_guide(sections=SECTIONS[:1])).cssselect("nav.contents")


def test_a_guide_says_what_it_is_and_who_keeps_it_right(client):
    newcomers = Audience.objects.create(name="Newcomers")
    keeper = Person.objects.create(name="Winona Farrow")
    guide = make_guide(
        type="tutorial",
        subject="Renewals",
        audience=newcomers,
        keeper=keeper,
        summary="Ask for more time.",
    )
    tree = show(client, guide)
    meta = tree.cssselect(".guide-meta")[0]
    assert text_of(meta) == "Tutorial Renewals For: Newcomers"
    hrefs = [link.get("href") for link in meta.cssselect("a")]
    assert hrefs == ["/guides/?type=tutorial", "/guides/#subject-renewals"]
    assert text_of(tree.cssselect(".lead")[0]) == "Ask for more time."
    (kept,) = tree.cssselect(".reviewed a")
    assert (kept.text, kept.get("href")) == ("Winona Farrow", keeper.get_absolute_url())


def test_the_subjects_link_leads_to_its_place_on_the_page_of_guides(client):
    guide = make_guide(subject="Renewals")
    href = show(client, guide).cssselect('.guide-meta a[href*="#"]')[0].get("href")
    index = show(client, GuideIndexPage.objects.get())
    assert index.get_element_by_id(href.partition("#")[2]) is not None


@pytest.mark.parametrize(
    ("reviewed", "today", "stamp", "said"),
    [
        (None, "2024-05-01", "2024-03-10", "First published, to be reviewed by March 10, 2025"),
        (None, "2025-03-10", "2024-03-10", "First published; a review was due on March 10, 2025"),
        ("2024-06-01", "2025-01-01", "2024-06-01", "Reviewed, next by June 1, 2025"),
        ("2024-06-01", "2025-07-01", "2024-06-01", "the next review was due on June 1, 2025"),
    ],
)
def test_a_guide_says_how_far_it_may_be_relied_on(client, reviewed, today, stamp, said):
    with time_machine.travel("2024-03-10 16:00 +0000"):
        guide = make_guide()
    if reviewed:
        GuideReview.objects.create(guide=guide, reviewed_on="2024-04-01")
        GuideReview.objects.create(guide=guide, reviewed_on=reviewed)
    with time_machine.travel(f"{today} 16:00 +0000"):
        (line,) = show(client, guide).cssselect(".reviewed")
    assert line.cssselect("time")[0].get("datetime") == stamp
    assert said in text_of(line)


@pytest.mark.parametrize(
    ("reviewed_on", "months", "due_on"),
    [
        ("2024-01-31", 3, "2024-04-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-11-15", 6, "2025-05-15"),
        ("2024-12-01", 24, "2026-12-01"),
    ],
)
def test_the_next_review_is_so_many_months_on(reviewed_on, months, due_on):
    day, due = map(datetime.date.fromisoformat, (reviewed_on, due_on))
    assert next_review_on(day, None, months) == due
    at_noon = datetime.datetime.combine(day, datetime.time(17), datetime.UTC)
    assert next_review_on(None, at_noon, months) == due


def test_what_was_never_published_is_due_for_no_review():
    assert next_review_on(None, None, 12) is None


def test_a_section_lists_the_recorded_topics_that_name_it(client):
    guide = make_guide(sections=SECTIONS)
    chat = a_chat_naming(guide, "How long it may take", section=SECOND)
    a_chat_naming(guide, "Renewals in general", date="2024-02-07")
    tree = show(client, guide)
    section = section_of(tree, SECOND)
    assert topics_in(section) == ["1:00 How long it may take"]
    assert section.cssselect(".lines time")[1].get("datetime") == "2024-03-06"
    assert section.cssselect(".lines a")[0].get("href") == chat.topics.get().href
    assert not topics_in(section_of(tree, FIRST))
    assert topics_in(section_of(tree, "chats")) == ["1:00 Renewals in general"]


def test_a_topic_of_a_section_that_is_gone_stands_at_the_end(client):
    guide = make_guide(sections=SECTIONS)
    a_chat_naming(guide, "How it was", section="section-00000000")
    assert topics_in(section_of(show(client, guide), "chats")) == ["1:00 How it was"]


def test_topics_are_newest_first_and_those_after_the_fifth_in_a_fold(client):
    guide = make_guide(sections=SECTIONS)
    for month in range(1, 8):
        a_chat_naming(guide, f"In month {month}", section=FIRST, date=f"2024-{month:02}-03")
    section = section_of(show(client, guide), FIRST)
    assert topics_in(section)[0] == "1:00 In month 7"
    (fold,) = section.cssselect("details")
    assert text_of(fold.cssselect("summary")[0]) == "2 more topics"
    assert topics_in(fold) == ["1:00 In month 2", "1:00 In month 1"]


def test_topics_that_readers_may_not_see_are_left_out(client):
    guide = make_guide(sections=SECTIONS)
    other = make_guide("Another")
    a_chat_naming(guide, "A draft", section=FIRST, live=False)
    private = a_chat_naming(guide, "Private", date="2024-02-07")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    a_chat_naming(other, "Of another guide", section=FIRST, date="2024-01-03")
    make_chat("2023-01-04", topics=[make_topic("Of none", 9)])
    tree = show(client, guide)
    assert not tree.cssselect(".guide .lines")
    assert not tree.cssselect("#chats")


def test_it_leads_on_to_what_editors_chose_then_to_what_bears_its_tags(client):
    draft = make_guide("A draft", live=False)
    second, first = make_guide("Second", tags=["renewals"]), make_guide("First")
    alike = make_guide("Alike", tags=["renewals"])
    post = make_post("What it costs", tags=["renewals"])
    make_post("Of something else", tags=["labels"])
    chosen = [RelatedGuide(guide=one) for one in (first, draft, second)]
    guide = make_guide("This", tags=["renewals"], related_guides=chosen)
    links = [
        (link.get("href"), text_of(link.cssselect("span")[-1]))
        for link in show(client, guide).cssselect(".read-on .lines .stamped")
    ]
    assert links[:2] == [(first.url, "First"), (second.url, "Second")]
    assert sorted(links[2:]) == sorted([(alike.url, "Alike"), (post.url, "What it costs")])


def test_what_stands_on_the_page_is_not_led_on_to(client):
    guide = make_guide("This", tags=["renewals"])
    topic = make_topic("How long", 60, tags=["renewals"], related_page=guide)
    make_chat(topics=[topic])
    tree = show(client, guide)
    assert topics_in(section_of(tree, "chats")) == ["1:00 How long"]
    assert not tree.cssselect(".read-on")


def test_tags_lead_to_all_that_bears_them(client):
    (chip,) = show(client, make_guide(tags=["renewals"])).cssselect(".chips a")
    assert chip.get("href") == reverse("tag", args=["renewals"])


def test_what_changed_is_dated_newest_first_with_old_changes_in_a_fold(client):
    guide = make_guide()
    GuideChange.objects.all().delete()
    for day in range(1, 8):
        GuideChange.objects.create(
            guide=guide,
            revision_id=day,
            note=f"New: part {day}" if day > 1 else "",
            made_at=datetime.datetime(2024, 3, day, 17, tzinfo=datetime.UTC),
        )
    section = section_of(show(client, guide), "changes")
    lines = [text_of(line) for line in section.cssselect("li")]
    assert lines[0] == "7 Mar 2024 New: part 7"
    assert lines[-1] == "1 Mar 2024 First published"
    assert len(section.cssselect("details li")) == 2


def test_the_first_publication_is_the_first_change(client):
    section = section_of(show(client, make_guide()), "changes")
    assert [text_of(line).endswith("First published") for line in section.cssselect("li")] == [True]


def test_an_empty_guide_says_so(client):
    tree = show(client, make_guide(sections=[]))
    assert "Nothing is written yet" in text_of(tree.cssselect(".empty")[0])


def test_head_of_the_page(client):
    guide = make_guide("Renew </script> it", subject="Renewals", tags=["due dates"], summary="How.")
    tree = show(client, guide)
    assert tree.cssselect("link[rel=canonical]")[0].get("href") == guide.full_url
    told = {meta.get("property"): meta.get("content") for meta in tree.cssselect("meta[property]")}
    assert told["og:type"] == "article"
    assert told["og:title"] == guide.title
    assert told["og:url"] == guide.full_url
    assert told["og:description"] == "How."
    (script,) = tree.cssselect('script[type="application/ld+json"]')
    data = json.loads(script.text)
    assert data["@type"] == "LearningResource"
    assert (data["name"], data["about"], data["keywords"]) == (guide.title, "Renewals", "due dates")
    assert "maintainer" not in data


def test_it_can_be_followed_and_printed(client):
    guide = make_guide()
    tree = show(client, guide)
    refs = [field.get("value") for field in tree.cssselect("details.by-mail input[type=hidden]")]
    assert refs == [f"guide:{guide.pk}", "guides:"]
    assert tree.cssselect(".to-print a")[0].get("href") == f"{guide.url}print/"


def test_drafts_private_and_expired_guides_are_not_read(client):
    draft = make_guide("Unseen", live=False)
    for address in ("", "print/", "feedback/"):
        assert client.get(f"/guides/{draft.slug}/{address}").status_code == 404
    guide = make_guide()
    PageViewRestriction.objects.create(page=guide, restriction_type="login")
    for address in ("", "print/", "feedback/"):
        assert client.get(guide.url + address).status_code == 302
    PageViewRestriction.objects.all().delete()
    GuidePage.objects.filter(pk=guide.pk).update(expire_at=timezone.now())
    for address in ("", "print/", "feedback/"):
        assert client.get(guide.url + address).status_code == 404


def test_the_sitemap_has_guides_and_nothing_below_them(client):
    guide = make_guide()
    sitemap = client.get("/sitemap.xml").content.decode()
    assert guide.full_url in sitemap
    assert f"{guide.url}print/" not in sitemap


def test_the_editors_preview_shows_a_guide_never_saved(admin_client):
    index = GuideIndexPage.objects.get()
    address = reverse("wagtailadmin_pages:preview_on_add", args=["guides", "guidepage", index.pk])
    typed = {
        "title": "New",
        "slug": "new",
        "summary": "How.",
        "type": "how-to",
        "review_every": "12",
        "tags": "renewals, labels",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "section",
        "body-0-id": "",
        "body-0-value-title": "Ask",
        "body-0-value-body-count": "0",
        "related_guides-TOTAL_FORMS": "0",
        "related_guides-INITIAL_FORMS": "0",
        "related_guides-MIN_NUM_FORMS": "0",
        "related_guides-MAX_NUM_FORMS": "1000",
    }
    assert admin_client.post(address, typed).json()["is_valid"]
    response = admin_client.get(address + "?mode=")
    assert response.status_code == 200
    tree = html.fromstring(response.content.decode())
    assert text_of(tree.cssselect(".guide h2")[0]) == "Ask"
    assert not tree.cssselect("form.helpful")
    assert not GuidePage.objects.exists()


def test_the_editors_preview_shows_a_draft(client, admin_user):
    draft = make_guide(live=False, tags=["renewals"])
    assert draft.make_preview_request(preview_mode="").status_code == 200


def test_queries_do_not_grow_with_a_guide(client):
    def queries(guide) -> int:
        client.get(guide.url)
        with CaptureQueriesContext(connection) as caught:
            client.get(guide.url)
        return len(caught)

    def a_guide(title: str, times: int) -> GuidePage:
        others = [make_guide(f"{title}, other {n}", tags=["x"]) for n in range(2 * times)]
        guide = make_guide(
            title,
            sections=[(f"Part {n}", TEXT * times) for n in range(2 * times)],
            tags=["x", *(f"{title} {n}" for n in range(times))],
            subject="Renewals",
            keeper=keeper,
            related_guides=[RelatedGuide(guide=other) for other in others[:times]],
        )
        for n in range(times):
            section = guide.sections[n].anchor
            a_chat_naming(guide, "A", "B", "C", section=section, date=f"20{n + 10}-01-02")
            a_chat_naming(guide, "D", date=f"20{n + 10}-02-02")
            GuideReview.objects.create(guide=guide)
            GuideChange.objects.create(guide=guide, revision_id=n, note="New")
        return guide

    keeper = Person.objects.create(name="Winona Farrow")
    few, many = a_guide("Few", 1), a_guide("Many", 10)
    assert queries(many) <= queries(few)
