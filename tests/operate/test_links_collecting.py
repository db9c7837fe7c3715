"""Which links of a page are collected, what they mean, and what is never read."""

import datetime
import json

import pytest
import time_machine
from wagtail.documents import get_document_model
from wagtail.models import Page

from blog.models import BlogPage, PostPage
from chats.models import ChatPage, ChatResource, Topic
from events.models import EventPage, Format, RegistrationMode
from guides.models import GuideIndexPage, GuidePage, SharedText
from home.models import StandardPage
from operate.links.addresses import LONGEST, of_href
from operate.links.collecting import NEVER, Link, links_of
from operate.models import LinkKind
from tests.factories.chats import make_chat
from tests.factories.events import make_event
from tests.factories.guides import make_guide

pytestmark = pytest.mark.any_database

PAGE = "http://localhost:8000/guides/renew/"


def collected(page: Page) -> list[Link]:
    [(_page, links)] = links_of(type(page), [page.pk])
    return links


def told(page: Page) -> list[tuple[str, str]]:
    return [(link.address.text, link.words) for link in collected(page)]


class TestWhatAnAddressMeans:
    @pytest.mark.parametrize(
        ("href", "kind", "text"),
        [
            ("/chats/", LinkKind.INSIDE, "/chats/"),
            ("print/", LinkKind.INSIDE, "/guides/renew/print/"),
            ("../", LinkKind.INSIDE, "/guides/"),
            ("?x=1", LinkKind.INSIDE, "/guides/renew/?x=1"),
            ("#section-1a2b3c4d", LinkKind.INSIDE, "/guides/renew/#section-1a2b3c4d"),
            ("http://localhost:8000", LinkKind.INSIDE, "/"),
            ("HTTPS://LOCALHOST:8000/a?b#c", LinkKind.INSIDE, "/a?b#c"),
            ("www.example.org", LinkKind.INSIDE, "/guides/renew/www.example.org"),
            ("http://localhost:8001/", LinkKind.OUTSIDE, "http://localhost:8001/"),
            (" https://Example.org/a b\n", LinkKind.OUTSIDE, "https://Example.org/a b"),
            ("//example.org/x", LinkKind.OUTSIDE, "http://example.org/x"),
            ("http://bücher.example/ü", LinkKind.OUTSIDE, "http://bücher.example/ü"),
            ("https://example.org:8443/", LinkKind.OUTSIDE, "https://example.org:8443/"),
            ("javascript:alert(1)", LinkKind.ODD, "javascript:alert(1)"),
            ("java\nscript:alert(1)", LinkKind.ODD, "javascript:alert(1)"),
            ("data:text/html,x", LinkKind.ODD, "data:text/html,x"),
            (r"C:\Forms\renew.doc", LinkKind.ODD, r"C:\Forms\renew.doc"),
            ("file:///C:/renew.doc", LinkKind.ODD, "file:///C:/renew.doc"),
            ("example.org:8080/x", LinkKind.ODD, "example.org:8080/x"),
            ("https:///x", LinkKind.ODD, "https:///x"),
            ("http://[::1/", LinkKind.ODD, "http://[::1/"),
            ("http://example.org:port/", LinkKind.ODD, "http://example.org:port/"),
            ("http://example.org/\x00x", LinkKind.ODD, "http://example.org/\ufffdx"),
            ("http://example.org/\ud800", LinkKind.OUTSIDE, "http://example.org/?"),
        ],
    )
    def test_to_a_browser(self, href, kind, text):
        address = of_href(href, PAGE)
        assert (address.kind, address.text) == (kind, text)

    @pytest.mark.parametrize(
        "href", ["", " ", "#", "mailto:a@example.org", "TEL:+15550100", "sms:1", "zoommtg://x"]
    )
    def test_what_is_not_followed(self, href):
        assert of_href(href, PAGE) is None

    def test_five_thousand_characters(self):
        first, second = (of_href("http://example.org/" + "a" * 5000 + end, PAGE) for end in "xy")
        assert first.kind == LinkKind.ODD
        assert len(first.text) == LONGEST
        assert first.key != second.key

    def test_with_and_without_encryption_the_site_is_one(self, settings):
        settings.SITE_URL = "https://ill.example.org"
        assert of_href("http://ill.example.org/x", PAGE).kind == LinkKind.INSIDE
        assert of_href("https://ill.example.org:443/x", PAGE).kind == LinkKind.INSIDE
        assert of_href("https://other.example.org/x", PAGE).kind == LinkKind.OUTSIDE


@pytest.mark.django_db
class TestPages:
    def test_every_kind_of_block(self):
        document = get_document_model().objects.create(title="Slip", file="documents/slip.pdf")
        index = GuideIndexPage.objects.get()
        guide = make_guide(
            sections=[
                (
                    "Before",
                    [
                        (
                            "text",
                            '<p><a href="https://a.example/1">one</a> <a linktype="page" '
                            f'id="{index.pk}">all <b>guides</b></a> <a linktype="document" '
                            f'id="{document.pk}">slip</a> <a>none</a> '
                            '<a href="mailto:x@example.org">mail</a></p>',
                        ),
                        ("callout", {"kind": "tip", "title": "", "text": '<a href="/x">x</a>'}),
                    ],
                ),
                (
                    "After",
                    [
                        (
                            "links",
                            {
                                "title": "Go on",
                                "links": [
                                    {
                                        "label": "Catalog",
                                        "page": None,
                                        "url": "https://a.example/2",
                                    },
                                    {"label": "Home", "page": 999, "url": ""},
                                ],
                            },
                        ),
                        ("file", {"document": 77, "title": "Form", "note": ""}),
                        ("video", {"title": "Tape", "url": "https://youtu.be/x", "moments": []}),
                        (
                            "catalogue",
                            {"label": "Union", "url": "https://a.example/3", "field": "q"},
                        ),
                        (
                            "steps",
                            {
                                "title": "",
                                "steps": [{"title": "Ask", "text": '<a href="#top">top</a>'}],
                            },
                        ),
                        (
                            "answers",
                            {
                                "title": "",
                                "answers": [
                                    {"question": "May it?", "answer": '<a href="/y">y</a>'}
                                ],
                            },
                        ),
                    ],
                ),
            ]
        )
        assert told(guide) == [
            ("https://a.example/1", "one"),
            (f"page:{index.pk}", "all guides"),
            (f"document:{document.pk}", "slip"),
            ("/x", "x"),
            ("https://a.example/2", "Catalog"),
            ("page:999", "Home"),
            ("document:77", "Form"),
            ("https://youtu.be/x", "Tape"),
            ("https://a.example/3", "Union"),
            ("/guides/renew-a-loan/#top", "top"),
            ("/y", "y"),
        ]
        places = [link.place for link in collected(guide)]
        assert places[0] == "Before"
        assert places[-2:] == ["Ask", "May it?"]

    def test_its_place_in_the_editor(self):
        guide = make_guide(
            sections=[("One", [{"type": "text", "id": "b", "value": '<a href="/x">x</a>'}], "a")]
        )
        assert [link.content_path for link in collected(guide)] == ["body.a.body.b"]

    def test_shared_texts_are_those_of_the_guides_that_show_them(self):
        shown = SharedText.objects.create(
            name="Courier", body=[("text", '<p><a href="https://a.example/c">courier</a></p>')]
        )
        SharedText.objects.create(
            name="Unused", body=[("text", '<p><a href="https://a.example/u">nobody</a></p>')]
        )
        guide = make_guide(sections=[("Van", [("shared", shown.pk), ("shared", 999)])])
        [link] = collected(guide)
        assert (link.address.text, link.shared_text_id) == ("https://a.example/c", shown.pk)
        assert link.place == "Van"

    def test_the_same_address_twice_is_one(self):
        html = '<a href="/x">first</a> <a href="/x">second</a>'
        assert told(make_guide(sections=[("One", [("text", html)])])) == [("/x", "first")]

    def test_a_draft_is_not_read(self):
        guide = make_guide(sections=[("One", [("text", '<a href="/public">p</a>')])])
        guide.body[0].value["body"][0].value.source = '<a href="/draft">d</a>'
        guide.save_revision()
        assert told(GuidePage.objects.get(pk=guide.pk)) == [("/public", "p")]

    def test_a_chat_with_its_topics(self, archive):
        chat = make_chat(date="2026-01-05", recording_url="https://youtu.be/abc")
        topic = Topic(
            page=chat,
            title="Which form?",
            answer="See www.example.org/form, not example.org. Also https://b.example/x.",
        )
        chat.topics = [topic]
        chat.summary = '<p><a href="https://a.example/s">summary</a></p>'
        chat.recording_passcode = "https://secret.example/"
        chat.save()
        assert told(chat) == [
            ("https://a.example/s", "summary"),
            ("https://youtu.be/abc", "Link to the recording"),
            ("https://www.example.org/form", "www.example.org/form"),
            ("https://b.example/x", "https://b.example/x"),
        ]
        assert collected(chat)[-1].place == "Topic: Which form?"

    def test_what_goes_with_a_chat(self, archive):
        chat = make_chat("2026-01-05")
        chat.resources = [ChatResource(label="Slides", url="https://a.example/slides")]
        chat.save()
        assert told(chat) == [("https://a.example/slides", "Slides")]

    def test_what_readers_are_not_shown_any_more_is_not_followed(self, archive):
        with time_machine.travel("2026-03-10 12:00 -0400", tick=False):
            chat = make_chat(
                date="2026-03-12",
                register_url="https://a.example/register",
                recording_url="https://a.example/r",
                recording_expires_on=datetime.date(2026, 4, 1),
            )
            assert len(told(chat)) == 2
        with time_machine.travel("2026-05-10 12:00 -0400", tick=False):
            assert told(chat) == []

    def test_where_to_register_elsewhere_while_one_can(self):
        event = make_event(
            registration=RegistrationMode.ELSEWHERE, register_url="https://a.example/register"
        )
        assert told(event) == [("https://a.example/register", "Where to register")]
        EventPage.objects.filter(pk=event.pk).update(is_cancelled=True)
        assert told(event) == []

    def test_secrets_of_events_are_never_read(self):
        secret = "https://zoom.example/j/123?pwd=secret"
        event = make_event(
            format=Format.BOTH,
            join_url=secret,
            join_notes=f"Passcode at {secret}",
            arrival_notes=secret,
            day_contact=secret,
        )
        assert event.join_url == secret
        assert told(event) == []

    def test_the_fields_left_out_are_there(self):
        from django.apps import apps

        for label, name in NEVER:
            assert apps.get_model(label)._meta.get_field(name)

    def test_a_repost_names_its_original(self):
        blog = BlogPage.objects.get()
        post = PostPage(title="Again", canonical_url="https://a.example/first")
        blog.add_child(instance=post)
        assert told(post) == [("https://a.example/first", "First published at")]

    def test_what_no_block_would_have_stored_says_nothing(self, home):
        odd = [
            {"type": "gone", "value": "x", "id": "1"},
            {"type": "text", "value": 7, "id": "2"},
            {"type": "links", "value": {"links": ["x", None, {"url": 3}]}, "id": "3"},
            {"type": "table", "value": {"table": {"columns": None, "rows": [{}]}}, "id": "4"},
            {"type": "text", "value": "<a href='/x'>un<a href=/y>closed", "id": "5"},
        ]
        page = StandardPage(title="Odd")
        home.add_child(instance=page)
        StandardPage.objects.filter(pk=page.pk).update(body=json.dumps(odd))
        assert told(page) == [("/x", "un"), ("/y", "closed")]

    @pytest.mark.parametrize("pk", ["", "x", "9" * 40, "-1", "٣"])
    def test_the_number_of_a_page_that_is_none(self, home, pk):
        html = f'<a linktype="page" id="{pk}">x</a>'
        page = StandardPage(title="Odd", body=[("text", html)])
        home.add_child(instance=page)
        [link] = collected(StandardPage.objects.get(pk=page.pk))
        assert link.address.kind == LinkKind.ODD

    def test_queries_do_not_grow_with_pages(self, archive, django_assert_max_num_queries):
        def some(count: int) -> list[int]:
            made = []
            for n in range(count):
                chat = make_chat(f"2026-01-{n + 1:02}")
                chat.topics = [Topic(page=chat, title="A?", answer="https://a.example/x")]
                chat.save()
                made.append(chat.pk)
            return made

        pks = some(12)
        list(links_of(ChatPage, pks[:1]))
        with django_assert_max_num_queries(3):
            assert len(list(links_of(ChatPage, pks))) == 12
