"""Nothing of the interface is said in English alone.

A made-up language sets each translated string between brackets. All content here is Greek: a Latin
letter outside of brackets is a string that no translator gets to see.
"""

import datetime
import gettext
import re
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import trans_real
from lxml import html
from taggit.models import Tag
from wagtail.models import Page, Site

from accounts.models import User
from blog.models import BlogPage, PostPage
from chats.models import ChatPage, ChatResource
from chats.states import Outcome
from chats.titles import default_title
from comments.models import Comment
from comments.proving import own_address, proof_address, stop_address
from core.errors import bad_request
from events import links
from events.models import CalendarPage, EventPage, EventQuestion, Registration
from events.registration import Person as Who
from events.registration import follow, register
from guides.models import (
    Audience,
    GuideChange,
    GuideIndexPage,
    GuidePage,
    GuideReview,
    RelatedGuide,
)
from home.models import NoticeBar, SearchExample, StandardPage
from outbox import addresses, outlet
from outbox.messages import post, render
from outbox.models import Batch, Letterhead, Mail, MailState, StopReason
from outbox.trouble import TROUBLE
from people.models import CommitteePage, ContactPage, PeoplePage, Person
from search import following
from tests.comments.pages import path_of, stamp
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.comments import make_comment
from tests.factories.events import make_event, make_series, register_one
from tests.factories.guides import make_guide
from tests.factories.people import make_person, make_term
from tests.factories.updates import (
    make_announcement,
    make_list,
    make_subscriber,
    make_subscription,
    tell_all,
)
from updates import announcements, searches, subscriptions
from updates import links as updates_links
from updates.following import Ref
from updates.mails import MESSAGES
from updates.models import Pace

pytestmark = pytest.mark.any_database

NOW = "2024-03-10 12:00 +0000"
YOUTUBE = "https://www.youtube.com/watch?v=abcdefghijk"
UNNAMED = datetime.date(2024, 2, 21)

BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
LATIN = re.compile(r"[A-Za-z]{2,}")
# A title made from a date is stored as it is; the names of time zones are the same everywhere, and
# so is what is to be copied.
NOT_TRANSLATED = re.compile(
    rf"{default_title(UNNAMED)}|\bE[SD]T\b|<iframe.*</iframe>|https?://\S+|America/New York|1@2\.gr"
)
SAID_BY_SCRIPT = "data-say-"
READ_ALOUD = (
    "alt",
    "aria-description",
    "aria-label",
    "data-suggestions-label",
    "data-suggestions-told",
    "placeholder",
    "title",
)


class BracketedEnglish(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        # Django sets the context of a message before it.
        return f"⟦{message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]}⟧" if message else ""

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)

    def language(self) -> str:
        return "en-x-brackets"

    to_language = language


@pytest.fixture
def bracketed(monkeypatch) -> Iterator[None]:
    catalog = BracketedEnglish()
    monkeypatch.setitem(trans_real._translations, catalog.language(), catalog)
    with translation.override(catalog.language()):
        yield


@pytest.fixture
def greek_site(home, archive) -> None:
    Site.objects.update(site_name="Γραφείο")
    Page.objects.update(title="Σελίδα")
    home.title, home.intro = "Αρχική", "<p>Όσα μας ρώτησαν.</p>"
    home.search_examples = [SearchExample(words="ανανέωση")]
    archive.title, archive.intro = "Συζητήσεις", "<p>Κάθε Τετάρτη.</p>"
    blog = BlogPage.objects.get()
    blog.title, blog.intro = "Ιστολόγιο", "<p>Τι γράφουμε.</p>"
    calendar = CalendarPage.objects.get()
    calendar.title, calendar.intro = "Ημερολόγιο", "<p>Πότε.</p>"
    for page in (home, archive, blog, calendar):
        page.save_revision().publish()


@pytest.fixture
def greek_chats(greek_site) -> None:
    """Chats in every state, of every kind of recording, with all that a topic can have."""
    Tag.objects.create(name="χάρτες", slug="maps")
    with time_machine.travel(NOW):
        newer = make_topic("Νεότερο", 30, tags=["χάρτες"], key="newer2topic")
        make_chat(
            "2024-02-07",
            title="Με σύνδεσμο",
            topics=[newer],
            recording_url="https://zoom.us/rec/share/one",
            recording_passcode="1234",
            recording_expires_on=datetime.date(2024, 6, 1),
        )
        topics = [
            make_topic("Νέα", 15, kind="news"),
            make_topic("Πάγος", 20, kind="icebreaker"),
            make_topic("Γραπτό", 25, source="text chat"),
            make_topic(
                "Παλαιότερο",
                688,
                tags=["χάρτες"],
                answer="Ναι.",
                answer_checked_on=datetime.date(2021, 1, 5),
                superseded_by="newer2topic",
            ),
        ]
        make_chat(
            "2024-01-24",
            title="Με όλα",
            topics=topics,
            hosts=["Μαρία", "Νίκος"],
            teams=["Διανομή", "Δάνεια"],
            recording_url=YOUTUBE,
            duration=4105,
            note="Σημείωση.",
            resources=[ChatResource(label="Έντυπο", url="https://example.org/")],
        )
        make_chat("2024-03-20", start_time=datetime.time(14), title="Αύριο", register_url=YOUTUBE)
        make_chat("2024-03-06", title="Χθες")
        make_chat(UNNAMED.isoformat(), recording_url=YOUTUBE)
        make_chat(
            "2024-01-10",
            title="Λήξη",
            recording_url="https://zoom.us/rec/share/two",
            recording_expires_on=datetime.date(2024, 2, 1),
            topics_due=datetime.date(2024, 4, 1),
        )
        make_chat("2023-12-06", title="Χαμένη", outcome=Outcome.LOST, outcome_reason="Χιόνι.")
        make_chat("2023-11-08", title="Άκυρη", outcome=Outcome.CANCELLED, teams=["Δάνεια"])
        for day in range(1, 25):
            make_chat(f"2022-12-{day:02}", title="Άλλη", topics=[make_topic("Κάτι", 9)])


@pytest.fixture
def greek_post(greek_site) -> PostPage:
    """A post with most of what one can have, and with comments."""
    body = [
        ("heading", "Τι βοηθά"),
        ("callout", {"kind": "careful", "title": "", "text": "<p>Προσοχή.</p>"}),
        ("recording", {"title": "Ετικέτες", "url": "https://youtu.be/aqz-KE-bpKQ"}),
        ("questions", {"title": "", "questions": ["Πόσες ημέρες;"]}),
    ]
    with time_machine.travel(NOW):
        page = make_post("Ετικέτες", "2024-02-01", ["Μαρία"], ["χάρτες"], body=body, slug="labels")
        make_post("Κουτιά", "2024-01-01", slug="boxes")
        first = make_comment(page, "Ναι.", "Νίκος", struck_at=timezone.now())
        make_comment(page, "Όχι.", "Μαρία", parent=first, edited_at=timezone.now())
        make_comment(page, "Επτά.", "Μαρία", about=page.discussed_questions[0])
    return page


@pytest.fixture
def greek_events(greek_site) -> EventPage:
    """Events in every state, and one with all that an event can have."""
    with time_machine.travel(NOW):
        series = make_series("Τετάρτες", datetime.date(2024, 3, 20), summary="Κάθε δύο.")
        questions = [
            EventQuestion(label="Τρώτε;", kind="choice", choices="Ναι\nΌχι", is_private=True),
            EventQuestion(label="Διαδρομή", is_required=True),
        ]
        event = make_event(
            "Κουτιά",
            "2024-03-20",
            seats=2,
            series=series,
            kind="Μάθημα",
            tags=["χάρτες"],
            hosts=["Μαρία"],
            questions=questions,
            summary="Όλα για κουτιά.",
            format="both",
            place="Αίθουσα",
            address="Οδός 1",
            arrival_notes="Δεξιά.",
            day_contact="Μαρία",
            is_recorded=True,
            join_url=YOUTUBE,
            slug="boxes",
        )
        make_event("Αύριο", "2024-04-03", series=series, slug="next")
        make_event("Άκυρο", "2024-03-21", is_cancelled=True, cancel_reason="Χιόνι.", slug="off")
        make_event("Κλειστό", "2024-03-22", closes_date="2024-03-01", slug="closed")
        make_event("Αργότερα", "2024-03-23", opens_date="2024-03-15", slug="later")
        make_event("Αλλού", "2024-03-24", registration="elsewhere", slug="elsewhere")
        make_event("Ελεύθερα", "2024-03-25", registration="none", slug="free")
        make_event("Χθες", "2024-03-06", slug="gone")
        full = make_event("Πλήρες", "2024-03-26", seats=1, slug="full")
        register_one(full, "Νίκος", "1@2.gr")
    return event


@pytest.fixture
def greek_guide(greek_site) -> GuidePage:
    """A guide with most of what one can have, and one of each other state."""
    GuideIndexPage.objects.update(intro="<p>Πώς γίνεται.</p>")
    with time_machine.travel(NOW):
        text = [("text", "<p>Πρώτα.</p>")]
        make_guide("Άδειος", [], summary="Τίποτα.", slug="empty")
        other = make_guide(
            "Κουτιά",
            [("Πώς", text)],
            tags=["χάρτες"],
            subject="Διανομή",
            summary="Όλα.",
            slug="boxes",
        )
        guide = make_guide(
            "Ανανέωση",
            [("Πριν", text, "1a2b3c4d"), ("Μετά", text)],
            tags=["χάρτες"],
            subject="Δάνεια",
            audience=Audience.objects.create(name="Νέοι", slug="new"),
            keeper=Person.objects.create(name="Μαρία", slug="maria"),
            summary="Πώς.",
            related_guides=[RelatedGuide(guide=other)],
            slug="renew",
        )
        of_section = {"related_page": guide, "related_section": "section-1a2b3c4d"}
        topics = [make_topic(f"Θέμα {n}", n + 9, **of_section) for n in range(7)]
        topics.append(make_topic("Άλλο", None, related_page=guide, tags=["χάρτες"]))
        make_chat("2024-02-07", title="Δάνεια", topics=topics)
        make_post("Ετικέτες", "2024-02-01", tags=["χάρτες"], slug="labels")
        GuideReview.objects.create(guide=guide)
        for n in range(7):
            GuideChange.objects.create(guide=guide, revision_id=-n, note="Νέο")
    return guide


def a_mail_in_trouble() -> Mail:
    """Return a mail that failed, where the rest is held, paused and stopped too."""
    mail = post(TROUBLE, "1@2.gr", {"problem": "Χιόνι", "mail_url": "http://localhost/"})
    Mail.objects.update(state=MailState.FAILED, ended_at=mail.created_at, reason="Χιόνι")
    address = addresses.address_of("2@3.gr")
    addresses.stop(address, StopReason.STAFF)
    Batch.objects.create(name="Χιόνι", paused_at=mail.created_at, reason="Χιόνι")
    outlet.hold("Χιόνι")
    return mail


def words_of(page: html.HtmlElement) -> Iterator[str]:
    """What a page says, to the eye or aloud."""
    for element in page.iter(html.etree.Element):
        if element.tag not in ("script", "style") and element.get("hidden") is None:
            yield from (element.text or "", *(element.get(name) or "" for name in READ_ALOUD))
            yield from (words for name, words in element.items() if name.startswith(SAID_BY_SCRIPT))
        yield element.tail or ""
    for description in page.cssselect('meta[name="description"]'):
        yield description.get("content")


def untranslated(page: html.HtmlElement) -> list[str]:
    found = []
    for words in words_of(page):
        rest = words
        while BRACKETED.search(rest):
            rest = BRACKETED.sub("", rest)
        if LATIN.search(NOT_TRANSLATED.sub("", rest)):
            found.append(" ".join(words.split()))
    return found


def addresses_of_the_chats() -> list[str]:
    return [chat.url for chat in ChatPage.objects.exclude(title="Άλλη")]


@time_machine.travel(NOW)
def test_readers_pages_are_translated(client, greek_chats, bracketed):
    host = Person.objects.get(name="Μαρία")
    addresses = [
        "/",
        "/chats/",
        "/chats/?page=2",
        f"/chats/?year=2024&host={host.slug}&tag=maps&state=complete",
        f"/chats/?q=Παλαιότερο&year=2024&host={host.slug}&state=complete",
        "/chats/?q=Μαρία",
        "/chats/?q=χάρτες",
        "/chats/?q=Γραπτό",
        "/chats/?q=Κάτι&page=2",
        "/chats/?q=Παλαιοτερρο",
        "/chats/?year=1890&state=none",
        "/chats/?q=ζέβρα",
        "/chats/?q=Κάτι+ζέβρα&year=2022",
        "/chats/?q=Παλάτι",
        "/chats/suggestions/?q=Παλ",
        "/chats/suggestions/?q=ζέβρα",
        "/tags/",
        "/tags/maps/",
        "/tags/maps/?kind=ζέβρα",
        "/search/",
        "/search/?q=χάρτες",
        f"/search/?q=Κάτι&year=2024&host={host.slug}&kind=topic",
        "/search/?q=Παλαιοτερρο",
        "/search/?q=Κάτι+ζέβρα&kind=ζέβρα&year=1890",
        "/search/?q=Παλάτι&kind=event",
        "/search/suggestions/?q=ζέβρα",
        *addresses_of_the_chats(),
    ]
    following.rebuild()
    found = {}
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        page = html.fromstring(response.content)
        assert "⟦" in page.text_content()
        found[address] = untranslated(page)
    assert not {address: words for address, words in found.items() if words}


@time_machine.travel(NOW, tick=False)
def test_the_blog_and_its_comments_are_translated(client, greek_post, bracketed):
    address = f"/comments/on/{greek_post.pk}/"
    said = {"name": "Νίκος", "email": "1@2.gr", "text": "Ναι, ναι."}
    comment = Comment.objects.order_by("pk").first()
    held = make_comment(greek_post, "Ίσως.", "Νίκος", "1@2.gr", state="held")
    closed = make_post("Κλειστό", discussion_state="closed", slug="closed")
    proof, stop = path_of(proof_address(comment)), path_of(stop_address(comment))
    unsaid = "ines@example.org"
    for answer in (
        client.get("/blog/"),
        client.get("/blog/2024/2/"),
        client.get(greek_post.url),
        client.get(closed.url),
        client.get(address),
        client.get(f"{address}?about={greek_post.discussed_questions[0]}"),
        client.post(address, {}),
        client.post(address, said),
        client.get(f"/comments/on/{closed.pk}/"),
        client.get(f"/comments/{comment.key}/reply/"),
        client.get(f"/comments/{comment.key}/report/"),
        client.post(f"/comments/{comment.key}/report/", {"said": "Όχι"}),
        client.post(f"/comments/{comment.key}/report/", {"said": "Όχι", "stamp": stamp()}),
        client.get(f"/comments/{comment.key}/edit/"),
        client.get(own_address(comment)),
        client.get(own_address(held)),
        client.get(proof),
        client.post(proof, {}),
        client.get("/comments/proof/forged/"),
        client.get(stop),
        client.post(stop, {}),
        client.get("/comments/rules/"),
        client.get("/blog/send/"),
    ):
        page = html.fromstring(answer.content.decode().replace(unsaid, ""))
        assert "⟦" in page.text_content()
        assert not untranslated(page)


@time_machine.travel(NOW, tick=False)
def test_events_and_registering_are_translated(client, greek_events, bracketed):
    event = greek_events
    form = f"/registrations/on/{event.pk}/"
    route = f"answer_{event.questions[1].key}"
    said = {
        "name": "Νίκος",
        "email": "1@2.gr",
        route: "Βόρεια",
        "name_2": "Μαρία",
        f"{route}_2": "Ν",
    }
    people = [Who("Νίκος", "1@2.gr", answers={event.questions[1].key: "Ν"}), Who("Άννα", "1@2.gr")]
    (follower, _other), _at = follow(event.series, event, people)
    register(event, [Who("Ελένη", "1@2.gr")])
    held, _anna, waiting = Registration.objects.filter(event=event).in_order()
    Registration.objects.filter(pk=held.pk).update(asked_at=timezone.now())
    own, confirming, joining = (
        path_of(address(held))
        for address in (links.own_address, links.confirm_address, links.join_address)
    )
    pages = EventPage.objects.exclude(pk=event.pk)
    answers = [
        client.get("/events/"),
        client.get("/events/?kind=mathima&tag=maps"),
        client.get("/events/?kind=none"),
        client.get("/events/past/"),
        client.get("/events/2024/3/"),
        client.get("/events/2023/3/"),
        client.get(f"/events/series/{event.series.slug}/"),
        client.get("/events/embed/"),
        *(client.get(page.url) for page in [event, *pages]),
        client.get(form),
        client.post(form, {}),
        client.post(form, said),
        client.post(f"/registrations/on/{EventPage.objects.get(slug='closed').pk}/", said),
        client.get(links.party_address([held, waiting])),
        client.get(own),
        client.get(path_of(links.own_address(waiting))),
        client.post(own, {"deed": "coming"}),
        client.post(own, {"deed": "change", "name": "", route: ""}),
        client.get(joining),
        client.post(joining),
        client.get(confirming),
        client.post(confirming),
        client.get(path_of(links.follower_address(follower))),
        client.post(path_of(links.follower_address(follower)), {"deed": "stop"}),
        client.post(own, {"deed": "cancel"}),
        client.get("/registrations/mine/forged/"),
        client.get("/registrations/links/"),
        client.post("/registrations/links/", {"email": "1@2.gr", "stamp": stamp()}),
        client.get("/registrations/check/"),
    ]
    for answer in answers:
        page = html.fromstring(answer.content.decode())
        assert "⟦" in page.text_content()
        assert not untranslated(page), answer.request["PATH_INFO"]


def test_the_pages_on_people_are_translated(client, greek_site, bracketed):
    with time_machine.travel(NOW, tick=False):
        person = make_person(
            "Μαρία",
            "Διανομή",
            ["Χάρτες"],
            ["Κουτιά"],
            role="Ρόλος",
            blurb="Όλα.",
            extension="204",
            email="1@2.gr",
            slug="maria",
        )
        for begins, ends in (
            ("2024-01-01", "2024-12-31"),
            ("2025-01-01", ""),
            ("2020-01-01", "2021-01-01"),
        ):
            make_term(person, begins, ends, office="Πρόεδρος")
        make_post("Κουτιά", "2024-01-01", ["Μαρία"], slug="boxes")
        for page in (PeoplePage, ContactPage, CommitteePage):
            page = page.objects.get()
            page.title, page.intro = "Σελίδα", "<p>Ποιος.</p>"
            page.save_revision().publish()
        said = {"name": "Νίκος", "email": "1@2.gr", "message": "Κάρτα 21234567890123;"}
        answers = [
            *(client.get(f"/{path}/") for path in ("people", "contact", "committee")),
            client.get("/people/maria/"),
            client.get(person.team.get_absolute_url()),
            *(client.get(f"/{path}/write/") for path in ("contact", "people/maria")),
            client.post("/contact/write/", said),
            client.post("/contact/write/", {"name": "www.1.gr"}),
            client.post("/people/none/write/", said),
            client.post("/people/maria/write/", said | {"stamp": stamp(), "website": "1"}),
        ]
        for answer in answers:
            page = html.fromstring(answer.content.decode())
            assert "⟦" in page.text_content()
            assert not untranslated(page), answer.request["PATH_INFO"]


@time_machine.travel(NOW, tick=False)
def test_guides_are_translated(client, greek_guide, bracketed):
    feedback = f"{greek_guide.url}feedback/"
    said = {"helped": "no", "words": "Όχι"}
    answers = [
        client.get("/guides/"),
        client.get("/guides/?type=tutorial"),
        client.get("/guides/?type=how-to&audience=new"),
        *(client.get(guide.url) for guide in GuidePage.objects.all()),
        client.get(f"{greek_guide.url}print/"),
        client.get(feedback),
        client.post(feedback, said),
        client.post(feedback, {}),
        client.post(feedback, {**said, "stamp": stamp(0)}),
        client.post(feedback, {**said, "stamp": stamp()}),
    ]
    with time_machine.travel("2025-06-01 12:00 +0000"):
        answers += [client.get(guide.url) for guide in GuidePage.objects.all()]
    GuidePage.objects.all().delete()
    answers.append(client.get("/guides/"))
    for answer in answers:
        page = html.fromstring(answer.content.decode())
        assert "⟦" in page.text_content()
        assert not untranslated(page), answer.request["PATH_INFO"]


def untranslated_in(subject: str, text: str, whole: str) -> list[str]:
    """Return what translators do not get to see of a mail."""
    plain = html.Element("p")
    plain.text = f"{subject}\n{text}"
    page = html.document_fromstring(whole)
    assert "⟦" in text
    assert "⟦" in page.text_content()
    return [*untranslated(plain), *untranslated(page)]


def test_mails_to_subscribers_are_translated(greek_site, bracketed):
    Letterhead.objects.create(postal_address="Οδός 1")
    north, tag = make_list("Βορράς"), Tag.objects.create(name="χάρτες", slug="maps")
    narrow, of_list = Ref("posts-tag", str(tag.pk)), Ref("list", str(north.pk))
    search = Ref(searches.KIND, searches.what_of("κουτιά", {}))
    long_search = Ref(searches.KIND, searches.what_of("www.1.gr", {}))
    with time_machine.travel(NOW, tick=False) as clock:
        for ref in [Ref("posts"), Ref("recordings"), Ref("events"), narrow, of_list]:
            make_subscription("1@2.gr", ref)
            make_subscription("2@3.gr", ref, "daily")
        for who, wanted in [
            ("3@4.gr", [narrow, search, long_search]),
            ("1@2.gr", [search]),
            ("1@2.gr", [Ref("posts"), Ref("events")]),
            ("2@3.gr", [Ref("posts")]),
            ("1@2.gr", []),
        ]:
            subscriptions.ask(who, wanted, "daily" if who == "2@3.gr" else "at_once")
            subscriptions.take_in_requests()
        topics = [make_topic("Κάτι", n) for n in range(1, 15)]
        make_post("Ετικέτες", "2024-03-10", ["Μαρία"], ["χάρτες"], summary="Ναι.")
        make_chat("2024-03-10", title="Όλα", topics=topics, hosts=["Νίκος"], recording_url=YOUTUBE)
        make_event("Κουτιά", "2024-03-20", summary="Όλα.", kind="Μάθημα")
        announcements.send(make_announcement([north], "Κλειστά", body="<p>Όχι.</p>"), None)
        for shift in (datetime.timedelta(minutes=6), datetime.timedelta(days=1)):
            clock.shift(shift)
            tell_all()
    found = {}
    for mail in Mail.objects.filter(kind__startswith="updates_").order_by("pk"):
        read = message_from_bytes(mail.content, policy=policy.default)
        parts = [read.get_body((kind,)).get_content() for kind in ("plain", "html")]
        found[mail.kind, mail.subject] = untranslated_in(mail.subject, *parts)
    assert {kind for kind, _subject in found} == {
        f"updates_{name}"
        for name in ("confirm", "added", "links", "news", "digest", "announcement")
    }
    for message in MESSAGES:
        shown = render(message, message.example())
        found[message.name, "example"] = untranslated_in(shown.subject, shown.text, shown.html)
    assert not {name: words for name, words in found.items() if words}


@time_machine.travel(NOW, tick=False)
def test_email_updates_are_translated(client, greek_events, bracketed):
    north = make_list("Βορράς", summary="Τι νέο.")
    who = make_subscriber("1@2.gr")
    newcomer = make_subscriber("3@4.gr")
    followed = make_subscription(who, Ref("posts"))
    make_subscription(who, Ref("list", "99"), Pace.WEEKLY, title="Παλιά")
    make_subscription(who, Ref("search", "q=%CE%BA"), Pace.DAILY, confirmed_at=None)
    extra = make_subscription(who, Ref("events"))
    make_subscription(newcomer, Ref("posts"), confirmed_at=None)
    own, confirming, stopping, digests = (
        path_of(address)
        for address in (
            updates_links.own_address(who),
            updates_links.confirm_address(newcomer),
            updates_links.stop_address([followed]),
            updates_links.stop_digests_address(who),
        )
    )
    said = {"what": f"list:{north.pk}", "email": "1@2.gr", "stamp": stamp()}
    whole = {**said, "pace": "daily", "time_zone": "UTC"}
    answers = [
        client.get("/updates/"),
        client.get("/updates/follow/?what=posts:&what=recordings:&what=events:"),
        client.post("/updates/follow/", {"stamp": stamp()}),
        client.post("/updates/follow/", whole),
        client.get("/updates/link/"),
        client.post("/updates/link/", {"stamp": stamp()}),
        client.post("/updates/link/", said),
        client.get(confirming),
        client.post(confirming, follow=True),
        client.get(confirming),
        client.get("/updates/confirm/forged/"),
        client.get(own),
        client.post(own, {"deed": "add"}),
        client.post(own, {"deed": "add", "what": f"list:{north.pk}", "pace": "daily"}),
        client.post(own, {"deed": "confirm"}),
        client.post(own, {"stop": extra.key}),
        client.get(stopping),
        client.post(stopping),
        client.get(digests),
        client.post(digests),
        client.post(own, {"deed": "stop all"}),
    ]
    for answer in answers:
        page = html.fromstring(answer.content.decode().replace("3@4.gr", ""))
        assert "⟦" in page.text_content()
        for zones in page.cssselect("select[name=time_zone]"):
            zones.drop_tree()
        assert not untranslated(page), answer.request["PATH_INFO"]


@time_machine.travel(NOW, tick=False)
def test_the_archive_of_announcements_is_translated(client, greek_site, bracketed):
    north, south = (
        make_list(name, slug=slug, summary="Τι νέο.")
        for name, slug in [("Βόρεια", "north"), ("Νότια", "south")]
    )
    empty = make_list("Κενή", slug="empty", summary="Τίποτα.")
    for day in range(1, 25):
        sent_at = datetime.datetime(2024, 2, day, 12, tzinfo=datetime.UTC)
        one = make_announcement([north, south], "Κλειστά", body="<p>Όλα.</p>", sent_at=sent_at)
    for address in (
        north.get_absolute_url(),
        f"{north.get_absolute_url()}?page=2",
        f"{north.get_absolute_url()}2024/2/",
        empty.get_absolute_url(),
        one.get_absolute_url(),
    ):
        page = html.fromstring(client.get(address).content.decode())
        assert "⟦" in page.text_content()
        assert not untranslated(page), address


def test_the_frame_and_the_standard_pages_are_translated(client, greek_guide, bracketed):
    NoticeBar.objects.create(
        site=Site.objects.get(), words="Χιόνι", page=Page.objects.get(slug="privacy")
    )
    about = StandardPage.objects.get(slug="about")
    about.summary, about.body = "Ποιοι είμαστε.", [("text", "<p>Εμείς.</p>")]
    about.save_revision().publish()
    below = about.add_child(instance=StandardPage(title="Κανόνες", slug="rules", live=False))
    below.save_revision().publish()
    for address in ("/", "/about/", "/about/rules/"):
        page = html.fromstring(client.get(address).content)
        assert page.cssselect(".notice-bar .stamp")[0].text.startswith("⟦")
        assert not untranslated(page), address


def test_an_empty_site_is_translated(client, greek_site, bracketed):
    for address in ("/", "/chats/", "/tags/", "/blog/", "/events/", "/events/past/"):
        page = html.fromstring(client.get(address).content)
        assert page.cssselect(".empty h2, .empty h3")[0].text.startswith("⟦")
        assert not untranslated(page)


def test_the_pages_of_errors_are_translated(client, rf, greek_site, bracketed):
    request = rf.get("/")
    for content in (
        client.get("/κάτι/").content,
        bad_request(request, SuspiciousOperation()).content,
        bad_request(request, RequestDataTooBig()).content,
        render_to_string("500.html"),
    ):
        page = html.fromstring(content)
        assert page.cssselect("h1")[0].text.startswith("⟦")
        assert not untranslated(page)


def test_what_nobody_could_translate_is_found(bracketed):
    page = html.fromstring('<p title="Hint">Word <b>⟦a ⟦b⟧ c⟧</b><img alt="View"> tail, Λέξη</p>')
    assert untranslated(page) == ["Word", "Hint", "View", "tail, Λέξη"]


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("el", "ltr")])
def test_every_page_says_its_language_and_direction(client, home, language, direction):
    with translation.override(language):
        contents = [
            client.get("/").content,
            client.get("/nowhere/").content,
            render_to_string("500.html"),
        ]
    for content in contents:
        page = html.fromstring(content)
        assert (page.get("lang"), page.get("dir")) == (language, direction)


@time_machine.travel(NOW)
def test_the_editors_screens_of_our_own_are_translated(client, archive, greek_chats, bracketed):
    editor = User.objects.create_user("editor@example.org")
    editor.groups.add(Group.objects.get(name="Editors"))
    client.force_login(editor)
    chat = ChatPage.objects.get(title="Με όλα")
    editor.user_permissions.set(Permission.objects.filter(content_type__app_label="outbox"))
    mail = a_mail_in_trouble()
    typed = "• March 6, 2024 1:15 Κάτι\n• March 20, 2024 Μαρία 99:99"
    whole, ours = "main", "th, label:not([for$=-key]), option, h2, .help, [role=tab]"
    for response, selector in [
        (client.get("/admin/chats/"), ours),
        (client.get(f"/admin/pages/add/chats/chatpage/{archive.pk}/"), ours),
        (client.get(f"/admin/pages/{chat.pk}/edit/"), ours),
        (client.get(f"/admin/chats/{chat.pk}/next/"), whole),
        (client.get("/admin/chats/import/"), whole),
        (client.post("/admin/chats/import/", {"text": " "}), whole),
        (client.post("/admin/chats/import/", {"text": typed}), whole),
        (client.get("/admin/"), "main .help-warning"),
        (client.get("/admin/mail/"), f"{ours}, .mail-trouble, .w-status"),
        (client.get("/admin/mail/?state=failed"), "a.button"),
        (client.get("/admin/mail/?state=sent"), "#listing-results p"),
        (client.get("/admin/mail/failed-again/?state=failed"), whole),
        (client.get(f"/admin/mail/{mail.pk}/"), "dt, h2, summary, button"),
        (client.get(f"/admin/mail/{mail.pk}/again/"), f"{whole} > :not(header)"),
        (client.get("/admin/mail/release/"), whole),
        (client.get("/admin/mail/give-up/"), whole),
        (client.get("/admin/mail/try-now/"), whole),
        (client.get("/admin/mail/addresses/"), "th, .help, .w-status"),
        (client.get("/admin/mail/messages/"), whole),
        (client.get("/admin/mail/messages/mail_trouble/"), "main dl, main h2, main p"),
    ]:
        parts = html.fromstring(response.content).cssselect(selector)
        assert parts
        assert not [words for part in parts for words in untranslated(part)]
